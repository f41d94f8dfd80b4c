"""LaTeX as one line of Unicode for the terminal: `\\frac{1}{4}\\sigma'(x_i)` becomes `(1/4)σ′(xᵢ)`.

Only what can be shown truly is shown: a formula with a command that is not below stays as its LaTeX source.
"""

import re


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


SIGNS = _pairs(
    r"""
    alpha α   beta β   gamma γ   delta δ   epsilon ϵ   varepsilon ε   zeta ζ   eta η   theta θ   iota ι
    kappa κ   lambda λ   mu μ   nu ν   xi ξ   pi π   rho ρ   sigma σ   tau τ   upsilon υ   phi ϕ
    varphi φ   chi χ   psi ψ   omega ω   Gamma Γ   Delta Δ   Theta Θ   Lambda Λ   Xi Ξ   Pi Π   Sigma Σ
    Phi Φ   Psi Ψ   Omega Ω   partial ∂   nabla ∇   infty ∞   ell ℓ   sum ∑   prod ∏   int ∫   forall ∀
    exists ∃   emptyset ∅   ldots …   dots …   cdots ⋯   prime ′   lVert ‖   rVert ‖   Vert ‖   | ‖
    lvert |   rvert |   vert |   langle ⟨   rangle ⟩   lfloor ⌊   rfloor ⌋   lceil ⌈   rceil ⌉   { {   }
    }   % %   # #   _ _   & &   $ $   top ⊤   bot ⊥   circ ∘   star ⋆   dagger †
    """
)
OPERATORS = _pairs(
    r"""
    cdot ·   times ×   pm ±   odot ⊙   oplus ⊕   otimes ⊗   le ≤   leq ≤   ge ≥   geq ≥   ne ≠   neq ≠
    approx ≈   equiv ≡   sim ∼   propto ∝   in ∈   notin ∉   subset ⊂   subseteq ⊆   cup ∪   cap ∩   to
    →   rightarrow →   leftarrow ←   gets ←   Rightarrow ⇒   implies ⇒   Leftrightarrow ⇔   iff ⇔
    mapsto ↦   mid |   ll ≪   gg ≫   div ÷   cong ≅   ast *
    """
)
FUNCTIONS = _words("log exp ln max min sin cos tan tanh sinh cosh arg argmax argmin lim sup inf det dim ker Pr deg")
LARGE = _words("sum prod int")
WORDS = _words("text texttt textrm textbf textit mathrm operatorname")
UPRIGHT = _words("mathfrak mathbf mathit mathsf mathcal boldsymbol bm")
ENVIRONMENTS = _words("aligned align align* split cases gathered")
MATRICES = _words("pmatrix bmatrix matrix")
SIZES = _words("left right big Big bigl bigr Bigl Bigr bigg Bigg")
SPACES = {
    ",": " ",
    ";": " ",
    ":": " ",
    " ": " ",
    "!": "",
    "quad": "  ",
    "qquad": "   ",
    "displaystyle": "",
    "textstyle": "",
    "limits": "",
}
AFTERWARDS = {",": ", ", ":": ": ", "~": " "}  # characters that are followed by a space, or are one
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308"}
BLACKBOARD = _pairs("1 𝟙 C ℂ E 𝔼 H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ")
RAISED = dict(zip("0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW′⊤∗",
                  "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ′ᵀ*", strict=True))  # fmt: skip
LOWERED = dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_UNARY_AFTER = re.compile(r"(?:^|[(\[{,/∑∏∫^_ ])$")


class _NotShownError(ValueError):
    """The formula has something that this module cannot show truly."""


def in_unicode(latex: str) -> str:
    """The formula in Unicode, or its own source where that would not be true to it."""
    try:
        return re.sub(r" *\n *", "\n", _Reader(latex).until("")).strip()
    except _NotShownError:
        return latex.strip()


