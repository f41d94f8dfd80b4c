"""A network from what is typed: FILE.py:Class, or an expression of torch.nn."""

from __future__ import annotations

import ast
import difflib
import operator
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seodang.cli.errors import UsageError
from seodang.locale import _

if TYPE_CHECKING:
    from torch import nn

FILE = re.compile(r"(?P<file>.+?\.py):(?P<name>\w+)\s*(?P<arguments>\(.*\))?", re.DOTALL)
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


def from_file(text: str) -> nn.Module | None:
    """`net.py:Net(width=64)`: the file is run, as the program that it is. None if the text has another form."""
    found = FILE.fullmatch(text.strip())
    if found is None:
        return None
    path, name = Path(found["file"]), found["name"]
    if not path.is_file():
        raise UsageError(_("{file}: there is no such file", file=path))
    from torch import nn

    call = _parsed(f"{name}{found['arguments'] or '()'}", text)
    with _blamed(text):
        things = _run(path)
    if name not in things:
        raise UsageError(_missing(path, name, things))
    assert isinstance(call, ast.Call)
    thing = things[name]
    if isinstance(thing, nn.Module) and not found["arguments"]:  # one that the file has made
        return thing
    args, kwargs = _arguments(call, text)
    with _blamed(text), redirect_stdout(sys.stderr):
        return without_numbers(thing, *args, **kwargs)


def from_expression(text: str) -> nn.Module | None:
    """`nn.Sequential(nn.Linear(4, 3), nn.ReLU())`: calls and literals, read and never run as code. None if it is none."""
    if "(" not in text and not text.strip().startswith(("nn.", "torch.")):
        return None
    node = _parsed(text.strip(), text)
    import torch
    from torch import nn

    with _blamed(_short(text)), _quietly(), torch.device("meta"):
        built = _value(node, text)
    if not isinstance(built, nn.Module):
        raise UsageError(_("{text}: that is no network", text=text))
    return built


def without_numbers(make: Callable[..., Any], *args: Any, **kwargs: Any) -> nn.Module:
    """A network made on the meta device, where it takes no memory; in earnest if its constructor needs numbers."""
    import torch
    from torch import nn

    with _quietly():
        try:
            with torch.device("meta"):
                built = make(*args, **kwargs)
        except Exception:
            built = make(*args, **kwargs)
    if not isinstance(built, nn.Module):
        raise UsageError(_("{text}: that is no network", text=getattr(make, "__name__", make)))
    return built


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the advice layers give about running fast: nothing is going to run."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _run(path: Path) -> dict[str, Any]:
    """What a file defines. What it prints goes aside, and it finds its neighbours."""
    import runpy

    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        with redirect_stdout(sys.stderr):
            return runpy.run_path(str(path), run_name=f"counted_{path.stem}")
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


def _missing(path: Path, name: str, things: dict[str, Any]) -> str:
    from torch import nn

    known = [key for key, value in things.items() if isinstance(value, type) and issubclass(value, nn.Module)]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    if near:
        return _("{file} has no {name}; did you mean {near}?", file=path, name=name, near=near[0])
    return _("{file} has no {name}; the networks in it: {known}", file=path, name=name, known=", ".join(known) or "–")


def _parsed(expression: str, text: str) -> ast.expr:
    try:
        return ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        raise UsageError(_("{text}: cannot be read: {said}", text=_short(text), said=said)) from None


def _value(node: ast.expr, text: str) -> Any:
    """What an expression stands for: literals, arithmetic on them, torch.nn's modules, and calls of these."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Tuple(elements) | ast.List(elements):
            values = [_value(each, text) for each in elements]
            return tuple(values) if isinstance(node, ast.Tuple) else values
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, text)
        case ast.BinOp(left, operation, right) if type(operation) in ARITHMETIC:
            return ARITHMETIC[type(operation)](_number(left, text), _number(right, text))
        case ast.Name(name) | ast.Attribute(ast.Name("nn") | ast.Attribute(ast.Name("torch"), "nn"), name):
            return _module_class(name, node, text)
        case ast.Call(function):
            made = _value(function, text)
            if not isinstance(made, type):
                raise _not_read(function, text)
            values, named = _arguments(node, text)
            return made(*values, **named)
    raise _not_read(node, text)


def _number(node: ast.expr, text: str) -> float:
    """An operand: numbers alone, for text times a number could fill the memory."""
    value = _value(node, text)
    if not isinstance(value, int | float):
        raise _not_read(node, text)
    return value


def _arguments(call: ast.Call, text: str) -> tuple[list[Any], dict[str, Any]]:
    values = [_value(each, text) for each in call.args]
    named = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise _not_read(keyword.value, text)
        named[keyword.arg] = _value(keyword.value, text)
    return values, named


def _module_class(name: str, node: ast.expr, text: str) -> type[nn.Module]:
    """A module of torch.nn by its name; nothing else of it can be reached."""
    from torch import nn

    found = getattr(nn, name, None) if not name.startswith("_") else None
    if isinstance(found, type) and issubclass(found, nn.Module):
        return found
    known = [key for key, value in vars(nn).items() if isinstance(value, type) and issubclass(value, nn.Module)]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        raise UsageError(_("{name}: torch.nn has no such layer; did you mean {near}?", name=name, near=near[0]))
    raise _not_read(node, text)


def _not_read(node: ast.expr, text: str) -> UsageError:
    part = ast.unparse(node)
    return UsageError(
        _(
            "{part}: only layers of torch.nn and literal values are read here; put it in a file: net.py:Net",
            part=_short(part),
            text=text,
        )
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


@contextmanager
def _blamed(text: str) -> Iterator[None]:
    """Whatever someone else's code raises, in a sentence that names it and its line."""
    try:
        yield
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        line = _line(error, text)
        if line:
            raise UsageError(_("{text}, line {line}: {said}", text=text, line=line, said=said)) from error
        raise UsageError(_("{text}: {said}", text=text, said=said)) from error


def _line(error: BaseException, text: str) -> int | None:
    """The last line of the named file that was running."""
    import traceback

    file = text.partition(".py:")[0] + ".py"
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return lines[-1] if lines else None
