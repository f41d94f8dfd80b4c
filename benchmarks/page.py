"""docs/benchmarks.md: what is compared and why, and a section for each part, written when that part is measured."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.contenders import KINDS

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "benchmarks.md"

NOTES = """\
- **Small dense networks** (digits, autoencoder, GAN): of a step of ten digits networks at batch 32 on one core, two
  thirds are matrix products at 90 GFLOP/s, a sixth is Adam, the rest some forty operations of a few microseconds.
  With 100 replicas the parameters and Adam's moments no longer fit in a core's own cache.
- **784-256-10**: products at three quarters of MKL's peak. JAX's step of it makes 325 GFLOP/s, more than MKL's
  largest product reaches here on both cores (228): XLA's products are faster on this processor (an AMD; MKL was
  written for another maker's), which is most of its lead in this row and part of it in the rows above. A step whose
  products come from oneDNN is the next thing to try. **20 layers**: products at half the peak, and the tanh.
- **CNN 8x8**: batch normalization and pooling, whose kernels work on one picture at a time. **CNN 28x28**:
  convolutions in channels-last at half of the peak. JAX has no fast convolution on a processor.
- **LSTM**: oneDNN's fused layer; there is nothing around it left to remove.
- **JAX** is ahead in dense rows once it runs, and behind until it has compiled (next table): an experiment of 500
  steps is over before that. Start-up counted, it passes us beyond some 5,000 steps of 20 digits networks.
"""
"""What limits each row, in Markdown: written by hand from the figures, shown under the first table."""

BEFORE = """\
# Benchmarks: many replicas, side by side

R replicas of one network, each with its own data, initial weights and batches, are trained with Adam by everything a
person might use. `make bench` measures it all again and writes this page (`python -m benchmarks --only table`, or
another part, a section of it). Each section says on what it was measured.

**Why ratios.** Milliseconds belong to one machine; how many times faster something is than the plain PyTorch loop is
nearly the same on the next. So figures are ratios over that loop, *higher is faster*, and the loop's own milliseconds
stand beside them. Contenders run in processes of their own and take turns, so that a slow moment of the machine is
everyone's, and a figure is the median of n rounds.

**Why start-up stands apart.** Capturing or compiling a step is paid for once. One who waits for 500 steps feels it,
one who sweeps for days does not. The first table leaves it out, the second shows nothing else, and the third adds up
what an experiment takes.
"""

AFTER = """
The work is the same: layers, batch, optimizer, samples a step, and a loss a step. `tests/test_benchmarks.py` trains
every contender and compares JAX's forward pass and its first steps with PyTorch's from the same weights. A dash
stands for work that a contender cannot do, or a library that is not installed.
"""

SECTIONS = {
    "table": "Steps, once it runs",
    "startup": "The first step",
    "ordinary": "An experiment of ordinary length",
    "process": "A whole process",
    "growth": "How time grows",
    "verdict": "Time to verdict",
    "school": "The school in the browser",
}
"""Parts of the page in order, and their headings."""


def introduction() -> str:
    """What is compared, and why so."""
    lines = [f"| {kind.name} | {kind.said} |" for kind in KINDS]
    return "\n".join([BEFORE, "| contender | what it is |", "|---|---|", *lines, AFTER])


def keep(sections: dict[str, str], page: Path = PAGE) -> None:
    """Write these sections into the page; the others stay as they were measured."""
    kept = _sections(page.read_text(encoding="utf-8")) if page.exists() else {}
    kept |= sections
    parts = [introduction()]
    for name, heading in SECTIONS.items():
        if name in kept:
            notes = f"\n### What limits each row\n\n{NOTES.strip()}\n" if name == "table" and NOTES else ""
            parts.append(f"## {heading}\n\n<!-- {name} -->\n{kept[name].strip()}\n<!-- end of {name} -->\n{notes}")
    page.write_text("\n".join(parts), encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    found = re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- end of \1 -->", text, re.DOTALL)
    return {name: body for name, body in found if name in SECTIONS}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is words, the others are figures."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|---|" + "---:|" * (len(head) - 1), *lines[1:]])


def machine(*packages: str) -> str:
    """On what, and with which versions, it is measured now."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    name = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())
    versions = [f"Python {platform.python_version()}"]
    for package in ("torch", *packages):
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"no {package}")
    return f"{os.cpu_count()} cores ({name}), {', '.join(versions)}"


def seconds(value: float) -> str:
    """Seconds as a person reads them."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
