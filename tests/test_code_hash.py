"""Evidence goes stale when what produced it changes, and only then: in a small house of its own."""

from pathlib import Path

import pytest
from runs.questions import COIN, DERIVATION, opened

from seodang import provenance
from seodang.evidence import stale
from seodang.provenance import experiment_hash, training_hash

HOUSE = {
    "__init__.py": "",
    "models/__init__.py": "from seodang.models.mlp import mlp\nfrom seodang.models.vgg import net as vgg\n",
    "models/mlp.py": "from seodang.models.parts import layer\ndef mlp(): return layer\n",
    "models/parts.py": "layer = 1\n",
    "models/vgg.py": "net = 2\n",
    "data/__init__.py": "from seodang.data.digits import digits\n",
    "data/digits.py": "digits = 3\n",
    "data/spiral.py": "spiral = 4\n",
    "counting/flops.py": "def flops(): return 5\n",
    "experiment/arms.py": "Training = object\n",
    "training/loop.py": "",
    "training/cost.py": "",
    "training/plan.py": "",
}
EXPERIMENT = """
import torch
from seodang import counting
from seodang.data import digits
from seodang.experiment import Training
from seodang.models import mlp

def experiment():
    import seodang.counting.flops
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder laid out like the house; the experiment is book/a.py."""
    root = tmp_path / "seodang"
    for name, text in {**HOUSE, "book/a.py": EXPERIMENT}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(provenance, "HOUSE", root)
    return root


def after_changing(house: Path, name: str) -> bool:
    """Whether a changed file changes the experiment's hash."""
    before = experiment_hash(house / "book/a.py")
    (house / name).write_text((house / name).read_text(encoding="utf-8") + "\nchanged = 1\n", encoding="utf-8")
    return experiment_hash(house / "book/a.py") != before


@pytest.mark.parametrize("name", ["book/a.py", "models/mlp.py", "models/parts.py", "data/digits.py", "counting/flops.py"])
def test_the_hash_changes_with_the_experiment_and_whatever_it_imports_however_far(house: Path, name: str) -> None:
    assert after_changing(house, name)


@pytest.mark.parametrize(
    "name", ["models/vgg.py", "models/__init__.py", "data/__init__.py", "data/spiral.py", "experiment/arms.py"]
)
def test_the_hash_stays_when_a_file_changes_that_the_experiment_does_not_use(house: Path, name: str) -> None:
    assert not after_changing(house, name)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("from seodang.models import vgg", "models/vgg.py"),
        ("from seodang.data.spiral import spiral", "data/spiral.py"),
        ("import seodang.data.spiral as s", "data/spiral.py"),
        ("from seodang.models import mlp as net, vgg", "models/vgg.py"),
        ("def late():\n    from seodang.data import spiral", "data/spiral.py"),
        ("import seodang.models", "models/vgg.py"),
        ("from seodang.models import *", "models/vgg.py"),
        ("from seodang import models", "models/vgg.py"),
    ],
)
def test_every_way_of_writing_an_import_is_followed(house: Path, line: str, name: str) -> None:
    (house / "book/a.py").write_text(line + "\n", encoding="utf-8")
    assert after_changing(house, name)


def test_the_hash_does_not_depend_on_the_line_ends_of_a_checkout(house: Path) -> None:
    path = house / "book/a.py"
    before = experiment_hash(path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert experiment_hash(path) == before


def test_the_hash_does_not_depend_on_where_the_house_stands(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = experiment_hash(house / "book/a.py")
    moved = house.rename(tmp_path / "moved")
    (tmp_path / "zzz").mkdir()
    moved = moved.rename(tmp_path / "zzz" / "seodang")
    monkeypatch.setattr(provenance, "HOUSE", moved)
    assert experiment_hash(moved / "book/a.py") == before


def test_an_import_in_a_circle_comes_to_an_end(house: Path) -> None:
    (house / "models/parts.py").write_text("from seodang.models.mlp import mlp\n", encoding="utf-8")
    assert experiment_hash(house / "book/a.py")


def test_the_code_that_trains_is_hashed_but_for_what_no_number_depends_on(house: Path) -> None:
    before = training_hash()
    for name in ("cost", "plan"):
        (house / f"training/{name}.py").write_text("changed = 1\n", encoding="utf-8")
        assert training_hash() == before
    (house / "training/loop.py").write_text("changed = 1\n", encoding="utf-8")
    assert training_hash() != before


def test_the_real_model_experiment_depends_on_its_model_and_its_data() -> None:
    book = Path(provenance.__file__).parent / "book/activations/relu_over_sigmoid.py"
    names = {path.name for path in provenance._with_imports(book)}
    assert {"relu_over_sigmoid.py", "mlp.py", "digits.py", "mnist.py", "split.py"} <= names
    assert not names & {"experiment.py", "evidence.py", "verdict.py"}


def test_stale_evidence_says_what_has_changed(house: Path) -> None:
    path = house / "book/a.py"
    for source, trained in ((DERIVATION, False), (COIN, True)):
        path.write_text(source, encoding="utf-8")
        recorded = opened(path)[1]
        assert stale(recorded, path) is None
        (house / "training/loop.py").write_text(f"changed = {source!r}\n", encoding="utf-8")
        code = "the code that trains has changed since it was recorded"
        assert stale(recorded, path) == (code if trained else None), "nothing is trained for a derivation"
        path.write_text(source + "# changed\n", encoding="utf-8")
        what = "the experiment, or a model or data set it uses, has changed since it was recorded"
        assert stale(recorded, path) == what
