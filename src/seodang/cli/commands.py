"""What the commands are called."""

COMMAND_NAMES = ("open", "list", "show", "ask", "predict", "run", "record", "check", "new")
