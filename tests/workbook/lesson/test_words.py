"""Words: each occurs in the book, has a sentence, and the chain rule has the book's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.teaching import cells_of, laid_out, page_of, shown
from tests.templates import REPRESENTATIVES
from tests.workbook.lesson.test_predictions import agree, measured, trained
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.lang import LANGUAGES
from xlbp.template.load import load_template, shipped
from xlbp.workbook.lesson.numbers import told
from xlbp.workbook.lesson.words import chain_rule, overfitting, words


@pytest.mark.parametrize("name", shipped())
def test_symbols_beside_the_words_are_the_books(name: str) -> None:
    """From ten to forty words, each once, each with a symbol of the book or none."""
    contents = laid_out(name, 1)
    found = words(contents)
    known = {contents.bare_symbol(symbol) for symbol in contents.template.symbols}
    known |= {contents.symbol(symbol) for symbol in (*contents.template.symbols, *contents.layout.columns)}
    assert 10 <= len(found) <= 40
    assert len({word.term for word in found}) == len(found)
    assert [word.symbol for word in found if word.symbol and word.symbol not in known] == []


@pytest.mark.parametrize(
    ("name", "has", "has_not"),
    [
        ("mazur", {"delta", "weight", "loss"}, {"batch", "gate", "variable"}),
        ("lstm", {"gate", "state"}, {"kernel"}),
        ("cnn", {"kernel", "pooling"}, {"gate"}),
        ("self-attention-causal", {"query", "mask"}, {"epoch"}),
        ("iris", {"epoch", "batch", "test", "accuracy", "softmax", "momentum"}, {"dropout"}),
        ("into-backprop", {"variable", "local", "climb"}, {"loss", "layer", "weight", "target", "slope_down"}),
    ],
)
def test_words_are_those_that_occur(name: str, has: set[str], has_not: set[str]) -> None:
    """Blocks bring their own; a formula has no losses and no layers."""
    keys = {word.key for word in words(lay_out(load_template(name), "en"))}
    assert has <= keys
    assert not has_not & keys


@pytest.mark.parametrize(
    ("name", "key", "symbol", "says"),
    [
        ("mazur", "parameter", "w1", "The biases stay as they are."),
        ("mazur", "pre_activation", "net_h1", "with its bias"),
        ("mazur", "squared", "", "errors of either sign count"),
        ("cnn", "activation", "a11", "after the activation function"),
        ("cnn", "pre_activation", "z11", "into a unit, before"),
        ("xor", "parameter", "w1", "a weight or a bias"),
        ("xor", "cross_entropy", "", "−ln of the probability"),
        ("lstm", "gate", "", "three decisions"),
        ("mazur", "bias", "b1", "xlbp generate mazur --set"),
        ("lstm", "parameter", "Wi1", "This book has 16."),
        ("into-backprop", "divergence", "", "grow from row to row"),
        ("self-attention", "score", "", "divided by √d_k"),
    ],
)
def test_examples_and_meanings_suit_the_book(name: str, key: str, symbol: str, says: str) -> None:
    """A word's example is one of it, and its meaning names no bias that the book has not, or does not train."""
    contents = laid_out(name, 1)
    [word] = [word for word in words(contents) if word.key == key]
    assert (word.symbol, says in word.meaning) == (symbol, True)


@pytest.mark.slow
def test_what_follows_no_activation_is_no_pre_activation() -> None:
    """self-attention's output is a weighted sum that nothing bends; iris has no landscape."""
    found = {name: {word.key for word in words(laid_out(name, 1))} for name in ("self-attention", "iris")}
    assert "pre_activation" not in found["self-attention"]
    assert "landscape" not in found["iris"]
    assert {"mini_batch", "adam", "recall", "cross_entropy"} <= found["iris"]


def test_the_chain_rule_has_numbers_of_the_book() -> None:
    """∂E_total/∂w8 is a product of three numbers that the reference gives."""
    contents = lay_out(load_template("mazur"), "en")
    found = chain_rule(contents, train_run(contents).facts)
    assert found is not None
    assert found.answer.startswith("The chain rule, with the numbers of iteration 0: ∂E_total/∂w")
    history = trained(contents.template, {}, 0)
    assert all(agree(claim.shown, measured(claim, history)) for claim in found.claims)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in REPRESENTATIVES if name in ("mazur", "into-backprop")])
def test_the_sheet_has_them_all(name: str, language: str) -> None:
    """Each word stands on the sheet with its symbol and its sentence."""
    expected = shown(name, 3, (), language)
    cells = set(cells_of(page_of(expected, "words")).values())
    assert {text for word in words(expected.contents) for text in (word.term, word.meaning)} <= cells


