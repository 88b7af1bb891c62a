"""What headings say: English and Chinese, as people write them."""

from __future__ import annotations

import pytest

from xlbp.auditing.claims.headings import (
    Claim,
    claim,
    is_gain,
    is_loss,
    is_rate,
    names_quantity,
    plain,
    same,
    updated,
)


@pytest.mark.parametrize(
    ("text", "of", "to"),
    [
        ("∂E/∂w1", "E", "w1"),
        ("dE_total/dw5", "E_total", "w5"),
        ("∂E_total / ∂w₁", "E_total", "w1"),
        ("de/db", "e", "b"),
        ("dL/dW2", "L", "W2"),
        ("dW1", "", "W1"),
        ("db2", "", "b2"),
        ("gradient of w1", "", "w1"),
        ("grad_w1", "", "w1"),
        ("w1的梯度", "", "w1"),
        ("∂损失/∂w1", "损失", "w1"),
        ("误差对w1的偏导数", "误差", "w1"),
        ("dL_dw1", "L", "w1"),
        ("dE_total_dw5", "E_total", "w5"),
        ("gradient w.r.t. w1", "", "w1"),
        ("gradient of the loss with respect to w1", "", "w1"),
        ("partial derivative w.r.t. w1", "", "w1"),
        ("slope of w1", "", "w1"),
        ("derivative of loss by w1", "", "w1"),
        ("grad. w1", "", "w1"),
        ("Gradient: w1", "", "w1"),
        ("gradient for w1", "", "w1"),
        ("mean gradient b", "", "b"),
        ("∂/∂w1", "", "w1"),
        ("∂L/∂w₁ (mean)", "L", "w1"),
        ("dLoss by dw1", "Loss", "w1"),
        ("∇J(w1)", "J", "w1"),
        ("d(loss)/d(w1)", "loss", "w1"),
        ("f'(x)", "f(x)", "x"),
        (r"$\frac{\partial E}{\partial w_{1}}$", "E", "w_{1}"),
        ("E∂w1", "E", "w1"),
        ("∂E∂w", "E", "w"),
        ("\U0001d7c3E/\U0001d7c3p", "E", "p"),
        ("\U0001d6ffE/\U0001d6ffp", "E", "p"),
        ("∂E/∂q\n =4(q+1)", "E", "q"),
        ("Avg(dL/d(p))", "L", "p"),
        ("Sum of dE/dw", "E", "w"),
        ("Slope of MSE WRT P", "", "P"),
        ("gradiente de w1", "", "w1"),
        ("Ableitung nach w1", "", "w1"),
        ("w1の勾配", "", "w1"),
        ("誤差對w1的偏導數", "誤差", "w1"),
        ("Gw1", "", "w1"),
        ("dE/dw1 ↓", "E", "w1"),
        ("📉 dE/dw1", "E", "w1"),
        ("slope (dMSE/dw)", "MSE", "w"),
        ("dw (slope)", "", "w"),
        ("derivada m", "", "m"),
        ("Partial derivative b", "", "b"),
        ("градиент w", "", "w"),
        ("производная по w1", "", "w1"),
        ("偏微分 a", "", "a"),
    ],
)
def test_a_heading_claims_a_gradient(text, of, to):
    """Numerator and denominator are told apart; d, ∂ and words mean the same."""
    assert claim(plain(text)) == Claim(of, to)


@pytest.mark.parametrize("text", ["est de/db", "decay", "data", "w1", "E_total", "‖∂E/∂W1‖"])
def test_other_headings_claim_nothing(text):
    """Estimates, norms and explanations are no claims."""
    assert claim(plain(text)) is None


def test_losses_and_rates_are_known_by_their_names():
    """The usual names of a loss and of a learning rate, and what is neither."""
    assert all(is_loss(plain(t)) for t in ("E", "E_total", "Etot", "Loss", "err^2", "MSE", "损失", "总误差", "cost"))
    spoken = ("half mean squared error", "cross-entropy loss", "loss (cross-entropy)", "MSE(β₀,β₁)", "J(w, b)")
    spoken += (
        "均方误差",
        "交叉熵损失",
        "平均损失",
        "Training loss",
        "binary cross entropy",
        "L = ½(t−y)²",
        r"$\mathcal{L}$",
    )
    spoken += (
        "ECM",
        "función de pérdida",
        "Fehlerquadratsumme",
        "erreur quadratique moyenne",
        "função de custo",
        "平均二乗誤差",
    )
    spoken += ("Sum of squared errors", "negative log-likelihood", "regularised cost")
    assert [t for t in spoken if not is_loss(plain(t))] == []
    assert not any(is_loss(plain(t)) for t in ("E1", "w1", "t1", "out_o1", "sum of exp", "error 1", "learning rate"))
    assert all(
        is_rate(plain(t))
        for t in ("eta", "η =", "Learning rate", "lr", "学习率", "学習率", "Lernrate", "taux d'apprentissage")
    )
    assert all(
        is_rate(plain(t)) for t in ("learning rate →", "📉 learning-rate", "шаг обучения", "ritmo de aprendizaje")
    )
    assert not any(is_rate(plain(t)) for t in ("b1", "error", "x"))


def test_what_training_makes_larger_is_no_loss():
    """A log-likelihood is climbed, its negative is not."""
    assert all(is_gain(plain(t)) for t in ("log-likelihood", "Log likelihood ℓ(θ)", "reward", "对数似然", "log L"))
    assert not any(is_gain(plain(t)) for t in ("negative log-likelihood", "loss", "负对数似然"))


def test_names_are_compared_without_what_differs_in_writing():
    """Underscores, braces and case do not make another name; a number does."""
    assert same("w_1", "w1")
    assert same("E_{total}", "e_total")
    assert not same("w1", "w11")
    assert [updated("new_a"), updated("w1⁺"), updated("w1")] == ["a", "w1", ""]


@pytest.mark.parametrize(
    ("heading", "name", "it_is"),
    [
        ("权重 w11", "w11", True),
        ("偏置a1", "a1", True),
        ("weight w1", "w1", True),
        ("bias b2", "b2", True),
        ("Value of P", "P", True),
        ("w3 (hidden to output)", "w3", True),
        ("w(1)", "w(2)", False),
        ("weights", "s", False),
        ("权重 w11", "w12", False),
        ("error 1", "1", False),
    ],
)
def test_a_word_before_a_symbol_is_no_part_of_it(heading: str, name: str, it_is: bool) -> None:
    """What kind of thing a symbol is does not change which one it is."""
    assert same(plain(heading), plain(name)) == it_is


@pytest.mark.parametrize(
    ("heading", "numerator", "it_is"),
    [("f(x, y)", "f", True), ("S (sum of squares)", "S", True), ("损失 L", "L", True), ("T (target)", "S", False)],
)
def test_the_loss_is_what_the_gradients_are_of(heading: str, numerator: str, it_is: bool) -> None:
    """A function with its arguments, and a symbol with its explanation."""
    assert names_quantity(plain(heading), plain(numerator)) == it_is


def test_a_loss_may_have_its_symbol_behind_it() -> None:
    """误差 E is a loss; a weight called e is none."""
    assert is_loss(plain("误差E"))
    assert is_loss(plain("损失 L"))
    assert not is_loss(plain("权重 e"))
