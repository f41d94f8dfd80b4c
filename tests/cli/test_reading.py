"""Reading the book from the command line."""

import json
import re

from cli.commands import QUICK, Terminal

from seodang.library import Library

TWELVE = 12


def test_list_names_every_question_in_both_languages(terminal: Terminal) -> None:
    english, korean = terminal("list").out, terminal("list", "--lang", "ko").out
    for question in Library.open().questions:
        assert question.slug.replace("_", "-") in english
        assert question.title["ko"][:8] in korean


def test_list_as_data_holds_the_catalogue_ids(terminal: Terminal) -> None:
    rows = terminal("list", "--json").json
    assert len(rows) >= TWELVE
    assert {row["kind"] for row in rows} == {"experiment", "derivation", "measurement", "source"}
    onward = {slug for question in Library.open().questions if question.catalogue for slug in question.next}
    for row in rows:
        assert set(row["title"]) == {"ko", "en"}
        asked = row["catalogue"] or row["chapter"] == "folklore" or row["slug"] in onward
        assert asked, "only folklore, and what another page leads on to, answers what nobody asked"
    assert "why-relu-over-sigmoid" in next(row for row in rows if row["slug"] == "relu_over_sigmoid")["catalogue"]


def test_list_can_be_narrowed_to_a_chapter(terminal: Terminal) -> None:
    rows = terminal("list", "--chapter", "activations", "--json").json
    assert {row["chapter"] for row in rows} == {"activations"}
    refused = terminal("list", "--chapter", "activation")
    assert refused.code == 2
    assert 'there is no chapter "activation"' in refused.err
    assert "activations" in refused.err


def test_ask_finds_a_question_however_it_is_asked(terminal: Terminal) -> None:
    for query in ("왜 ReLU를 쓰나요", "why not sigmoid", "렐루 왜써요", "relu instead of sigmod"):
        hits = terminal("ask", query, "--json").json
        assert hits[0]["slug"] == "relu_over_sigmoid", query
        assert "why-relu-over-sigmoid" in hits[0]["catalogue"]
        assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_ask_without_quotes_is_one_question(terminal: Terminal) -> None:
    assert terminal("ask", "왜", "ReLU를", "쓰나요", "--json").json[0]["slug"] == "relu_over_sigmoid"


def test_nonsense_finds_nothing(terminal: Terminal) -> None:
    assert terminal("ask", "zzqx wvvk", "--json").json == []
    assert "Nothing found" in terminal("ask", "zzqx wvvk").out


def test_an_empty_question_is_refused(terminal: Terminal) -> None:
    assert terminal("ask").code == terminal("ask", "  ").code == 2


def test_show_keeps_the_result_until_one_has_predicted(terminal: Terminal) -> None:
    before = terminal("show", QUICK)
    assert before.code == 0
    assert "Supported" not in before.out
    assert "{#" not in before.out
    answer = Library.open().question(QUICK).page("en").section("answer").heading
    assert answer not in before.out
    terminal("predict", QUICK, "--choice", "1", "--sure", "70")
    after = terminal("show", QUICK)
    assert answer in after.out
    assert "held on" in after.out


def test_show_answer_just_looks(terminal: Terminal) -> None:
    assert "held on" in terminal("show", QUICK, "--answer").out


def test_the_data_of_a_page_tell_nothing_before_the_prediction(terminal: Terminal) -> None:
    closed = terminal("show", QUICK, "--json").json
    assert closed["answered"] is False
    assert list(closed["sections"]) == ["setting"]
    assert "evidence" not in closed
    assert "when" not in json.dumps(closed)
    opened = terminal("show", QUICK, "--answer", "--json").json
    assert opened["evidence"]["claims"][0]["outcome"]


def test_every_page_can_be_read_in_both_languages(terminal: Terminal) -> None:
    for slug in Library.open().slugs:
        for language in ("en", "ko"):
            said = terminal("show", slug, "--answer", "--lang", language)
            assert said.code == 0, said.err
            assert not re.search(r"\*\*[^\W\d]|[^\W\d]\*\*(?!\w)", said.out), "bold that was not read as such"
            assert "{{" not in said.out


def test_a_question_is_found_by_the_catalogue_id_it_answers(terminal: Terminal) -> None:
    assert terminal("show", "why-relu-over-sigmoid", "--json").json["slug"] == "relu_over_sigmoid"


def test_an_unknown_question_is_refused_with_the_near_one(terminal: Terminal) -> None:
    said = terminal("show", "relu-over-sigmod")
    assert said.code == 2
    assert "relu_over_sigmoid" in said.err
