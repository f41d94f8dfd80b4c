"""What the checker asks of a single page, beyond its being readable."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING

from seodang.library.dictionary import Term
from seodang.library.markdown import formulas, mathml, parse
from seodang.library.page import OUTCOMES, Page, Section
from seodang.library.placeholders import PLACEHOLDER, fill, resolve
from seodang.library.problem import BookError, Problem, did_you_mean

if TYPE_CHECKING:
    from seodang.evidence import Evidence

REQUIRED = ("setting", "answer", "why", "wrong", "limits")
SECTIONS = (*REQUIRED, "pupil", "followups")
_HANGUL = re.compile("[가-힣ㄱ-ㅎㅏ-ㅣ]")
_QUOTED = re.compile(r"“[^”\n]*”|‘[^’\n]*’|\"[^\"\n]*\"|`[^`\n]*`|\([^()\n]*\)")
_MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_BRACES = re.compile(r"\{\{.*?\}\}")


@dataclass(frozen=True)
class Found:
    """The rest of the book, as far as a page speaks of it."""

    stems: Mapping[str, Path]
    terms: Mapping[str, Term]
    evidence: "Evidence | None"


def check_page(page: Page, found: Found) -> Iterator[Problem]:
    """Every problem of a page that could be read."""
    for check in (_structure, _names, _labels, _choices, _languages):
        yield from check(page, found)
    for section in page.sections.values():
        yield from _placeholders(page, section, found)
        yield from _math(page, section, found)
    for number, line in enumerate(page.source.text.splitlines()):
        if _BRACES.search(line):
            message = "a placeholder may not stand in the front matter, which is read before the answer. Take it out."
            yield Problem(page.path, page.source.first + number, message)


def wrong_language(language: str, text: str) -> str | None:
    """What is wrong with a text that should be in this language."""
    if language == "ko" and not _HANGUL.search(text):
        return "has no Hangul. Write it in Korean."
    if language == "en" and (hangul := _HANGUL.search(_QUOTED.sub("", text))):
        return f'has the Hangul "{hangul[0]}" outside quotation marks. Write it in English.'
    return None


def _structure(page: Page, _: Found) -> Iterator[Problem]:
    ids = list(page.sections)
    for id in REQUIRED:
        if id not in ids:
            yield Problem(page.path, 1, f"the section {{#{id}}} is missing. Add `## … {{#{id}}}`.")
    for id, section in page.sections.items():
        if id not in SECTIONS:
            message = f"{{#{id}}} is not a section of a page.{did_you_mean(id, SECTIONS)} Use {', '.join(SECTIONS)}."
            yield Problem(page.path, section.line, message)
        elif not section.source.strip():
            yield Problem(page.path, section.line, f"the section {{#{id}}} is empty. Write it or take it out.")
    for id, heading in page.followups.items():
        if "$" in heading or "{{" in heading or "`" in heading:
            message = f"the heading {{#{id}}} is shown in lists of plain text. Write it in words alone."
            yield Problem(page.path, _line_of(page, f"{{#{id}}}"), message)
        if id not in page.catalogue:
            hint = did_you_mean(id, page.catalogue)
            message = f'the heading {{#{id}}} is no id of this page\'s "catalogue".{hint} Add it there.'
            yield Problem(page.path, _line_of(page, f"{{#{id}}}"), message)
    known = [id for id in ids if id in SECTIONS]
    for before, after in pairwise(known):
        if SECTIONS.index(before) > SECTIONS.index(after):
            message = f"{{#{after}}} stands after {{#{before}}}. The order is {', '.join(SECTIONS)}."
            yield Problem(page.path, page.sections[after].line, message)


def _line_of(page: Page, text: str) -> int:
    """The line on which a text of a section stands first."""
    for section in page.sections.values():
        for number, line in enumerate(section.source.splitlines(), start=section.line + 1):
            if text in line:
                return number
    return 1


def _names(page: Page, found: Found) -> Iterator[Problem]:
    """Terms and next questions are in the book; other ways to ask and references are there."""
    for index, key in enumerate(page.terms):
        if key not in found.terms:
            hint = did_you_mean(key, found.terms)
            message = f'the term "{key}" is not in terms.toml.{hint} Add it there or take it out.'
            yield Problem(page.path, page.source.line("terms", index), message)
    for index, slug in enumerate(page.next):
        if slug not in found.stems or slug == page.path.name.split(".")[0]:
            hint = did_you_mean(slug, found.stems)
            message = f'"next" names "{slug}", which is no other question.{hint} Name one that is in the book.'
            yield Problem(page.path, page.source.line("next", index), message)
    if not 3 <= len(page.asked) <= 12:
        message = f'"asked" has {len(page.asked)} other ways to ask. Write 3 to 12.'
        yield Problem(page.path, page.source.line("asked"), message)
    if not page.references:
        yield Problem(page.path, 1, "there is no reference. Add a [[references]] with authors, year, title and venue.")


def _labels(page: Page, found: Found) -> Iterator[Problem]:
    """The page has a label for exactly what its evidence holds."""
    evidence = found.evidence
    if evidence is None:
        return
    if evidence.kind != page.kind:
        message = f'the page says {page.kind}, its evidence {evidence.kind}. Correct "kind".'
        yield Problem(page.path, page.source.line("kind"), message)
    metrics = {metric for measured in evidence.arms.values() for metric in measured}
    claims = {claim.claim for claim in evidence.claims}
    rows = (("arms", page.arms, set(evidence.arms)), ("metrics", page.metrics, metrics), ("claims", page.claims, claims))
    for field, labels, recorded in rows:
        for name in labels.keys() - recorded:
            message = f'the evidence has no "{name}" among its {field}.{did_you_mean(name, recorded)} Take the label out.'
            yield Problem(page.path, page.source.line(field, name), message)
        for name in recorded - labels.keys():
            message = f'"{field}.{name}" has no label, but the evidence has it. Add it to [{field}].'
            yield Problem(page.path, page.source.line(field), message)


def _choices(page: Page, found: Found) -> Iterator[Problem]:
    """Each choice can come out as the only right one, and the recorded outcomes make one right."""
    choices = page.predict.choices
    for index, choice in enumerate(choices):
        for claim in choice.when:
            if claim not in page.claims:
                message = f'"when" names the claim "{claim}".{did_you_mean(claim, page.claims)} Name one in [claims].'
                yield Problem(page.path, page.source.line("predict", "choices", index), message)
    claims = sorted({claim for choice in choices for claim in choice.when})
    combinations = [dict(zip(claims, row, strict=True)) for row in product(OUTCOMES, repeat=len(claims))]
    alone = {right.id for outcomes in combinations if (right := page.predict.right(outcomes))}
    for index, choice in enumerate(choices):
        if choice.id not in alone:
            message = f'the choice "{choice.id}" can never be the only right one. Change its "when".'
            yield Problem(page.path, page.source.line("predict", "choices", index), message)
    yield from _came_out(page, found)


def _came_out(page: Page, found: Found) -> Iterator[Problem]:
    if found.evidence is None or not page.predict.choices:
        return
    outcomes = {claim.claim: str(claim.outcome) for claim in found.evidence.claims}
    right = [choice.id for choice in page.predict.choices if choice.right(outcomes)]
    told = ", ".join(f"{claim} {outcome}" for claim, outcome in outcomes.items())
    line = page.source.line("predict", "choices")
    if len(right) > 1:
        yield Problem(page.path, line, f'{" and ".join(right)} are both right with {told}. Change their "when".')
    if not right and "undecided" not in outcomes.values():
        yield Problem(page.path, line, f'no choice is right with {told}. Change a "when" or add a choice.')


def _languages(page: Page, _: Found) -> Iterator[Problem]:
    """Every text is in the page's language."""
    line = page.source.line
    texts = [("the title", page.title, line("title"))]
    texts.append(('"predict.question"', page.predict.question, line("predict", "question")))
    texts += [(f'"claims.{name}"', text, line("claims", name)) for name, text in page.claims.items()]
    if page.language == "en":
        texts += [('"asked"', text, line("asked", index)) for index, text in enumerate(page.asked)]
        texts += [(f'"arms.{name}"', text, line("arms", name)) for name, text in page.arms.items()]
        texts += [(f'"metrics.{name}"', text, line("metrics", name)) for name, text in page.metrics.items()]
        choices = enumerate(page.predict.choices)
        texts += [(f'the choice "{one.id}"', one.text, line("predict", "choices", index)) for index, one in choices]
    for id, section in page.sections.items():
        texts.append((f"the heading {{#{id}}}", section.heading, section.line))
        if page.language == "ko":
            texts.append((f"the section {{#{id}}}", section.source, section.line))
        else:
            rows = enumerate(section.source.splitlines(), start=section.line + 1)
            texts += [(f"the section {{#{id}}}", row, number) for number, row in rows]
    for name, text, number in texts:
        if text.strip() and (message := wrong_language(page.language, text)):
            yield Problem(page.path, number, f"{name} {message}")


