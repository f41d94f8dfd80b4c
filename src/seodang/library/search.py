"""Search over the book in Korean and English that forgives typos, spacing and loan-word spellings. Pure Python.

Hangul is taken apart into its letters (jamo) with the spaces squeezed out, Latin words are padded with an edge mark, and
both are compared by three letters at a time: "드랍아웃" still shares most of its letters with "드롭아웃". A query of bare
consonants ("ㄷㄹㅇㅇ") is compared with the initial consonants of words. The score is BM25 (Robertson & Zaragoza 2009, "The
probabilistic relevance framework", section 3) times the part of the query that was found, lifted where the query comes
near to one of the wordings as a whole.

Nonsense finds nothing: an answer is a hit only where enough of the query stands in one of its texts (what begins a word
counts fully there, what lies scattered in it half), or a long part of a single word, or a name of the dictionary.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from seodang.library.dictionary import Term, names
from seodang.library.letters import LATIN, goes_on, grams, initial_consonants, misspelt, normal, squeezed, word_grams
from seodang.library.question import Question

TITLE, ASKED, NAMED, LISTED = 3.0, 2.0, 3.0, 0.5  # what an occurrence counts, by where it is
K1, B = 1.2, 0.3  # BM25: how soon repetition stops counting, how much length is held against a question
WORDED = 3.0  # how much a wording like the query lifts an answer
LEAST_FOUND = 0.35  # of the query's grams, anywhere in an answer
LEAST_TOGETHER = 0.37  # of their rarity, in one of its texts: grams that meet only by chance are scattered over many
SCATTERED = 0.5  # what a gram counts there if the word it is of does not begin as in the text
TELLING = 14.0  # rarity of the part of one word, from its beginning, that is enough by itself
LIKE = 0.4  # Dice of the grams of two words that may be one, misspelt
FEW = 50  # answers; in a smaller book no gram is rarer than in one of so many
MOST_QUERY = 200  # characters; a longer query is cut

_CONSONANTS = re.compile("[ㄱ-ㅎ]{2,}")
_FOREIGN = {ord(letter): 0xE000 + ord(letter) for letter in "abcdefghijklmnopqrstuvwxyz0123456789"}  # to letters of no text
_SUBHEADING = re.compile(r"^###+\s+(.*?)(?:\s*\{#[a-z0-9-]+\})?\s*$", re.MULTILINE)
# Words that only make a sentence a question. They are left out of a query unless nothing else is in it.
_ASKING = re.compile(
    r"\b(?:a|an|are|can|difference|do|does|explain|how|in|instead|is|it|of|the|to|use|used|we|what|when|which|why|with)\b"
    r"|왜(?=\s|$)|(?<!\S)(?:무엇|뭐|뭔|어떻게|어떤|언제)\S*|(?:쓰나요|써요|쓰죠|인가요|하나요|할까요?|일까요?)(?=\W|$)"
)


@dataclass(frozen=True)
class Hit:
    """A question that a query may have meant: a page, or the heading of a page that answers a follow-up."""

    slug: str
    heading: str  # catalogue id of the follow-up; empty where it is the page as a whole
    score: float
    catalogue: tuple[str, ...]
    title: Mapping[str, str]  # language → title, or heading


@dataclass(frozen=True)
class Answer:
    """A page, or one follow-up on it, and the texts under which it is looked for, normalised, with what each counts."""

    question: Question
    heading: str
    texts: tuple[tuple[str, float], ...]

    @cached_property
    def grams(self) -> tuple[frozenset[str], ...]:
        """The grams of each text."""
        return tuple(frozenset(grams(text)) for text, _ in self.texts)

    @cached_property
    def wordings(self) -> tuple[frozenset[str], ...]:
        """The grams of each text that puts the question in words."""
        return tuple(each for each, (_, weight) in zip(self.grams, self.texts, strict=True) if weight > LISTED)

    @property
    def title(self) -> Mapping[str, str]:
        pages = self.question.pages
        return {each: page.followups[self.heading] for each, page in pages.items()} if self.heading else self.question.title


@dataclass(frozen=True)
class Index:
    """Where every gram occurs and how much each occurrence counts."""

    answers: tuple[Answer, ...]
    postings: Mapping[str, Mapping[int, float]]  # gram → position of an answer → weight
    lengths: tuple[float, ...]
    initials: tuple[tuple[tuple[str, float], ...], ...]  # answer → (initial consonants of a text, its weight)
    words: Mapping[str, frozenset[str]]  # initial letter → the Latin words of all texts
    names: Mapping[str, Mapping[str, str]]  # initial letter → what the dictionary calls things, without spaces and with

    @classmethod
    def of(cls, questions: Iterable[Question], terms: Mapping[str, Term]) -> "Index":
        """Index what the questions are called, how they are asked and which terms they are about."""
        answers = tuple(answer for question in questions for answer in _answers(question, terms))
        postings: dict[str, dict[int, float]] = defaultdict(dict)
        lengths, initials = [], []
        words: dict[str, set[str]] = defaultdict(set)
        for position, answer in enumerate(answers):
            weights: dict[str, float] = defaultdict(float)
            for text, weight in answer.texts:
                for gram in set(grams(text)):
                    weights[gram] += weight
                for word in LATIN.findall(text):
                    words[word[0]].add(word)
            for gram, weight in weights.items():
                postings[gram][position] = weight
            lengths.append(float(sum(weights.values())))
            initials.append(tuple((initial_consonants(text), weight) for text, weight in answer.texts))
        known = {letter: frozenset(those) for letter, those in words.items()}
        return cls(answers, dict(postings), tuple(lengths), tuple(initials), known, _by_initial(names(terms.values())))

    def ask(self, query: str, limit: int = 10) -> list[Hit]:
        """The questions that the query may mean, best first; a page is named once, by what on it fits best."""
        query = normal(query[:MOST_QUERY])
        runs = _CONSONANTS.findall(query)
        rest = LATIN.sub(self._known, _CONSONANTS.sub(" ", query))
        whole = frozenset(grams(rest))
        words = list(word_grams(_ASKING.sub(" ", rest))) or list(word_grams(rest))
        wanted = sorted({gram for word in words for gram in word})
        scores = self._by_grams(wanted) if wanted else {}
        if not runs:  # which say by themselves what is meant
            scores = self._meant(scores, words, self._named(rest))
        scores = {key: score * (1 + WORDED * self._wording(whole, key)) for key, score in scores.items()}
        for run in runs:
            found = self._by_initials(run)
            scores = {key: found[key] + scores.get(key, 0.0) for key in found if not wanted or key in scores}
        best: dict[str, Hit] = {}
        for position in sorted(scores, key=lambda position: (-scores[position], position)):
            answer = self.answers[position]
            hit = Hit(
                answer.question.slug, answer.heading, round(scores[position], 4), answer.question.catalogue, answer.title
            )
            best.setdefault(hit.slug, hit)
        return list(best.values())[:limit]

    def _named(self, query: str) -> list[frozenset[str]]:
        """The grams of each name of the dictionary that a word of the query begins with, the longest of each word."""
        named = []
        letters = squeezed(query)
        place = 0
        for word in query.split():
            rest = letters[place:]
            place += len(word)
            names = self.names.get(rest[0], {})
            fits = [name for name in names if rest.startswith(name) and not goes_on(rest, name)]
            if fits:
                named.append(frozenset(grams(names[max(fits, key=len)])))
        return named

    def _known(self, word: re.Match[str]) -> str:
        """A Latin word, spelt right; or, if no word of the book is like it, such that nothing matches it by chance."""
        others = self.words.get(word[0][0], frozenset())
        if word[0] in others:
            return word[0]
        if meant := min((other for other in others if misspelt(word[0], other)), default=""):
            return meant
        mine = set(grams(word[0]))
        for other in others:
            theirs = set(grams(other))
            if 2 * len(mine & theirs) >= LIKE * (len(mine) + len(theirs)):
                return word[0]
        return word[0].translate(_FOREIGN)

    def _wording(self, query: frozenset[str], position: int) -> float:
        """How near the query comes to one of the answer's wordings, from 0 to 1: rare grams count more (Dice 1945)."""
        size = self._mass(query)
        both = ((self._mass(query & wording), size + self._mass(wording)) for wording in self.answers[position].wordings)
        return max((2 * shared / sizes for shared, sizes in both if sizes), default=0.0)

    def _mass(self, wanted: Iterable[str]) -> float:
        return sum(self._rarity(len(self.postings.get(gram, ()))) for gram in wanted)

    def _by_grams(self, wanted: Sequence[str]) -> dict[int, float]:
        """BM25 of every answer in which a gram occurs, times the part of the grams that do."""
        mean = sum(self.lengths) / max(len(self.lengths), 1)
        scores: dict[int, float] = defaultdict(float)
        found: Counter[int] = Counter()
        for gram in wanted:
            posting = self.postings.get(gram, {})
            rarity = self._rarity(len(posting))
            for position, weight in posting.items():
                long = K1 * (1 - B + B * self.lengths[position] / mean)
                scores[position] += rarity * weight * (K1 + 1) / (weight + long)
                found[position] += 1
        return {position: scores[position] * count / len(wanted) for position, count in found.items()}

    def _meant(
        self, scores: Mapping[int, float], words: Sequence[Sequence[str]], named: Sequence[frozenset[str]]
    ) -> dict[int, float]:
        """The answers that the query can mean: those in which enough of it stands, or a telling word, or a name."""
        rarities = {gram: self._rarity(len(self.postings.get(gram, ()))) for word in words for gram in word}
        rare = sum(rarities.values()) * LEAST_TOGETHER
        likely = self._having_most(rarities) | self._told(words, rarities) | self._naming(named)
        kept = {}
        for position in sorted(likely & scores.keys()):  # a name may be made of words of asking alone
            together, longest = self._together(words, rarities, position)
            names = any(name <= text for text in self.answers[position].grams for name in named)
            if together >= rare or longest >= TELLING or names:
                kept[position] = scores[position]
        return kept

    def _having_most(self, wanted: Collection[str]) -> set[int]:
        """The answers in which at least that part of the grams occurs, wherever."""
        found = Counter(position for gram in wanted for position in self.postings.get(gram, ()))
        return {position for position, count in found.items() if count >= LEAST_FOUND * len(wanted)}

    def _naming(self, named: Sequence[frozenset[str]]) -> set[int]:
        """The answers in which the grams of a name occur, in whatever texts."""
        each = (set.intersection(*(set(self.postings.get(gram, ())) for gram in name)) for name in named)
        return set().union(*each)

    def _told(self, words: Sequence[Sequence[str]], rarities: Mapping[str, float]) -> set[int]:
        """The answers that have a telling part of a word, in whatever texts."""
        told: set[int] = set()
        for word in words:
            have: set[int] | None = None
            begun = 0.0
            for gram in word:
                posting = self.postings.get(gram, {}).keys()
                have = set(posting) if have is None else have & posting
                begun += rarities[gram]
                if begun >= TELLING or not have:
                    told |= have
                    break
        return told

    def _together(self, words: Sequence[Sequence[str]], rarities: Mapping[str, float], position: int) -> tuple[float, float]:
        """The most of the words, by the rarity of their grams, that one text of the answer has; and the most of one word."""
        most = longest = 0.0
        for text in self.answers[position].grams:
            together = 0.0
            for word in words:
                begun = scattered = 0.0
                unbroken = True
                for gram in word:
                    unbroken = unbroken and gram in text
                    if unbroken:
                        begun += rarities[gram]
                    if gram in text:
                        scattered += rarities[gram]
                longest = max(longest, begun)
                together += max(begun, SCATTERED * scattered)
            most = max(most, together)
        return most, longest

    def _by_initials(self, run: str) -> dict[int, float]:
        """Questions with words of these initial consonants one after the other, in titles and names spaced or not."""
        spaced, unbroken = re.compile("(?:^| )" + " ?".join(run)), re.compile("(?:^| )" + run)
        weights = {
            position: max(
                (weight for text, weight in texts if (spaced if weight >= NAMED else unbroken).search(text)), default=0.0
            )
            for position, texts in enumerate(self.initials)
        }
        found = {position: weight for position, weight in weights.items() if weight}
        rarity = self._rarity(len(found))
        return {position: len(run) * rarity * weight for position, weight in found.items()}

    def _rarity(self, count: int) -> float:
        return math.log(1 + (max(len(self.answers), FEW) - count + 0.5) / (count + 0.5))


