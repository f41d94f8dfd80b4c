"""The Markdown index: the questions numbered and linked, and the table of the meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seodang.locale import Language, _, speak

if TYPE_CHECKING:
    from seodang.library import Library


def markdown_index(library: Library, language: Language, base: str = "") -> str:
    """The book as a README lists it. `base` goes in front of every link; the pages are those of the static site."""
    speak(language)
    lines = [f"# {_('Seodang')}", "", _("A school for deep learning in which every answer is an experiment."), ""]
    numbers: dict[str, int] = {}
    for chapter in library.chapters:
        if not chapter.questions:
            continue
        lines += [f"## {chapter.title[language]}", ""]
        for slug in chapter.questions:
            question = library.question(slug)
            numbers[slug] = len(numbers) + 1
            lines.append(f"{numbers[slug]}. [{_plain(question.title[language])}]({base}{address(slug, language)})")
            for id, heading in question.page(language).followups.items():
                lines.append(f"    - [{_plain(heading)}]({base}{address(slug, language)}#{id})")
        lines.append("")
    if library.syllabus.sessions:
        lines += [
            f"## {_('Meeting by meeting')}",
            "",
            f"| {_('Meeting')} | {_('Topic')} | {_('Questions')} |",
            "|---|---|---|",
        ]
        for session in library.syllabus.sessions:
            slugs = [question.slug for id in session.questions for question in library.answering(id)[:1]]
            links = (
                f"[{numbers[slug]}]({base}{address(slug, language)})" for slug in dict.fromkeys(slugs) if slug in numbers
            )
            lines.append(f"| {session.number:02} | {_plain(session.topic[language])} | {', '.join(links)} |")
        lines.append("")
    return "\n".join(lines)


def address(slug: str, language: Language) -> str:
    """Where a question's page is, from the root of the site."""
    return f"{language}/questions/{slug.replace('_', '-')}.html"


def _plain(text: str) -> str:
    """A title as link text or in a cell: what Markdown would read as a mark is escaped."""
    return "".join(f"\\{letter}" if letter in "[]|*_`\\" else letter for letter in text)
