"""Which ideas made deep learning between 2012 and 2020, and was each famous network larger than the one before?

The dates are looked up, not computed: they stand on the page with their sources. What can be computed is the size of the
networks of those years, built without memory for their parameters and counted, in the order in which they became public:
AlexNet 2012, VGG-16 September 2014, GoogLeNet September 2014, ResNet-50 December 2015, the base Transformer June 2017,
BERT-base October 2018, GPT-2 February 2019.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import nn

from seodang.experiment import Arms, Claim, Experiment
from seodang.models.alexnet import alexnet_2012
from seodang.models.bert import bert_base
from seodang.models.googlenet import googlenet_2014
from seodang.models.gpt import gpt2_xl
from seodang.models.resnet import resnet50
from seodang.models.transformer import transformer_base
from seodang.models.vgg import vgg16

BUILDERS: dict[str, Callable[[], nn.Module]] = {
    "alexnet": alexnet_2012,
    "vgg16": vgg16,
    "googlenet": googlenet_2014,
    "resnet50": resnet50,
    "transformer": transformer_base,
    "bert": bert_base,
    "gpt2": gpt2_xl,
}


def parameters(build: Callable[[], nn.Module], _seed: int) -> float:
    """How many parameters a network has, in millions; parameters that are shared count once."""
    with torch.device("meta"):
        return sum(each.numel() for each in build().parameters()) / 1e6


def grows(arms: Arms, names: tuple[str, ...]) -> bool:
    """Whether each has more parameters than the one before."""
    return all(getattr(arms, a).millions < getattr(arms, b).millions for a, b in pairwise(names))


def experiment() -> Experiment:
    """A network an arm, in the order in which they became public."""
    return Experiment(
        kind="derivation",
        arms={name: partial(parameters, build) for name, build in BUILDERS.items()},
        metrics={"millions": float},
        claims={
            "always_larger": Claim(lambda a: grows(a, tuple(BUILDERS))),
            "images_larger": Claim(lambda a: a.resnet50.millions > a.alexnet.millions),
            "text_larger": Claim(lambda a: grows(a, ("transformer", "bert", "gpt2"))),
            "tenfold": Claim(lambda a: a.gpt2.millions / a.bert.millions, above=10),
        },
    )