def _answers(question: Question, terms: Mapping[str, Term]) -> Iterator[Answer]:
    """The page and each follow-up that has a heading of its own on it."""
    yield Answer(question, "", tuple(_texts(question, terms)))
    for id in question.pages["en"].followups:
        headings = [normal(page.followups[id]) for page in question.pages.values()]
        yield Answer(question, id, (*((heading, TITLE) for heading in headings), (normal(id), ASKED)))


def _texts(question: Question, terms: Mapping[str, Term]) -> Iterator[tuple[str, float]]:
    """What a page may be searched for, normalised, and how much it counts."""
    titles = [normal(title) for title in question.title.values()]
    yield from ((title, TITLE) for title in titles)
    yield normal(question.slug), ASKED
    yield from ((normal(id), ASKED) for id in question.catalogue)
    for page in question.pages.values():
        yield from ((normal(text), ASKED) for text in page.asked)
        for section in page.sections.values():
            yield from ((normal(text), LISTED) for text in _SUBHEADING.findall(section.source))
    together = squeezed(" / ".join(titles))
    for key in question.terms:
        if key in terms:
            names = [normal(name) for name in (*terms[key].name.values(), *terms[key].also, *terms[key].avoid)]
            about = any(squeezed(name) in together for name in names)
            yield from ((name, NAMED if about else LISTED) for name in names)


def _by_initial(names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        short = squeezed(name)
        found[short[0]].setdefault(short, name)
    return found