class _Reader:
    """Reads a formula from left to right. As in LaTeX, spaces count only within words."""

    def __init__(self, latex: str) -> None:
        self.tokens = _TOKEN.findall(latex)
        self.place = 0
        self.column = ""  # what an & becomes
        self.row = "\n"  # what a \\\\ becomes
        self.wide = False  # the last thing read was a function or a sum, which keeps a distance

    def until(self, end: str) -> str:
        """Everything up to the token `end`, which is taken too."""
        text = ""
        while self.peek():
            token = self.take()
            if token == end:
                return text
            text = self.joined(text, token)
        if end:
            raise _NotShownError
        return text

    def peek(self) -> str:
        while self.place < len(self.tokens) and self.tokens[self.place].isspace():
            self.place += 1
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise _NotShownError
        self.place += 1
        return token

    def joined(self, text: str, token: str) -> str:
        """The text with one more token, and what belongs to the token, at its end."""
        name = token[1:]
        if token in ("^", "_"):
            wide = self.wide
            text = text.rstrip(" ") + _shifted(self.argument(), token)
            self.wide = wide
            return text
        if self.wide and token not in "([" and name not in SIZES:
            text += " "
        self.wide = name in FUNCTIONS or name in LARGE
        if token == "'":
            return text + "′"
        if token == "\\\\":
            return text.rstrip() + self.row
        if name in FUNCTIONS:
            return text + (" " if text[-1:].isalnum() else "") + name
        if token in "+-=<>" or (token.startswith("\\") and name in OPERATORS):
            return _operator(text, OPERATORS.get(name, token.replace("-", "−")))
        return text + self.element(token)

    def element(self, token: str) -> str:
        if token == "{":
            return self.group()
        if token == "}":
            raise _NotShownError
        if not token.startswith("\\"):
            return self.column if token == "&" else AFTERWARDS.get(token, token)
        name = token[1:].rstrip("*")
        if name in SIGNS or name in SPACES:
            return SIGNS.get(name, SPACES.get(name, ""))
        if name in WORDS:
            return self.words() if self.peek() == "{" else self.argument()
        if name in SIZES:
            if self.peek() == ".":  # \\left. is a bracket that is not drawn
                self.take()
            return ""
        return self.built(name)

    def built(self, name: str) -> str:
        """Commands with arguments."""
        if name in ("frac", "tfrac", "dfrac"):
            above, below = self.argument(), self.argument()
            return f"{_grouped(above)}/{_grouped(below)}"
        if name == "sqrt" and self.peek() != "[":
            return "√" + _grouped(self.argument())
        if name in UPRIGHT:
            return self.argument()
        if name == "mathbb" and (letter := self.argument()) in BLACKBOARD:
            return BLACKBOARD[letter]
        if name in ACCENTS and len(letter := self.argument()) == 1:
            return letter + ACCENTS[name]
        if name == "overline":
            return "".join(letter + "\u0305" for letter in self.argument() if letter != " ")
        if name == "binom":
            above, below = self.argument(), self.argument()
            return f"C({above}, {below})"
        if name == "underset":
            label, inner = self.argument(), self.argument()
            return f"{inner} [{label}]"
        if name == "underbrace":
            return self.braced()
        return self.environment(name)

    def braced(self) -> str:
        """What stands over a brace, and in square brackets what is written under it."""
        inner = self.argument().strip()
        if self.peek() != "_":
            return inner
        self.take()
        return f"{inner} [{self.argument().strip()}]"

    def environment(self, name: str) -> str:
        """Lines under each other; a matrix in one line, its rows parted by semicolons."""
        if name in ("begin", "end") and (environment := self.argument()) in (*ENVIRONMENTS, *MATRICES):
            matrix = name == "begin" and environment in MATRICES
            self.column = " " if matrix else "  " if (name, environment) == ("begin", "cases") else ""
            self.row = "; " if matrix else "\n"
            return "" if environment in ENVIRONMENTS else "(" if matrix else ")"
        raise _NotShownError

    def argument(self) -> str:
        token = self.take()
        return self.group() if token == "{" else self.element(token).strip()

    def group(self) -> str:
        text = self.until("}")
        return text.strip() if text.strip() == "," else text  # 73{,}792 is one number

    def words(self) -> str:
        """What stands in the braces of \\text{…}, spaces and all."""
        start = self.place + 1
        self.take()
        while self.take() != "}":
            pass
        inside = self.tokens[start : self.place - 1]
        if any(token in ("{", "$") or token.startswith("\\") for token in inside):
            raise _NotShownError
        return "".join(inside)


def _shifted(text: str, mark: str) -> str:
    text = text.replace(" ", "")
    table = RAISED if mark == "^" else LOWERED
    if text and all(letter in table for letter in text):
        return "".join(table[letter] for letter in text)
    return mark + (text if len(text) == 1 else f"({text})")


def _operator(text: str, sign: str) -> str:
    if sign in "−+" and _UNARY_AFTER.search(text):
        return text + sign
    return f"{text.rstrip(' ')} {sign} "


def _grouped(text: str) -> str:
    """In brackets, unless it is one number, letter or name with its marks."""
    one = r"[\d.]+|[∂∇√]?[^\W\d][\w′⁰-ₜ²³¹̂̄.]*"
    return text if re.fullmatch(one, text.strip()) else f"({text.strip()})"