@pytest.mark.parametrize(
    ("name", "begins"),
    [("iris", "Not so here"), ("overfitting", "So it is here"), ("noisy-sine", "So it is here")],
)
def test_overfitting_is_told_by_the_test_loss(name: str, begins: str) -> None:
    """The iteration at which the test loss is smallest, and what it is there and at the end, are the reference's."""
    contents = lay_out(load_template(name), "en")
    text = overfitting(contents, train_run(contents).facts).answer
    losses = trained(contents.template, {}, contents.template.training.iterations)["E@T"]
    least, last = int(losses.argmin()), len(losses) - 1
    assert text.startswith(begins)
    assert f"at iteration {last}" in text or f"iteration ({last})" in text
    assert told(float(losses[last])) in text
    assert (least == last) == begins.startswith("Not")
    assert least == last or f"smallest at iteration {least}, {told(float(losses[least]))}," in text


def test_a_test_loss_that_hardly_rises_is_no_overfitting() -> None:
    """Within a tenth of its smallest value at the end, the text says so."""
    contents = lay_out(load_template("overfitting", ("training.iterations=27",)), "en")
    assert overfitting(contents, train_run(contents).facts).answer.startswith("Hardly so here")


@pytest.mark.parametrize(
    ("name", "has", "has_not"),
    [
        (
            "cnn",
            {"convolution", "kernel", "map", "filter", "flatten", "identity"},
            {"saturated", "standardised", "step"},
        ),
        ("iris", {"standardised", "overfitting", "saturated"}, {"scaled", "identity"}),
        ("three-digits", {"scaled", "overfitting"}, {"standardised"}),
        ("lstm", {"step", "candidate", "saturated"}, {"new_state", "identity", "overfitting"}),
        ("gru", {"step", "new_state"}, {"candidate"}),
        ("self-attention", {"step", "score", "lse"}, {"delta", "identity", "saturated"}),
        ("mazur", {"saturated", "delta"}, {"identity", "step", "overfitting"}),
    ],
)
def test_what_a_book_says_has_its_word(name: str, has: set[str], has_not: set[str]) -> None:
    """Convolutions, scaled data, gates and what passes them, and activations that do nothing or go flat."""
    keys = {word.key for word in words(laid_out(name, 1))}
    assert has <= keys
    assert not has_not & keys


def test_gates_are_called_as_in_the_source() -> None:
    """Gomez's candidate is a, and only the three others are gates; a GRU's new state is n."""
    lstm, gru = ({word.key: word.meaning for word in words(laid_out(name, 1))} for name in ("lstm", "gru"))
    assert all(said in lstm["gate"] for said in ("let in (i)", "kept (f)", "shown (o)"))
    assert lstm["candidate"].startswith("The new content (a)")
    assert "sees (r)" in gru["gate"]
    assert gru["new_state"].startswith("The new content (n)")


OF_BATCHES = [
    name for name in shipped() if name in ("xor", "iris", "batch-norm", "edge-detector", "word2vec", "spiral")
]


@pytest.mark.parametrize("name", OF_BATCHES)
def test_of_a_batch_the_chain_rule_is_a_samples_and_its_mean_the_gradient(name: str) -> None:
    """The product of one sample stands in the sentence; the same product of all samples has the gradient for a mean."""
    contents = laid_out(name, 1)
    found = chain_rule(contents, train_run(contents).facts)
    assert found is not None
    history = trained(contents.template, {}, 1)
    assert all(agree(claim.shown, measured(claim, history)) for claim in found.claims)
    *_, mean, share = found.claims
    number = share.quantities[0].partition("@")[2]
    marks = contents.template.model.marks
    terms = [[history[cell.replace(f"@{number}", mark)][0] for cell in share.quantities] for mark in marks]
    assert np.mean(np.prod(terms, axis=1)) == pytest.approx(history[mean.quantities[0]][0], rel=1e-9)


@pytest.mark.parametrize(("name", "terms"), [("lstm", 2), ("self-attention", 3), ("gru", 2)])
def test_of_steps_the_chain_rule_is_a_sum(name: str, terms: int) -> None:
    """A parameter that all steps share has a product for each of them, and their sum is the gradient."""
    contents = laid_out(name, 1)
    found = chain_rule(contents, train_run(contents).facts)
    assert found is not None
    assert found.answer.count(" + ") == 2 * (terms - 1)
    history = trained(contents.template, {}, 1)
    *factors, gradient = [measured(claim, history) for claim in found.claims]
    assert sum(one * other for one, other in zip(factors[::2], factors[1::2], strict=True)) == pytest.approx(gradient)
