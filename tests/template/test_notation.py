"""Symbols: what a reader of the source finds at the head of each column."""

from __future__ import annotations

import pytest

from tests.templates import ALL
from xlbp.errors import TemplateError
from xlbp.model.compile import compile_template
from xlbp.template.load import load_template, parse_template
from xlbp.template.notation import repeated

TEXT = """[network]
[[network.layers]]
units = 2
activation = "tanh"
weights = [[1, 2], [3, 4]]
[[network.layers]]
units = 1
weights = [[5, 6]]
[data]
inputs = [[1, 2]]
targets = [[1]]
[training]
learning_rate = 1
[notation]
"""
SYMBOLS = [
    ("mazur", "W1[1,1]", "w1"),
    ("mazur", "W1[1,2]", "w2"),
    ("mazur", "W1[2,1]", "w3"),
    ("mazur", "W2[1,1]", "w5"),
    ("mazur", "W2[2,2]", "w8"),
    ("mazur", "b1", "b1"),
    ("mazur", "x[1]", "i1"),
    ("mazur", "t[2]", "target_o2"),
    ("mazur", "z1[1]", "net_h1"),
    ("mazur", "a1[2]", "out_h2"),
    ("mazur", "z2[1]", "net_o1"),
    ("mazur", "E[1]", "E_o1"),
    ("mazur", "E", "E_total"),
    ("mazur", "dW2[1,1]", "∂E_total/∂w5"),
    ("mazur", "da2[1]", "∂E_total/∂out_o1"),
    ("mazur", "f'2[1]", "∂out_o1/∂net_o1"),
    ("mazur", "dz2[1]", "∂E_total/∂net_o1"),
    ("mazur", "W2+[1,1]", "w5⁺"),
    ("mazur", "eta", "η"),
    ("three-two-two", "W1[1,1]", "w1"),
    ("three-two-two", "W1[2,1]", "w2"),
    ("three-two-two", "W1[1,2]", "w3"),
    ("three-two-two", "W1[2,3]", "w6"),
    ("three-two-two", "W2[1,1]", "w7"),
    ("three-two-two", "W2[2,1]", "w8"),
    ("three-two-two", "W2[1,2]", "w9"),
    ("three-two-two", "W2[2,2]", "w10"),
    ("three-two-two", "z1[1]", "z_h1"),
    ("three-two-two", "a2[2]", "o2"),
    ("three-two-two", "b2+", "b2⁺"),
    ("excel-two-layer", "W1[1,1]", "w11"),
    ("excel-two-layer", "W1[1,2]", "w21"),
    ("excel-two-layer", "W1[2,1]", "w12"),
    ("excel-two-layer", "W2[1,2]", "v2"),
    ("excel-two-layer", "z2[1]", "y"),
    ("excel-two-layer", "t[1]", "t"),
    ("six-neurons", "z3[2]", "z6"),
    ("six-neurons", "dz1[1]", "∂C/∂z1"),
    ("softmax-three-classes", "a2[3]@6", "p_c3⁽⁶⁾"),
    ("softmax-three-classes", "E@2", "E⁽²⁾"),
    ("into-backprop", "eta", "h"),
    ("into-backprop", "∂d/∂a", "∂d/∂a"),
    ("into-backprop", "df/dd", "df/dd"),
    ("into-backprop", "a+", "a⁺"),
]
ORDERS = [
    ("mazur", ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"]),
    ("three-two-two", ["w1", "w2", "w3", "w4", "w5", "w6", "b1", "w7", "w8", "w9", "w10", "b2"]),
    ("excel-two-layer", ["w11", "w21", "w12", "w22", "v1", "v2"]),
    ("into-backprop", ["a", "b", "c"]),
]


@pytest.mark.parametrize(("template", "name", "symbol"), SYMBOLS)
def test_a_quantity_has_the_symbol_of_its_source(template, name, symbol):
    """Each column is headed by the symbol that the source text uses."""
    assert symbol == load_template(template).symbols[name]


@pytest.mark.parametrize(("template", "symbols"), ORDERS)
def test_parameters_stand_in_the_order_of_the_source(template, symbols):
    """Reading the parameters from left to right counts as the source counts."""
    loaded = load_template(template)
    assert symbols == [loaded.symbols[name] for name in loaded.parameter_order]


@pytest.mark.parametrize("template", ALL)
def test_every_column_has_a_symbol(template):
    """No column and no input is left without a symbol, except the iteration and the order in which samples come."""
    loaded = load_template(template)
    program = compile_template(loaded)
    expected = {"iteration"}
    unnamed = {*program.names, *program.panel} - set(loaded.symbols)
    assert expected == {name for name in unnamed if not name.startswith("order#")}


@pytest.mark.parametrize(
    ("notation", "symbol"),
    [
        ('units = [["h", "h"], ["o"]]', "z_h"),
        ('pre_activation = "net"', "net"),
        ('pre_activation = "{unit}"\nactivation = "{unit}"\nunits = [["h1", "h2"], ["o"]]', "h1"),
        ('inputs = ["i", "i"]', "i"),
        ('inputs = ["i", "j"]\ntargets = ["i"]', "i"),
        ('weights = [["w", "v", "u", "w"], ["p", "q"]]', "w"),
        ('biases = ["b", "b", "c"]', "b"),
        ('weights = "by_unit"\nlearning_rate = "w1"', "w1"),
        ('loss = "x1"', "x1"),
    ],
)
def test_a_symbol_for_two_quantities_is_refused(notation, symbol):
    """A reader must be able to tell quantities apart by their symbols."""
    with pytest.raises(TemplateError, match=f"gives the symbol '{symbol}' to two quantities") as caught:
        parse_template(TEXT + notation, "nn.toml", "nn")
    expected = 14
    assert expected == caught.value.line


def test_an_input_may_stand_on_the_panel_and_in_the_row():
    """a0 is the input itself, and shares its symbol."""
    found = repeated({"x[1]@1": "x1", "a0[1]@1": "x1", "z1[1]@1": "z1"})
    assert not found


def test_plain_defaults():
    """Without [notation] the symbols are the plain names."""
    symbols = parse_template(TEXT.replace("[notation]\n", ""), "nn.toml", "nn").symbols
    expected = {"W1[2,1]": "W1[2,1]", "z1[2]": "z1[2]", "x[1]": "x1", "t[1]": "t1", "eta": "η", "E": "E"}
    assert expected == {name: symbols[name] for name in expected}


def test_a_setting_gives_way_to_a_name_of_the_graph():
    """A variable may be called c, k, T or start; the limit, the period and the start then go by their own names."""
    text = (
        "[expression]\nvariables = { c = 1, clip = 2, T_w = 3, warmup = 4 }\nsteps = ['s = c * clip * T_w * warmup']\n"
        "[training]\nlearning_rate = 1\nclip_norm = 1\nschedule = 'warmup'\n"
    )
    template = parse_template(text, "clash", "clash")
    assert {name: template.symbols[name] for name in ("c", "s", "$clip_norm", ":clipping", "$warmup", "$start")} == {
        "c": "c", "s": "s", "$clip_norm": "clip_norm", ":clipping": "clipping", "$warmup": "warmup′", "$start": "start",
    }  # fmt: skip
