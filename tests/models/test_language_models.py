"""Writing with a language model: drawing, carrying the state on, and what is refused."""

import pytest
import torch
from torch import nn

from seodang.models.attention import MultiHeadAttention, causal
from seodang.models.bert import BERT, MaskedLM, bert_base
from seodang.models.char_lm import CharLM
from seodang.models.gpt import GPT
from seodang.models.sampling import draw_next
from seodang.models.transformer import Transformer, sinusoids


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_symbols_are_drawn_by_the_softmax_of_their_scores(temperature: float) -> None:
    scores = torch.tensor([1.0, 0.0, -1.0, 2.0])
    drawn = draw_next(scores.expand(100_000, 4), generator(), temperature)
    shares = torch.bincount(drawn, minlength=4) / len(drawn)
    assert (shares - torch.softmax(scores / temperature, 0)).abs().max() < 0.01


def test_at_temperature_0_the_largest_score_is_taken_and_below_it_there_is_none() -> None:
    assert draw_next(torch.tensor([[1.0, 3.0, 2.0]]), generator(), 0.0).tolist() == [1]
    with pytest.raises(ValueError, match="temperature=-1: must be at least 0"):
        draw_next(torch.zeros(1, 3), generator(), -1)


@pytest.mark.parametrize("kind", ["recurrent", "gpt"])
def test_what_is_written_is_what_reading_the_whole_text_at_every_step_would_write(kind: str) -> None:
    """Neither the carried state nor the cache changes it. The weights are large, so that what lies back matters."""
    torch.manual_seed(0)
    model = CharLM(9, 4, 8, layers=2) if kind == "recurrent" else GPT(9, 20, 16, 2, 2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=2.0)
    start = torch.randint(9, (4, 3), generator=generator())
    written = model.write(start, 10, generator(), temperature=0.0)
    text = start
    with torch.no_grad():
        for _ in range(10):
            text = torch.cat([text, model(text)[:, -1].argmax(-1, keepdim=True)], dim=1)
    assert torch.equal(written, text[:, 3:])
    assert model.write(start, 0, generator()).shape == (4, 0)
    assert torch.equal(model.write(start, 10, generator()), model.write(start, 10, generator()))


def test_more_tokens_than_positions_are_refused() -> None:
    model = GPT(9, 5, 16, 2, 1)
    with pytest.raises(ValueError, match="tokens: 6 of them with those read before, but only 5 positions were made"):
        model.write(torch.zeros(1, 4, dtype=torch.long), 3, generator())
    with pytest.raises(ValueError, match=r"tokens: 6 of them, but only 5 positions were made \(longest\)"):
        BERT(9, 16, 2, 1, longest=5)(torch.zeros(1, 6, dtype=torch.long))
    with pytest.raises(ValueError, match=r"symbols: 6 of them, but only 5 positions were made \(longest\)"):
        Transformer(9, 16, 2, 1, longest=5)(torch.zeros(1, 6, dtype=torch.long), torch.zeros(1, 2, dtype=torch.long))


def test_heads_that_do_not_divide_the_width_are_refused() -> None:
    with pytest.raises(ValueError, match="heads=3: must divide the width, 16"):
        MultiHeadAttention(16, 3)


def test_the_causal_mask_of_the_last_steps_is_the_end_of_the_whole_mask() -> None:
    assert torch.equal(causal(2, 5), causal(5, 5)[3:])
    assert causal(3, 3).tolist() == [[True, False, False], [True, True, False], [True, True, True]]


def test_positions_are_sines_and_cosines_of_falling_frequency() -> None:
    table = sinusoids(50, 6)
    for place, column in ((0, 0), (7, 1), (49, 4), (31, 5)):
        angle = torch.tensor(place / 10_000 ** (column // 2 * 2 / 6))
        assert table[place, column] == pytest.approx(float(angle.cos() if column % 2 else angle.sin()), abs=1e-5)


def test_a_gpt_begins_with_the_papers_deviations() -> None:
    model = GPT(200, 50, 128, 4, 8)
    added: list[torch.Tensor] = [
        weight for name, weight in model.named_parameters() if name.endswith("attention.out.weight")
    ]
    assert model.token.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert torch.stack(added).std().item() == pytest.approx(0.02 / 4, rel=0.05)  # 16 residual layers


def test_the_masked_language_model_shares_its_last_matrix_with_the_embeddings() -> None:
    bert = BERT(9, 16, 2, 1, longest=5)
    model = MaskedLM(bert)
    added = sum(p.numel() for p in model.parameters()) - sum(p.numel() for p in bert.parameters())
    assert added == 16 * 16 + 16 + 2 * 16 + 9
    model(torch.zeros(1, 5, dtype=torch.long)).sum().backward()
    assert bert.token.weight.grad is not None
    assert bert.token.weight.grad[8].abs().max() > 0  # token 8 was not in the text


def test_dropout_is_on_in_training_alone() -> None:
    model = BERT(9, 16, 2, 1, longest=5, dropout=0.5)
    tokens = torch.arange(5)[None]
    assert not torch.equal(model(tokens)[0], model(tokens)[0])
    model.eval()
    assert torch.equal(model(tokens)[0], model(tokens)[0])
    with torch.device("meta"):
        rates = {layer.p for layer in bert_base().modules() if isinstance(layer, nn.Dropout)}
    assert rates == {0.1}
