"""Every page: answered in both languages, said wholly in each, and doing what it says."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from web.routes import EXAMPLES, NOT_HERE
from web.school import QUESTION, SLUG, School, opened, words

from seodang.library import Library
from seodang.web.app import ROUTERS
from seodang.web.notebook import notebook

ROUTES = [route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)]
HANGUL = re.compile("[가-힣]")
PAGES = ("/", "/syllabus", "/search?q=sigmoid", QUESTION, "/evidence", "/terms", "/review", "/calibration", "/mine")


@pytest.mark.parametrize("route", [r for r in ROUTES if r.methods and "GET" in r.methods], ids=lambda route: route.path)
def test_every_page_has_an_example(route: APIRoute) -> None:
    """`routes.EXAMPLES` is what the tests of leaks go through."""
    assert any(route.path_regex.match(address.partition("?")[0]) for address in (*EXAMPLES, *NOT_HERE))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("seen", [False, True])
def test_pages_speak_one_language(tmp_path: Path, language: str, address: str, seen: bool) -> None:
    with opened(tmp_path, language=language) as school:
        if seen:
            school.predict("same")
            school.look()
            school.days_pass()
        answer = school.get(address)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text
        text = re.sub(r"<(\w+)[^>]* lang=.*?</\1>", "", answer.text.split("<body>")[1], flags=re.DOTALL)
        if language == "en":
            assert not HANGUL.search(text), words(text)[max(0, HANGUL.search(words(text)).start() - 80) :][:160]  # type: ignore[union-attr]
        else:
            assert len(HANGUL.findall(text)) > 50


@pytest.mark.parametrize("address", ["/nothing", "/questions/nope", "/runs/77", "/static/../app.py", "/static/nothing.css"])
def test_what_is_not_there_is_said_in_a_sentence(school: School, address: str) -> None:
    answer = school.get(address)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text
    assert "<h1>" in answer.text


def test_a_misspelt_question_is_told_the_spelling_that_works(school: School) -> None:
    assert "relu_over_sigmoid" in school.get("/questions/relu-over-sigmoyd").text


def test_predict_look_score(school: School) -> None:
    assert "You predicted" not in words(school.get(QUESTION).text)
    school.predict("same", 90)
    before = words(school.get(QUESTION).text)
    assert "You predicted No real difference (90 %)" in before
    assert "Supported" not in before
    school.look()
    after = words(school.get(QUESTION).text)
    assert "It came out otherwise." in after
    assert "0.81" in after  # (0.9 - 0)²
    assert "Supported: held on 12 of 12 seeds" in after
    assert "It reaches 0.96 on 12 of 12 seeds" in after


def test_a_double_click_predicts_once_and_a_prediction_after_the_result_does_not_count(school: School) -> None:
    school.predict("relu", 80, token="a")
    school.predict("relu", 80, token="a")
    assert len(school.desk.record().predictions) == 1
    school.look()
    school.days_pass()
    school.predict("same", 99, token="b")
    assert "You were right." in words(school.get(QUESTION).text)


@pytest.mark.parametrize("form", [{"choice": "nope", "sure": 80}, {"choice": "relu", "sure": 30}, {"choice": "relu"}])
def test_a_prediction_that_cannot_be_one_is_refused(school: School, form: dict[str, object]) -> None:
    assert school.post(f"{QUESTION}/predict", form).status_code == 400
    assert not school.desk.record().predictions


def test_the_table_of_arms_and_the_knobs_come_from_the_experiments_file(school: School) -> None:
    school.look()
    html = school.get(QUESTION).text
    assert "net(p.gain, 0, seed)" in html
    assert 'name="gain" value="0.8"' in html
    assert "&gt; 0, ≤ 1" in html


def test_the_notebook_is_whole_the_same_each_time_and_its_code_compiles(school: School) -> None:
    answer = school.get(f"{QUESTION}/notebook.ipynb")
    assert answer.content == school.get(f"{QUESTION}/notebook.ipynb").content
    document = json.loads(answer.content)
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])
    code = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]
    compile("\n".join(code), "notebook", "exec")
    assert "run(experiment(Parameters()))" in code[-1]


def test_the_notebook_runs_as_it_stands(tmp_path: Path) -> None:
    """In a process and a folder of its own, its cells one after another."""
    document = json.loads(notebook(Library.open().question("hinge_loss"), "en"))
    cells = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]
    (tmp_path / "cells.py").write_text("\n\n".join([*cells, "print(len(result.evidence.seeds))"]), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "cells.py"],
        cwd=tmp_path,
        env={**os.environ, "SEODANG_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "1"


def test_hostile_notes_are_shown_as_text(school: School) -> None:
    school.look()
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> $\\frac{1}{2}$ ![y](https://evil.example/y.png)"
    school.post(f"{QUESTION}/note", {"text": hostile, "revision": 0})
    note = re.search(r'<div class="note">(.*?)</div>', school.get(QUESTION).text, re.DOTALL)
    assert note
    assert "<script" not in note[1]
    assert "<img" not in note[1]
    assert 'href="javascript' not in note[1]
    assert "<mfrac>" in note[1]


def test_a_second_tab_does_not_overwrite_a_note(school: School) -> None:
    school.look()
    assert school.post(f"{QUESTION}/note", {"text": "first", "revision": 0}).status_code == 303
    conflict = school.post(f"{QUESTION}/note", {"text": "second", "revision": 0})
    assert conflict.status_code == 409
    assert "first" in conflict.text
    assert "second</textarea>" in conflict.text
    assert school.desk.store.note(school.desk.me, SLUG).text == "first"


def test_the_language_is_the_browsers_until_one_is_chosen(school: School) -> None:
    assert '<html lang="ko"' in school.get("/", **{"Accept-Language": "fr, ko;q=0.8, en;q=0.5"}).text
    assert '<html lang="en"' in school.get("/", **{"Accept-Language": "fr, en;q=0.8, ko;q=0.5"}).text
    school.post("/language", {"language": "ko", "back": "/terms"})
    assert '<html lang="ko"' in school.get("/", **{"Accept-Language": "en"}).text
    school.post("/theme", {"theme": "dark", "back": "/"})
    assert 'data-theme="dark"' in school.get("/").text


def test_a_question_is_found_in_either_language_misspelt_or_not(school: School) -> None:
    for query in ("why not sigmoid", "시그모이드 쓰면 왜 안돼", "sigmod"):
        assert QUESTION in school.client.get("/found", params={"q": query}).text, query
    assert "Nothing" in school.client.get("/search", params={"q": "qqqqqq"}).text


def test_the_evidence_opens_for_a_sceptic_and_then_no_prediction_counts(school: School) -> None:
    closed = words(school.get("/evidence").text)
    assert "1 questions are closed" in closed
    assert "12/12" not in closed
    school.post("/evidence/open")
    assert "12/12" in words(school.get("/evidence").text)
    school.days_pass()
    school.predict()
    assert school.desk.opening(SLUG).prediction is None


def test_review_the_next_day_grades_the_answer_and_says_when_it_comes_again(school: School) -> None:
    school.predict("same", 95)
    school.look()
    assert "Nothing is due today." in words(school.get("/review").text)
    school.days_pass()
    assert "you predicted otherwise, and were 95 % sure" in words(school.get("/review").text)
    answer = school.post("/review", {"card": SLUG, "answer": "relu", "token": "t"})
    school.post("/review", {"card": SLUG, "answer": "relu", "token": "t"})
    assert len(school.desk.store.reviews(school.desk.me)) == 1
    shown = words(school.get(answer.headers["location"]).text)
    assert "Right." in shown
    assert "It comes again on" in shown
    assert "Nothing is due today." in words(school.get("/review").text)


def test_a_card_of_ones_own_is_shown_then_graded_by_oneself(school: School) -> None:
    text = "#separator:tab\n#html:false\nWhat is a seed?\tWhat redraws *everything*.\n"
    assert school.post("/mine/anki", files={"file": ("cards.txt", text.encode())}).status_code == 303
    school.days_pass()
    front = school.get("/review").text
    assert "What is a seed?" in front
    assert "redraws" not in front
    card = re.search(r'name="card" value="([^"]+)"', front)
    assert card
    shown = school.post("/review", {"card": card[1]}).headers["location"]
    assert "<em>everything</em>" in school.get(shown).text
    school.post("/review", {"card": card[1], "grade": "good"})
    assert "Nothing is due today." in words(school.get("/review").text)
    assert "What is a seed?" in school.get("/mine/anki.txt").text


def test_calibration_shows_score_curve_and_surprise(school: School) -> None:
    assert "Nothing has been scored yet" in words(school.get("/calibration").text)
    school.predict("same", 90)
    school.look()
    shown = words(school.get("/calibration").text)
    assert "0 of 1 predictions were right. Brier score 0.810" in shown
    assert "No real difference (90 %)" in shown


def test_everything_is_taken_away_brought_back_and_deleted(school: School) -> None:
    school.predict("relu", 77)
    data = school.get("/mine/seodang.zip").content
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"77" in archive.read("predictions.jsonl")
    assert school.post("/mine/forget", {"word": "no"}).headers["location"].endswith("unsure")
    assert school.desk.record().predictions
    school.post("/mine/forget", {"word": "delete"})
    assert not school.desk.record().predictions
    school.post("/mine/import", files={"file": ("seodang.zip", data)})
    assert school.desk.record().predictions[0].sure == 77


def test_what_is_no_archive_is_refused_in_a_sentence(school: School) -> None:
    answer = school.post("/mine/import", files={"file": ("x.zip", b"not a zip")})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text
    assert school.post("/mine/anki", files={"file": ("x.txt", b"\xff\xfe")}).status_code == 400


def test_a_follow_up_is_named_on_its_page_and_led_to(tmp_path: Path) -> None:
    with opened(tmp_path, followup=True) as school:
        led = school.client.get("/questions/dying-relu", follow_redirects=False)
        assert led.headers["location"] == f"{QUESTION}#dying-relu"
        before = school.get(QUESTION).text
        assert '<a href="#predict">What is the dying ReLU?</a>' in before
        assert 'id="dying-relu"' not in before, "its answer waits for a prediction too"
        school.look()
        after = school.get(QUESTION).text
        assert '<a href="#dying-relu">What is the dying ReLU?</a>' in after
        assert '<h3 id="dying-relu">' in after
