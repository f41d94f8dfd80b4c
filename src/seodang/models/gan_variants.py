"""What the best-known relatives of the GAN added to it: one row each, with its paper."""

from __future__ import annotations

from typing import NamedTuple


class Variant(NamedTuple):
    """`year` is the first public version's; `terms` are the losses beside the adversarial one; `file` is in models/."""

    name: str
    year: int
    paper: str
    idea: str
    terms: tuple[str, ...] = ()
    file: str = ""


VARIANTS = (
    Variant(
        "DCGAN",
        2015,
        "Radford, Metz & Chintala 2016, arXiv 1511.06434",
        "strided convolutions with batch normalization in place of pooling and hidden linear layers",
        file="dcgan",
    ),
    Variant(
        "InfoGAN",
        2016,
        "Chen, Duan, Houthooft, Schulman, Sutskever & Abbeel 2016, arXiv 1606.03657",
        "part of the noise is a code that can be read off the sample",
        ("information",),
        "infogan",
    ),
    Variant(
        "Text2Image",
        2016,
        "Reed, Akata, Yan, Logeswaran, Schiele & Lee 2016, arXiv 1605.05396",
        "generator and discriminator are given a text; real samples with a wrong text count as made",
        ("matching",),
        "text_to_image",
    ),
    Variant(
        "Puzzle-GAN",
        2017,
        "Lee, Yun, Choi, Yoo, Yang & Oh 2018, arXiv 1703.10730",
        "a whole image from a few of its patches, whose places are not given",
        ("spatial", "appearance"),
    ),
    Variant(
        "CycleGAN",
        2017,
        "Zhu, Park, Isola & Efros 2017, arXiv 1703.10593",
        "two domains without pairs: translated forth and back, a sample must be itself again",
        ("cycle",),
        "cyclegan",
    ),
    Variant(
        "StarGAN",
        2017,
        "Choi, Choi, Kim, Ha, Kim & Choo 2018, arXiv 1711.09020",
        "one generator for all domains, told which is asked for; the discriminator names the domain too",
        ("domain", "reconstruction"),
        "stargan",
    ),
    Variant(
        "Progressive GAN",
        2017,
        "Karras, Aila, Laine & Lehtinen 2018, arXiv 1710.10196",
        "from 4 x 4 to 1024 x 1024 pixels, each doubling faded in; the loss is that of any GAN",
        file="progressive_gan",
    ),
)
