"""What the commands are called."""

COMMAND_NAMES = ("list", "show", "ask", "predict", "run", "record", "check", "new")
