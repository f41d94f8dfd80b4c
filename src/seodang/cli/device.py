"""Which device trains."""

from __future__ import annotations

from seodang.cli.errors import UsageError
from seodang.locale import _


def checked(device: str) -> str:
    """The device, if this machine has it; UsageError naming it and the cure if not."""
    import torch

    try:
        wanted = torch.device(device)
    except RuntimeError:
        raise UsageError(_("--device {device}: there is cpu, cuda and cuda:N", device=device)) from None
    if wanted.type == "cpu":
        return "cpu"
    if wanted.type != "cuda":
        raise UsageError(_("--device {device}: there is cpu, cuda and cuda:N", device=device))
    if not torch.cuda.is_available():
        raise UsageError(_("--device {device}: this machine or this build of PyTorch has no CUDA; use cpu", device=device))
    if wanted.index is not None and wanted.index >= torch.cuda.device_count():
        n = torch.cuda.device_count()
        raise UsageError(_("--device {device}: there are {n} CUDA devices, numbered from 0", device=device, n=n))
    return str(wanted)
