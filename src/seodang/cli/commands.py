"""What the commands are called."""

COMMAND_NAMES = (
    "open",
    "list",
    "show",
    "ask",
    "predict",
    "run",
    "count",
    "models",
    "data",
    "record",
    "check",
    "new",
    "book",
)
