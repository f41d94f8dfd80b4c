"""The same table on a GPU, with up to a thousand replicas: `python -m benchmarks.on_gpu`.

Times end when the GPU has done all it was given (torch.cuda.synchronize), and TF32 is off: products are float32's, as in the
evidence of the book. Contenders without a GPU (scikit-learn, processes) are left out; JAX takes part where it has CUDA.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from benchmarks import steady
from benchmarks.cases import DIGITS, SAMPLES, Case, cases, digits, tiny
from benchmarks.nets import Convolutional
from benchmarks.page import DOCS

PAGE = DOCS / "benchmarks_gpu.md"
REPLICAS = (1, 10, 100, 1000)
FEW, MANY = 100, 1000
"""Replicas of the networks other than the digits perceptron. Of those that see large images only the few: the activations
of the many do not fit a GPU at once."""


def listed() -> list[Case]:
    """The digits perceptron from one replica to a thousand, and every other network with a hundred and a thousand."""
    growing = [digits(count, steps=max(2, 400 // count)) for count in REPLICAS]
    others = {case.name.split(", R=")[0]: case for case in cases() if (case.net, case.batch) != (DIGITS, 32)}
    more = [
        replace(case, name=f"{name}, R={count}", replicas=count, steps=2, samples=min(case.samples, SAMPLES))
        for name, case in others.items()
        for count in (FEW, MANY)
        if count == FEW or case.net != Convolutional(28)
    ]
    return growing + more


def main() -> None:
    """Measure, print, and write the page unless it is only a quick look."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.on_gpu", description=__doc__.partition(":")[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="cpu only to see that this program runs")
    parser.add_argument("--quick", action="store_true", help="tiny networks, one round, nothing written")
    parser.add_argument("--only", default="", help="cases whose name holds this text; nothing is written")
    asked = parser.parse_args()
    name = gpu() if asked.device == "cuda" else "no GPU"
    chosen = [case for case in (tiny() if asked.quick else listed()) if asked.only in case.name]
    sections = steady.measured(asked.quick, asked.device, chosen)
    if asked.device == "cuda" and not (asked.quick or asked.only):
        PAGE.write_text(page(name, sections), encoding="utf-8")
        print(f"written to {PAGE}")


def gpu() -> str:
    """The GPU's name; ends the program where there is none."""
    import torch

    if not torch.cuda.is_available():
        raise SystemExit(
            "there is no CUDA device here, so nothing can be measured on one; --device cpu --quick is a dry run"
        )
    return torch.cuda.get_device_name()


def page(name: str, sections: dict[str, str]) -> str:
    """docs/benchmarks_gpu.md."""
    return f"""# Benchmarks on a GPU

{name}. What is compared, and why so, is told in [benchmarks.md](benchmarks.md). Times here end when the GPU has done
all it was given, and TF32 is off.

## Steps, once it runs

{sections["table"]}

## The first step

{sections["startup"]}
"""


if __name__ == "__main__":
    main()
