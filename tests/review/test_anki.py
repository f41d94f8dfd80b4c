"""Text that Anki reads: its headers, and the way back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seodang.review import AnkiError, AnkiNote, from_anki, to_anki

words = st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"]))
name = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1)
notes = st.lists(st.builds(AnkiNote, name, words, words, st.lists(name, max_size=3).map(tuple)))


@given(notes)
@example([AnkiNote("#", "\n", "\n")])
@example([AnkiNote("#separator:comma", "", "")])
def test_what_is_exported_is_what_is_imported(made: list[AnkiNote]) -> None:
    assert from_anki(to_anki(made)) == tuple(made)


def test_the_file_says_what_anki_needs_to_know() -> None:
    text = to_anki(
        [AnkiNote("relu", "왜 ReLU를\n쓰나요?", 'It keeps "slopes"\tlarge.', ("activations", "two words"))], "Deep"
    )
    assert text.splitlines()[:8] == [
        "#separator:tab",
        "#html:false",
        "#notetype:Basic",
        "#deck:Deep",
        "#guid column:1",
        "#tags column:4",
        "#columns:guid\tFront\tBack\tTags",
        'relu\t"왜 ReLU를',
    ]
    assert text.endswith('쓰나요?"\t"It keeps ""slopes""\tlarge."\tactivations two_words\n')


def test_a_plain_file_of_two_columns_is_read() -> None:
    assert from_anki("front\tback\r\n\r\n앞\t뒤") == (AnkiNote("", "front", "back"), AnkiNote("", "앞", "뒤"))


def test_a_file_that_anki_exported_is_read() -> None:
    text = "#separator:Semicolon\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n#tags column:6\n"
    assert from_anki(f'{text}k{{;Basic;Deep;"a;b";c;x y\n') == (AnkiNote("k{", "a;b", "c", ("x", "y")),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("#separator:tab\nonly a front\n", "line 2: a note needs a front and a back, this one has 1 field"),
        ("#separator:long\na\tb\n", "#separator:long: name one of tab, comma"),
        ("#tags column:9\na\tb\n", "line 2: #tags column:9, but the line has 2 columns"),
        ("#tags column:x\na\tb\n", "line 2: #tags column:x"),
        ('a\t"b\n', "line 1: unexpected end of data"),
    ],
)
def test_what_is_no_note_is_named_with_its_line(text: str, told: str) -> None:
    with pytest.raises(AnkiError) as raised:
        from_anki(text)
    assert told in str(raised.value)
