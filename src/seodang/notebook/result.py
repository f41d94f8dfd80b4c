"""What `run` returns: the numbers, the verdicts, the trained models, and the way on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from seodang.evidence import ClaimEvidence, Evidence
from seodang.experiment import Experiment, ExperimentError, did_you_mean
from seodang.figures import Labels, Language, figure
from seodang.locale import preferred, speak

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd
    from torch import Tensor, nn

    from seodang.notebook.fingerprint import Fingerprint

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, repr=False, eq=False)
class Result:
    """An experiment's ledger of seeds and what was made on the way. Never changed: `more` returns a longer one.

    `evidence` holds every number; `models` the trained models that were kept, by arm and seed.
    """

    evidence: Evidence
    labels: Labels
    language: Language
    experiment: Experiment | None = None
    models: Mapping[tuple[str, int], nn.Module] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None
    interrupted: bool = False

    @property
    def verdicts(self) -> dict[str, ClaimEvidence]:
        """Every claim as it stands: its `outcome`, `sentence()`, `answers` and `values` a seed, and `verdict` (k, n, e)."""
        return {claim.claim: claim for claim in self.evidence.claims}

    def more(self, seeds: int | None = None, *, progress: bool = True, keep_models: bool | None = None) -> Result:
        """That many seeds more, or as many as it takes to decide every claim. The ledger goes on; it cannot begin anew."""
        from seodang.notebook.running import run

        if self.experiment is None:
            raise ExperimentError("more: a result read from a file knows its numbers only; run(experiment, result=result)")
        if seeds is not None and seeds < 1:
            raise ExperimentError(f"seeds={seeds}: run at least 1 more")
        total = None if seeds is None else len(self.evidence.seeds) + seeds
        return run(self.experiment, seeds=total, result=self, progress=progress, keep_models=keep_models)

    # ------------------------------------------------------------------------------------------------------------ models

    def model(self, arm: str, seed: int) -> nn.Module:
        """The trained model of one arm and seed, in evaluation mode, on the processor: a copy, to do with as you like."""
        if arm not in self.evidence.arms:
            raise ExperimentError(f"model: there is no arm {arm!r}; {did_you_mean(arm, self.evidence.arms)}")
        if seed not in self.evidence.seeds:
            held = f"{self.evidence.seeds[0]} .. {self.evidence.seeds[-1]}" if self.evidence.seeds else "none"
            raise ExperimentError(f"model: seed {seed} was not run; the seeds are {held}")
        if (arm, seed) not in self.models:
            raise ExperimentError(
                f"model: the model of {arm!r}, seed {seed}, was not kept (an arm that is a function makes none, a file "
                "holds none, and they are kept only while they are small); run(experiment, keep_models=True)"
            )
        return copy.deepcopy(self.models[arm, seed])

    def state_dict(self, arm: str, seed: int) -> dict[str, Tensor]:
        """The trained parameters and buffers; `load_state_dict` of your own module takes them."""
        return self.model(arm, seed).state_dict()

    # ------------------------------------------------------------------------------------------------------ numbers, files

    def to_pandas(self) -> pd.DataFrame:
        """One row a seed and arm: `seed`, `arm`, every metric, `diverged` (the step of the first loss not finite)."""
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("to_pandas: pandas is not installed; pip install 'seodang[notebook]'") from error
        rows = [
            {"seed": seed, "arm": arm}
            | {metric: values[position] for metric, values in metrics.items()}
            | {"diverged": self.evidence.diverged.get(arm, {}).get(seed)}
            for position, seed in enumerate(self.evidence.seeds)
            for arm, metrics in self.evidence.arms.items()
        ]
        names = dict.fromkeys(metric for metrics in self.evidence.arms.values() for metric in metrics)
        return pd.DataFrame(rows, columns=["seed", "arm", *names, "diverged"]).astype({"diverged": "Int64"})

    def save(self, path: str | Path) -> None:
        """Write the evidence as JSON. A file that is there must hold a beginning of it: EvidenceError if not."""
        self.evidence.write(Path(path))

    @staticmethod
    def load(path: str | Path, *, labels: Labels | None = None, language: Language | None = None) -> Result:
        """The result that was saved, without its models. EvidenceError when the file was cut or edited.

        Go on with `run(experiment, result=Result.load(path))`, the experiment being the same.
        """
        return made(Evidence.read(Path(path)), labels, language)

    # ------------------------------------------------------------------------------------------------------------- to see

    def figure(self, metric: str | None = None) -> alt.VConcatChart:
        """The figure, of the first metric or the one named; Altair's chart, which has a `save` of its own."""
        return figure(self.evidence, self.labels, self.language, metric=metric)

    def _repr_html_(self) -> str:
        from seodang.notebook.page import html

        return in_language(self.language, html, self.evidence, self.labels, interrupted=self.interrupted)

    def __repr__(self) -> str:
        return self._text(figure=False)

    def __str__(self) -> str:
        return self._text(figure=True)

    def _text(self, figure: bool) -> str:
        from seodang.notebook.summary import text

        shown = {"interrupted": self.interrupted, "figure": figure}
        return in_language(self.language, text, self.evidence, self.labels, **shown)


def made(evidence: Evidence, labels: Labels | None, language: Language | None, **rest: Any) -> Result:
    """A result with the words it was given, or with the names of the arms and the user's language."""
    return Result(evidence, labels or Labels(" · ".join(evidence.arms)), language or preferred(), **rest)


def in_language(language: Language, call: Callable[P, R], *args: P.args, **keywords: P.kwargs) -> R:
    """Call something that speaks; what the rest of the program speaks stays as it is."""
    context = copy_context()
    context.run(speak, language)
    return context.run(call, *args, **keywords)
