"""Tasks on sequences: each target is what the definition says, worked out again another way."""

from collections import Counter
from pathlib import Path

import pytest
import torch

from seodang.data import brackets, characters, copying, grammar, negation, parity, reversal
from seodang.data.split import DataError


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_what_is_to_be_copied_is_asked_for_after_the_delay_and_then_repeated() -> None:
    split = copying.copying(generator(), delay=5, symbols=3, alphabet=4, train=20)
    for x, y in zip(split.x_train.tolist(), split.y_train.tolist(), strict=True):
        assert x[3:] == [0, 0, 0, 0, 5, 0, 0, 0]
        assert y == [0] * 8 + x[:3]
        assert set(x[:3]) <= {1, 2, 3, 4}


def test_a_string_is_reversed() -> None:
    split = reversal.reversal(generator(), length=5, train=10)
    assert split.y_train.tolist() == [x[::-1] for x in split.x_train.tolist()]
    assert reversal.say(torch.tensor([0, 1, 2]), torch.tensor([2, 1, 0])) == "abc → cba"


@pytest.mark.parametrize("length", [12, 40])
def test_parity_is_odd_when_the_ones_are(length: int) -> None:
    split = parity.parity(generator(), length=length)
    assert split.y_train.tolist() == [int(sum(bits)) % 2 for bits in split.x_train.tolist()]
    assert 0.4 < float(split.y_train.float().mean()) < 0.6


def test_no_string_of_bits_is_met_twice_where_there_are_enough_and_more_than_there_are_is_refused() -> None:
    split = parity.parity(generator(), length=8, train=200, test=56)
    assert len({tuple(bits) for bits in [*split.x_train.tolist(), *split.x_test.tolist()]}) == 256
    with pytest.raises(DataError, match=r"^parity: 200 \+ 57 strings of 8 bits; there are 256: ask for longer ones$"):
        parity.parity(generator(), length=8, train=200, test=57)


def removed(text: str) -> str:
    """What is left when neighbours that match are struck out again and again: nothing of a string that matches."""
    while (shorter := text.replace("()", "").replace("[]", "")) != text:
        text = shorter
    return text


def test_a_string_of_brackets_is_right_when_striking_out_pairs_leaves_nothing() -> None:
    split = brackets.brackets(generator(), length=12, train=400)
    texts = ["".join(brackets.SIGNS[code] for code in row) for row in split.x_train.tolist()]
    assert split.y_train.tolist() == [int(removed(text) == "") for text in texts]
    assert 150 < int(split.y_train.sum()) < 250


def test_counting_brackets_does_not_tell_a_right_string_from_a_wrong_one() -> None:
    split = brackets.brackets(generator(), length=8, train=400)
    for row in split.x_train.tolist():
        count = Counter(row)
        assert count[0] == count[1]
        assert count[2] == count[3]
    with pytest.raises(DataError, match=r"^brackets: length=7: take an even number from 4 on$"):
        brackets.brackets(generator(), length=7)


def test_a_sentence_is_favourable_when_what_is_denied_is_bad() -> None:
    split = negation.negation(generator())
    for x, y in zip(split.x_train[:300].tolist(), split.y_train.tolist(), strict=False):
        words = [negation.WORDS[code] for code in x]
        denied = words[words.index("not") + 1]
        assert y == int(denied in negation.BAD)
        assert len({*words} & {*negation.GOOD}) == len({*words} & {*negation.BAD}) == 1
    assert len(negation.WORDS) == 13


def test_the_bag_of_words_of_a_sentence_occurs_with_both_answers_and_no_test_bag_in_training() -> None:
    split = negation.negation(generator())
    bags: dict[tuple[int, ...], set[int]] = {}
    for x, y in zip(split.x_train.sort(1).values.tolist(), split.y_train.tolist(), strict=True):
        bags.setdefault(tuple(x), set()).add(y)
    assert all(answers == {0, 1} for answers in bags.values())
    assert not {tuple(x) for x in split.x_test.sort(1).values.tolist()} & bags.keys()


# ------------------------------------------------------------------------------------------------------------ word vectors


def test_the_toy_language_has_44_words_that_all_occur() -> None:
    corpus = grammar.grammar(generator())
    assert len(corpus.words) == len(set(corpus.words)) == 44
    assert set(corpus.sentences.flatten().tolist()) == set(range(44))


def test_the_known_analogies_hold_in_what_the_words_occur_with_and_a_car_is_no_man() -> None:
    """Not with learned vectors: with the counts themselves, as positive pointwise mutual information."""
    corpus = grammar.grammar(generator())
    seen = torch.nn.functional.one_hot(corpus.sentences, 44).float()
    together = torch.einsum("ntv,nsw->vw", seen, seen) - torch.diag(seen.sum((0, 1)))
    expected = together.sum(1)[:, None] * together.sum(0) / together.sum()
    vectors = torch.nn.functional.normalize((together / expected).clamp(min=1).log(), dim=1)
    place = {word: index for index, word in enumerate(corpus.words)}
    right = 0
    for a, b, c, d in corpus.analogies:
        near = vectors @ (vectors[place[b]] - vectors[place[a]] + vectors[place[c]])
        near[[place[a], place[b], place[c]]] = -torch.inf
        right += corpus.words[int(near.argmax())] == d
    assert right == len(corpus.analogies) == 8
    assert (
        float(vectors[place["man"]] @ vectors[place["woman"]]) > float(vectors[place["man"]] @ vectors[place["car"]]) + 0.2
    )


# ------------------------------------------------------------------------------------------------------------------ letters


def test_the_target_of_a_letter_is_the_next_letter() -> None:
    split = characters.characters(generator(), train=50)
    assert torch.equal(split.x_train[:, 1:], split.y_train[:, :-1])
    assert characters.say(split.x_train[0], split.y_train[0]).count("the") >= 1


def test_a_verb_agrees_with_its_subject() -> None:
    draw = generator()
    for _ in range(200):
        words = characters.sentence(draw).split()
        subject = words[2] if words[1] in characters.ADJECTIVES else words[1]
        verb = next(word for word in words if word.removesuffix("s") in characters.VERBS)
        assert (subject in characters.NOUNS) == verb.endswith("s")


def test_a_text_of_ones_own_is_read_with_its_own_letters(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("가나다라 " * 200, encoding="utf-8")
    assert characters.alphabet(file) == " 가나다라"
    split = characters.characters(generator(), file, length=8, train=20, test=5)
    assert split.x_train.shape == (20, 8)
    assert int(split.x_train.max()) == 4
    assert torch.equal((split.x_train[:, :-1] + 1) % 5, split.x_train[:, 1:]), "the order of the text is kept"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no readable UTF-8 text ("), (b"\xff\xfe\xff", "no readable UTF-8 text ("), (b"abc", "3 letters are too few")],
)
def test_a_file_that_is_no_text_or_too_short_is_refused_by_name(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "text.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError) as error:
        characters.characters(generator(), file)
    assert str(error.value).startswith(f"{file}: {said}")
