"""Small books that tests write to a folder and open."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any

from seodang.evidence import ClaimEvidence, Evidence
from seodang.library import BOOK, LANGUAGES, Library

WORDS: Mapping[str, Any] = {
    "en": {
        "title": "Why is ReLU used in hidden layers instead of the sigmoid?",
        "asked": '["Why not sigmoid?", "What is ReLU good for?", "Is ReLU better?"]',
        "arm": "sigmoid net",
        "metric": "Test accuracy",
        "claim": "Ten layers deep, ReLU beats the sigmoid by more than 0.3.",
        "predict": "Which net reads the digits better?",
        "choices": ("ReLU, by far", "No real difference"),
        "headings": ("Setting", "Short answer", "Why", "The common wrong answer", "Where it stops being true"),
        "bodies": (
            "Two nets, the same steps.",
            "ReLU. It reaches {{accuracy.relu}} on {{relu_learns.yes}} of {{relu_learns.n}} seeds.",
            "Each layer multiplies by $\\sigma'(x) \\le \\frac{1}{4}$:\n\n$$\\prod_{i=1}^{L} \\sigma'(x_i) \\le 4^{-L}$$",
            "That it is *only* speed.",
            "On digits, depth 10.",
        ),
    },
    "ko": {
        "title": "은닉층에서 시그모이드 대신 ReLU를 쓰는 까닭은?",
        "asked": '["왜 시그모이드를 안 쓰나요?", "렐루가 뭐가 좋아요?", "렐루가 더 나은가요?"]',
        "arm": "시그모이드 신경망",
        "metric": "시험 정확도",
        "claim": "열 층 깊이에서 ReLU의 시험 정확도가 0.3 넘게 높다.",
        "predict": "어느 신경망이 숫자를 더 잘 읽을까요?",
        "choices": ("ReLU가 훨씬 낫다", "별 차이가 없다"),
        "headings": ("무엇을 비교하나", "짧은 답", "왜 그런가", "흔한 오답", "어디까지 참인가"),
        "bodies": (
            "신경망 둘을 같은 걸음만큼 학습시킨다.",
            "**렐루(ReLU)**입니다. 시드 {{relu_learns.n}}개 가운데 {{relu_learns.yes}}개에서 {{accuracy.relu}}.",
            "층마다 $\\sigma'(x) \\le \\frac{1}{4}$를 곱합니다:\n\n$$\\prod_{i=1}^{L} \\sigma'(x_i) \\le 4^{-L}$$",
            "그저 *속도* 때문이라는 것.",
            "숫자 자료, 깊이 10.",
        ),
    },
}
IDS = ("setting", "answer", "why", "wrong", "limits")


def recorded(slug: str = "relu_over_sigmoid", answers: tuple[bool | None, ...] = (True,) * 11 + (None,)) -> Evidence:
    """Evidence of twelve seeds: all but the last say yes, which ties."""
    n = len(answers)
    gap = {True: 0.8, False: 0.1, None: 0.3}
    claim = ClaimEvidence("relu_learns", answers, tuple(gap[one] for one in answers), 0.3, None, False, False, 50, 1)
    return Evidence(
        slug=slug,
        kind="experiment",
        parameters={"depth": 10},
        declared=50,
        seeds=tuple(range(n)),
        arms={"relu": {"accuracy": (0.96,) * n}, "sigmoid": {"accuracy": (0.1,) * n}},
        claims=(claim,),
        curves={},
        diverged={},
        code={},
        versions={},
        device="cpu",
        threads=1,
        strategy={},
        seconds=1.0,
        date="2026-11-21",
    )


TERMS = """[relu]
ko = "렐루(ReLU)"
en = "ReLU"
definition.ko = "음수는 0으로 바꾸는 함수."
definition.en = "A function that turns negative numbers into 0."
also = ["릴루"]
"""
SYLLABUS = """[[chapters]]
folder = "activations"
title = {ko = "활성화 함수", en = "Activations"}
questions = ["relu_over_sigmoid"]

