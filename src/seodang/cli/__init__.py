"""The command line: one module a command group, each importing its rooms only when one of its commands is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; 0 done, 1 a finding (a problem in the book), 2 bad input, 130 interrupted."""
    from seodang.cli.app import application
    from seodang.cli.errors import explained
    from seodang.cli.language import chosen
    from seodang.locale import speak

    words = list(sys.argv[1:] if arguments is None else arguments)
    speak(chosen(words))
    with explained() as status:
        result = application()(words, result_action="return_value", exit_on_error=False, print_error=False)
        status.code = result if isinstance(result, int) else 0
    return status.code
