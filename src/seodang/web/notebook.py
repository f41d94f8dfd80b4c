"""An experiment as a notebook that runs as it stands, and its code in colours."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from seodang.locale import _
from seodang.web.source import read

if TYPE_CHECKING:
    from seodang.library import Question

FORMAT = {"nbformat": 4, "nbformat_minor": 5}


def notebook(question: Question, language: str) -> str:
    """The notebook (nbformat 4.5): the question, the experiment's code as it stands, and a cell that runs it.

    Cells are named by what is in them, so that the same question always gives the same bytes.
    """
    assert question.experiment is not None
    page = question.page(language)
    experiment = read(question.experiment)
    arguments = "Parameters()" if experiment.knobs else ""
    turn = f"  # Parameters({experiment.knobs[-1].name}={experiment.knobs[-1].default!r})" if experiment.knobs else ""
    cells = [
        _cell("markdown", f"# {page.title}\n\n{page.markdown('setting')}"),
        _cell("markdown", _("PyTorch and Seodang are all that this needs: `pip install seodang`.")),
        _cell("code", experiment.code.rstrip()),
        _cell("markdown", "\n".join(f"- {sentence}" for sentence in page.claims.values())),
        _cell("code", f"from seodang import run\n\nresult = run(experiment({arguments})){turn}\nresult"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {"cells": cells, "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}}, **FORMAT}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _cell(kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": hashlib.sha256(text.encode()).hexdigest()[:8],
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


@lru_cache(maxsize=256)
def coloured(code: str) -> str:
    """Python as HTML with a class for every kind of word; the colours are in the stylesheet."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return str(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))
