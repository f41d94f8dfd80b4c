"""A learner's own text as HTML: Markdown without HTML in it, cleaned once more on the way out."""

from __future__ import annotations

import nh3
from markupsafe import Markup

from seodang.library import BookError
from seodang.library.markdown import to_html

MATHML = {
    *(
        "math",
        "mi",
        "mn",
        "mo",
        "ms",
        "mtext",
        "mrow",
        "mfrac",
        "msqrt",
        "mroot",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "mover",
    ),
    *("munderover", "mtable", "mtr", "mtd", "mspace", "mstyle", "mpadded", "mphantom", "merror", "semantics"),
}
TAGS = nh3.ALLOWED_TAGS | MATHML
ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    **{tag: {"display", "displaystyle", "mathvariant", "stretchy", "form", "lspace", "rspace", "width"} for tag in MATHML},
}


def marked(text: str) -> Markup:
    """The text as HTML that can do nothing: no scripts, no styles, no pictures from elsewhere."""
    try:
        html = to_html(text)
    except BookError:  # a formula that cannot be set is shown as it was typed
        return Markup("<p>{}</p>").format(text)
    clean = nh3.clean(html, tags=TAGS - {"img"}, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"})
    return Markup(clean)
