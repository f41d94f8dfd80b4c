"""Lines of a program: those that hold code, which are neither blank nor comment nor docstring."""

from __future__ import annotations

import ast
import io
import tokenize

SILENT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}
"""Tokens that say nothing by themselves."""


def lines(source: str) -> int:
    """How many lines of Python hold code. An expression over three lines is three; a docstring, however long, is none.

    Raises SyntaxError where the source is no Python.
    """
    docstrings = _docstrings(ast.parse(source))
    coded = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in SILENT
        for line in range(token.start[0], token.end[0] + 1)
        if line not in docstrings
    }
    return len(coded)


def _docstrings(tree: ast.Module) -> set[int]:
    """The lines of strings that stand as statements: documentation, and nothing that is done."""
    said = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    )
    return {line for node in said for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