[[sessions]]
number = 9
topic = {ko = "학습", en = "Training"}
questions = ["why-relu-over-sigmoid"]
"""


def page(language: str) -> str:
    """A page that is right in every way, line by line."""
    words = WORDS[language]
    first, second = words["choices"]
    lines = [
        "+++",
        f'title = "{words["title"]}"',
        'kind = "experiment"',
        'catalogue = ["why-relu-over-sigmoid"]',
        'terms = ["relu"]',
        "next = []",
        f"asked = {words['asked']}",
        "[arms]",
        'relu = "ReLU"',
        f'sigmoid = "{words["arm"]}"',
        "[metrics]",
        f'accuracy = "{words["metric"]}"',
        "[claims]",
        f'relu_learns = "{words["claim"]}"',
        "[predict]",
        f'question = "{words["predict"]}"',
        "choices = [",
        f'  {{id = "relu", text = "{first}", when = {{relu_learns = "supported"}}}},',
        f'  {{id = "same", text = "{second}", when = {{relu_learns = "refuted"}}}},',
        "]",
        "[[references]]",
        'authors = "Glorot, X. & Bengio, Y."',
        "year = 2010",
        'title = "Understanding the difficulty of training deep feedforward neural networks"',
        'venue = "AISTATS"',
        "+++",
        "",
    ]
    for heading, id, body in zip(words["headings"], IDS, words["bodies"], strict=True):
        lines += [f"## {heading} {{#{id}}}", "", body, ""]
    return "\n".join(lines)


def write_book(folder: Path, changes: Mapping[str, tuple[str, str]] | None = None) -> Path:
    """A book of one question. `changes` maps a file's name to a text in it and what to put in its place."""
    files = {
        "activations/relu_over_sigmoid.en.md": page("en"),
        "activations/relu_over_sigmoid.ko.md": page("ko"),
        "activations/relu_over_sigmoid.json": recorded().to_json(),
        "activations/relu_over_sigmoid.py": "",
        "terms.toml": TERMS,
        "syllabus.toml": SYLLABUS,
    }
    for name, (old, new) in (changes or {}).items():
        path = next(path for path in files if path.endswith(name))
        assert old in files[path], f"{old!r} is not in {path}"
        files[path] = files[path].replace(old, new)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def add_followup(folder: Path) -> None:
    """To the book of one question, a follow-up of the catalogue under a heading of its own."""
    listed = 'catalogue = ["why-relu-over-sigmoid"'
    for language, text in FOLLOWUP.items():
        path = folder / f"activations/relu_over_sigmoid.{language}.md"
        page = path.read_text(encoding="utf-8")
        assert listed in page
        path.write_text(page.replace(listed, f'{listed}, "dying-relu"') + f"\n{text}\n", encoding="utf-8")


FOLLOWUP = {
    "en": "### What is the dying ReLU? {#dying-relu}\n\nA unit that is off.",
    "ko": "### 죽은 렐루란? {#dying-relu}\n\n꺼진 유닛입니다.",
}


def write_questions(folder: Path, questions: Mapping[str, Any]) -> Library:
    """A book of many questions, for search: rows like those of twelve.toml by slug, and the real dictionary."""
    chapter = folder / "all"
    chapter.mkdir(parents=True)
    for slug, row in questions.items():
        for language in LANGUAGES:
            text = page(language)
            for old, new in (
                (str(WORDS[language]["title"]), row["title"][language]),
                (str(WORDS[language]["asked"]), _list(row["asked"][language])),
                ('["why-relu-over-sigmoid"]', _list(row["catalogue"])),
                ('["relu"]', _list(row["terms"])),
            ):
                text = text.replace(old, new)
            (chapter / f"{slug}.{language}.md").write_text(text, encoding="utf-8")
    copyfile(BOOK / "terms.toml", folder / "terms.toml")
    return Library.open(folder)


def _list(texts: list[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"
