"""Search finds what a learner means, in either language, and nothing where nothing is meant."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library.books import write_questions

from seodang.library import Library

TWELVE = tomllib.loads(Path(__file__).with_name("twelve.toml").read_text(encoding="utf-8"))

FINDS = {
    # as it is written
    "왜 ReLU를 쓰나요": "relu_over_sigmoid",
    "시그모이드 대신 렐루": "relu_over_sigmoid",
    "기울기 소실": "relu_over_sigmoid",
    "why relu instead of sigmoid": "relu_over_sigmoid",
    "why-relu-over-sigmoid": "relu_over_sigmoid",
    "relu_over_sigmoid": "relu_over_sigmoid",
    "힌지 손실": "hinge_loss",
    "SVM loss": "hinge_loss",
    "학습률이 크면": "learning_rate",
    "learning rate": "learning_rate",
    "가중치 초기화": "weight_initialization",
    "배치 정규화": "batch_normalization",
    "dropout": "dropout",
    "합성곱 신경망 매개변수 개수": "cnn_parameters",
    "LSTM이 해결한 문제": "lstm",
    "255로 나누기": "missing_255",
    "numpy mlp": "numpy_mlp",
    "비선형성": "nonlinearity",
    "아담 모멘텀": "optimizers_on_regression",
    # spacing
    "배치정규화": "batch_normalization",
    "가중치초기화": "weight_initialization",
    "기울기소실왜생기나요": "relu_over_sigmoid",
    "드롭 아웃": "dropout",
    "drop out": "dropout",
    "활성화함수 왜 필요": "nonlinearity",
    "합성곱신경망파라미터": "cnn_parameters",
    # loan words
    "렐루": "relu_over_sigmoid",
    "릴루 왜 써요": "relu_over_sigmoid",
    "드랍아웃": "dropout",
    "배치노말": "batch_normalization",
    "배치 노멀라이제이션": "batch_normalization",
    "batchnorm": "batch_normalization",
    "BN": "batch_normalization",
    "러닝레이트": "learning_rate",
    "힌지로스": "hinge_loss",
    "옵티마이져": "optimizers_on_regression",
    "엘에스티엠": "lstm",
    "파라메터 개수": "cnn_parameters",
    "weight initialisation": "weight_initialization",
    # typos
    "시그모이트": "relu_over_sigmoid",
    "드롭아읏": "dropout",
    "배치 정귀화": "batch_normalization",
    "drpout": "dropout",
    "sigmiod": "relu_over_sigmoid",
    "lerning rate": "learning_rate",
    "optimzer": "optimizers_on_regression",
    "nonlinarity": "nonlinearity",
    "hinge los": "hinge_loss",
    # half English
    "왜 relu 써요?": "relu_over_sigmoid",
    "dropout 효과": "dropout",
    "lr 너무 크면": "learning_rate",
    "batch norm이 뭐예요": "batch_normalization",
    "cnn 파라미터": "cnn_parameters",
    # initial consonants
    "ㄷㄹㅇㅇ": "dropout",
    "ㅂㅊㅈㄱㅎ": "batch_normalization",
    "ㅂㅊ ㅈㄱㅎ": "batch_normalization",
    "ㅎㅈㅅㅅ": "hinge_loss",
    "ㅅㄱㅁㅇㄷ": "relu_over_sigmoid",
    "ㅎㅅㄹ 크면": "learning_rate",
}
FINDS_NOTHING = [
    "", "   ", "?!", "김치찌개 끓이는 법", "부산 날씨", "asdfghjkl", "qwerty zxcv", "ㅁㄴㅇㄹ", "ㅋㅋㅋㅋ",
    "best pizza in town",
    "주식 추천해 주세요", "손흥민 골", "안녕하세요", "\x00", "🍕🍕🍕", "12345",
]  # fmt: skip


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return write_questions(tmp_path_factory.mktemp("book"), TWELVE)


@pytest.mark.parametrize(("query", "slug"), FINDS.items())
def test_a_query_finds_its_question_first(library: Library, query: str, slug: str) -> None:
    assert [hit.slug for hit in library.ask(query)][:1] == [slug]


@pytest.mark.parametrize("query", FINDS_NOTHING)
def test_nonsense_finds_nothing(library: Library, query: str) -> None:
    assert library.ask(query) == []


def test_the_best_hit_comes_first_and_no_more_than_the_limit_come(library: Library) -> None:
    hits = library.ask("신경망", limit=2)
    assert len(hits) == 2 < len(library.ask("신경망"))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_hit_carries_what_the_interface_prints(library: Library) -> None:
    hit = library.ask("드롭아웃")[0]
    assert hit.slug == "dropout"
    assert hit.score > 0
    assert hit.catalogue == ("dropout-effect",)
    assert hit.title["ko"] == "드롭아웃은 어떤 조건에서 성능을 높이나?"


def test_the_same_query_scores_the_same_whether_composed_or_decomposed(library: Library) -> None:
    import unicodedata

    assert library.ask(unicodedata.normalize("NFD", "드롭아웃 효과")) == library.ask("드롭아웃 효과")


def test_a_book_without_questions_answers_nothing(tmp_path: Path) -> None:
    assert Library.open(tmp_path).ask("렐루") == []


@given(st.text(max_size=60))
def test_any_query_is_answered(library: Library, query: str) -> None:
    assert all(hit.score > 0 for hit in library.ask(query))


def test_a_very_long_query_is_answered_at_once(library: Library) -> None:
    assert [hit.slug for hit in library.ask("드롭아웃 " * 100_000)][:1] == ["dropout"]


def test_three_hundred_questions_are_searched_within_20_ms(tmp_path: Path) -> None:
    import time

    copies = {f"{slug}_{copy}": row for copy in range(25) for slug, row in TWELVE.items()}
    library = write_questions(tmp_path / "book", copies)
    assert len(library.questions) == 300
    library.ask("렐루")  # makes the index
    began = time.process_time()
    for query in FINDS:
        library.ask(query)
    assert (time.process_time() - began) / len(FINDS) < 0.02
