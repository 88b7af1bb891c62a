"""[notation.symbols]: the source's own symbols of any parameter, and of what a layer computes for each sample."""

from __future__ import annotations

import pytest

from xlbp.errors import TemplateError
from xlbp.template.load import load_template, parse_template
from xlbp.template.template import Template

RECURRENT = """[network]
[[network.layers]]
name = "memory"
kind = "rnn"
units = 2
weights = [[0.5], [0.6]]
recurrent = [[0.1, 0.3], [0.2, 0.4]]
activation = "relu"
[[network.layers]]
units = 1
[[network.layers]]
units = 1
[data]
inputs = {inputs}
targets = {targets}
[training]
learning_rate = 0.1
[notation.symbols]
"""


def with_symbols(symbols: str, samples: int = 1) -> Template:
    """A recurrent network of two units over two steps, with these symbols."""
    text = RECURRENT.format(inputs=[[[1], [2]]] * samples, targets=[[1]] * samples)
    return parse_template(text + symbols, "nn.toml", "nn")


def test_symbols_of_a_parameter() -> None:
    """They stand where the numbers stand, and derivatives and updated numbers follow, with those of single steps."""
    symbols = with_symbols('"1.recurrent" = [["w11", "w21"], ["w12", "w22"]]\n"3.bias" = "c"').symbols
    expected = {
        "U1[1,2]": "w21",
        "U1[2,1]": "w12",
        "dU1[2,1]": "∂E/∂w12",
        "dU1[2,1]|2": "∂E/∂w12|t=2",
        "U1+[2,1]": "w12⁺",
        "W1[1,1]": "W1[1,1]",
        "b3[1]": "c",
        "db3[1]": "∂E/∂c",
    }
    assert {name: symbols[name] for name in expected} == expected


@pytest.mark.parametrize("key", ["1.a", "memory.a"])
@pytest.mark.parametrize("value", ['[["h1", "h2"], ["k1", "k2"]]', '["h1", "h2", "k1", "k2"]'])
def test_symbols_of_a_tensor(key: str, value: str) -> None:
    """Nested or in one list, by the layer's number or name; samples are marked, derivatives and slopes follow."""
    symbols = with_symbols(f'"{key}" = {value}', samples=2).symbols
    expected = {
        "a1[2,1]@1": "k1⁽¹⁾",
        "a1[1,2]@2": "h2⁽²⁾",
        "da1[1,2]@2": "∂E/∂h2⁽²⁾",
        "f'1[1,2]@2": "∂h2⁽²⁾/∂z1[1,2]⁽²⁾",
    }
    assert {name: symbols[name] for name in expected} == expected


def test_the_slope_is_by_the_symbol_of_the_pre_activation() -> None:
    """A local derivative has the symbols of both of its quantities."""
    symbols = with_symbols('"1.z" = ["s1", "s2", "u1", "u2"]').symbols
    assert symbols["f'1[2,1]"] == "∂h1[2,1]/∂u1"


def test_axes_of_one_number_may_be_left_out() -> None:
    """A matrix of one column may be a list, and the start of a recurrence has symbols as well."""
    symbols = with_symbols('"1.weights" = ["u1", "u2"]\n"1.initial" = ["h01", "h02"]').symbols
    assert [symbols[name] for name in ("W1[1,1]", "W1[2,1]", "start1[2]")] == ["u1", "u2", "h02"]


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ('"1.recurrent" = [["a", "b"]]', "1.recurrent names 1 x 2 quantities, but there are 2 x 2"),
        ('"1.recurrent" = ["a", "b", "c"]', "1.recurrent names 3 quantities, but there are 2 x 2"),
        ('"1.recurrent" = "a"', "1.recurrent names 1 quantities, but there are 2 x 2"),
        ('"1.recurrent" = [["a", "b"], ["c", 4]]', "1.recurrent must be symbols: texts, nested as the numbers are"),
        ('"1.bias" = ["a", ""]', "1.bias must be symbols: texts, nested as the numbers are"),
        ('"1.kernel" = "a"', "layer '1' has no quantity 'kernel' of its own; "
         "it has weights, recurrent, bias, initial, z, a"),
        ('"4.bias" = "a"', "'4.bias' names no layer; write one of 1, memory, 2, 3 before the dot, as in '1.weights'"),
        ('bias = "a"', "'bias' names no layer; write one of 1, memory, 2, 3 before the dot, as in '1.weights'"),
    ],
)  # fmt: skip
def test_what_fits_nothing_is_refused(symbols: str, message: str) -> None:
    """Another number of symbols, another quantity, another layer: one sentence, and the line."""
    with pytest.raises(TemplateError) as caught:
        with_symbols(symbols)
    assert caught.value.message == message


@pytest.mark.parametrize("hidden", [[], ["s12"]])
def test_what_a_causal_mask_hides_may_have_a_symbol(hidden: list[str]) -> None:
    """Scores are named in a triangle, or in a square, which goes with and without the mask."""
    overrides = ("notation={}", f"notation.symbols={{\"1.s\"=[{['s11', *hidden]},['s21','s22']]}}")
    data = ("data.inputs=[[[1,0],[0,1]]]", "data.targets=[[[1,1],[2,2]]]")
    symbols = load_template("self-attention-causal", (*overrides, *data)).symbols
    assert [symbols[f"s1[1,{t},{j}]"] for t, j in ((1, 1), (2, 1), (2, 2))] == ["s11", "s21", "s22"]
    assert "s1[1,1,2]" not in symbols


def test_one_symbol_for_two_quantities_is_refused() -> None:
    """The same symbol twice, be it under one key or in another part of the notation."""
    with pytest.raises(TemplateError, match="gives the symbol 'w' to two quantities"):
        with_symbols('"1.recurrent" = ["w", "v", "u", "w"]')
    with pytest.raises(TemplateError, match="gives the symbol 'x\\[1,1\\]' to two quantities"):
        with_symbols('"1.bias" = ["x[1,1]", "b"]')


def test_one_quantity_under_two_keys_is_refused() -> None:
    """A layer's number and its name lead to the same quantities."""
    with pytest.raises(TemplateError, match=r"'memory\.bias' names what another key of .* names already"):
        with_symbols('"1.bias" = ["b1", "b2"]\n"memory.bias" = ["c1", "c2"]')