def _placeholders(page: Page, section: Section, found: Found) -> Iterator[Problem]:
    latex = [formula.span() for formula in _MATH.finditer(section.source)]
    for match in _BRACES.finditer(section.source):
        line = section.line + 1 + section.source.count("\n", 0, match.start())
        placeholder = PLACEHOLDER.fullmatch(match[0])
        if not placeholder and any(start <= match.start() < end for start, end in latex):
            continue  # double braces mean something else in LaTeX
        if section.id == "setting":
            message = f"{match[0]} tells the result before it is predicted. Take it out of {{#setting}}."
            yield Problem(page.path, line, message)
        elif placeholder:
            if reason := _unresolved(page, placeholder[1], placeholder[2], found):
                yield Problem(page.path, line, reason)
        else:
            yield Problem(page.path, line, f"{match[0]} is no placeholder. Write {{{{metric.arm}}}} or {{{{claim.yes}}}}.")


def _unresolved(page: Page, name: str, of: str, found: Found) -> str | None:
    if found.evidence is not None:
        try:
            resolve(name, of, found.evidence, page.language)
        except BookError as error:
            return str(error)
        return None
    if (name in page.metrics and of in page.arms) or (name in page.claims and of in ("yes", "n")):
        return None
    return f"{{{{{name}.{of}}}}} names no metric of an arm and no claim of this page. Correct it."


def _math(page: Page, section: Section, found: Found) -> Iterator[Problem]:
    try:
        text = fill(section.source, found.evidence, page.language)
    except BookError:  # told by _placeholders
        text = fill(section.source, None)
    for formula, display, offset in formulas(parse(text)):
        try:
            mathml(formula.content, display, page.path, section.line + 1 + offset)
        except BookError as error:
            yield from error.problems
