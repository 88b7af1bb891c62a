"""Templates that load, templates that must not, and what the error points at."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.templates import ALL
from xlbp.errors import TemplateError, UsageError
from xlbp.template.graph import Graph
from xlbp.template.load import load_template, parse_template
from xlbp.template.network import Network
from xlbp.template.template import Template

NETWORK = """[network]
loss = "half_squared_error"
[[network.layers]]
units = 2
activation = "sigmoid"
weights = [[0.1, 0.2], [0.3, 0.4]]
bias = 0.5
[[network.layers]]
units = 1
weights = [[0.5, 0.6]]
[data]
inputs = [[1, 2], [3, 4]]
targets = [[1], [0]]
[training]
iterations = 3
learning_rate = 0.1
"""
EXPRESSION = """[expression]
variables = { a = 5, b = -6, c = 7 }
steps = ["d = a + b", "f = d * c"]
[training]
iterations = 3
learning_rate = 0.1
"""
HUGE = "1" + "0" * 400

# (what is changed, to what, the message, its line, the text above the caret)
NETWORK_FAULTS = [
    # unknown keys
    ("bias = 0.5", "biass = 0.5", "unknown key 'biass'.*did you mean 'bias'", 7, "biass"),
    ("loss =", "los =", "unknown key 'los'.*did you mean 'loss'", 2, "los ="),
    ("iterations = 3", "iteration = 3", "unknown key 'iteration'.*did you mean 'iterations'", 15, "iteration ="),
    (
        "targets = [[1], [0]]",
        "targets = [[1], [0]]\nnames = 1",
        r"unknown key 'names'.*known: .*inputs, .*targets",
        14,
        "names",
    ),
    ("[training]", "[template]\ntitel = 'x'\n[training]", "unknown key 'titel'.*did you mean 'title'", 15, "titel"),
    ("[data]", "[notation]\nunit = 'h'\n[data]", "unknown key 'unit'.*did you mean 'units'", 12, "unit ="),
    ("[training]", "[expresion]\n[training]", "unknown key 'expresion'.*did you mean 'expression'", 14, "[expresion]"),
    ("units = 2", "unit = 2", "unit'.*'units'", 4, "unit ="),
    ("[training]", "[trainig]", "trainig'.*'training'", 14, "[trainig]"),
    (
        "weights = [[0.1, 0.2], [0.3, 0.4]]",
        "weights = { init = 'he_normal', sed = 1 }",
        "did you mean 'seed'",
        6,
        "sed =",
    ),
    # wrong types
    ("units = 2", 'units = "2"', "units must be a whole number, not the text '2'", 4, "units"),
    ("units = 2", "units = 2.0", "units must be a whole number, not 2.0", 4, "units"),
    ("units = 2", "units = true", "units must be a whole number, not true", 4, "units"),
    ("bias = 0.5", "bias = true", "bias must be a number, not true", 7, "bias"),
    ("bias = 0.5", 'bias = "0.5"', "bias must be a number, not the text '0.5'", 7, "bias"),
    ("bias = 0.5", "bias_shared = 1", "bias_shared must be true or false, not 1", 7, "bias_shared"),
    ("learning_rate = 0.1", "learning_rate = true", "learning_rate must be a number, not true", 16, "learning_rate"),
    ("learning_rate = 0.1", "learning_rate = 1979-05-27", "learning_rate must be a number", 16, "learning_rate"),
    ("0.4]]", "true]]", r"weights.2.2 must be a number, not true", 6, "true]]"),
    ("0.4]]", '"x"]]', r"weights.2.2 must be a number, not the text 'x'", 6, '"x"]]'),
    ('loss = "half_squared_error"', "loss = 1", "loss must be a text, not 1", 2, "loss"),
    ('activation = "sigmoid"', 'activation = "sigmod"', "did you mean 'sigmoid'", 5, "activation"),
    ("half_squared_error", "cubic", "unknown loss 'cubic'.*known: half_squared_error", 2, "loss"),
    ("[data]\n", "[notation]\nunits = false\n[data]\n", "units needs one list of texts per layer", 12, "units"),
    ("[data]\n", "[notation]\nweights = 'by_units'\n[data]\n", "did you mean 'by_unit'", 12, "weights"),
    # numbers that no cell holds
    ("learning_rate = 0.1", "learning_rate = nan", "learning_rate is nan.*finite", 16, "learning_rate"),
    ("learning_rate = 0.1", "learning_rate = -inf", "learning_rate is -inf.*finite", 16, "learning_rate"),
    ("learning_rate = 0.1", "learning_rate = -0.1", "learning_rate is -0.1.*at least 0", 16, "learning_rate"),
    ("learning_rate = 0.1", "learning_rate = 1e400", "learning_rate is inf.*finite", 16, "learning_rate"),
    ("learning_rate = 0.1", f"learning_rate = {HUGE}", r"\(401 digits\).*finite", 16, "learning_rate"),
    ("learning_rate = 0.1", "learning_rate = 1.7976931348623157e308", "finite", 16, "learning_rate"),
    ("[[1, 2], [3, 4]]", "[[1, nan], [3, 4]]", r"inputs.1.2 is nan.*finite", 12, "nan]"),
    # sizes and shapes
    ("units = 2", "units = 0", "units is 0, but must be at least 1", 4, "units"),
    ("units = 2", "units = -3", "units is -3, but must be at least 1", 4, "units"),
    ("units = 2", f"units = {HUGE}", "at most", 4, "units"),
    ("iterations = 3", "iterations = 0", "iterations is 0, but must be at least 1", 15, "iterations"),
    ("iterations = 3", "iterations = -1", "iterations is -1, but must be at least 1", 15, "iterations"),
    ("[[1, 2], [3, 4]]", "[[1, 2], [3]]", "inputs is ragged: row 1 has 2 numbers, row 2 has 1", 12, "[3]]"),
    ("[[1, 2], [3, 4]]", "[]", "inputs must be a non-empty list of rows.*an empty list", 12, "inputs"),
    ("[[1, 2], [3, 4]]", "[[], []]", r"inputs.1 must be a non-empty list of numbers", 12, "[], []"),
    ("[[1, 2], [3, 4]]", "[1, 2]", r"inputs.1 must be a non-empty list of numbers, not 1", 12, "1, 2]"),
    ("[[1], [0]]", "[[1]]", "targets has 1 row, but inputs has 2", 13, "targets"),
    ("[[1], [0]]", "[[1, 1], [0, 1]]", "targets has 2 columns, but the last layer has 1 unit", 13, "targets"),
    ("[[0.5, 0.6]]", "[[0.5], [0.6]]", "layer 2 are 2 x 1, but 1 units x 2 inputs need 1 x 2", 10, "weights"),
    ("[[0.1, 0.2], [0.3, 0.4]]", "[[0.1, 0.2]]", "layer 1 are 1 x 2.* need 2 x 2", 6, "weights"),
    ("bias = 0.5", "bias = [1]", "bias has 1 number, but 2 are needed", 7, "bias"),
    ("bias = 0.5", "bias = [1, 2]\nbias_shared = true", "bias has 2 numbers, but 1 are needed", 7, "bias"),
    ("bias = 0.5", "bias = []", "bias must be a non-empty list", 7, "bias"),
    ("[data]\n", "[notation]\nbiases = ['b']\n[data]\n", "biases names 1 quantity, but there are 3", 12, "biases"),
    ("[data]\n", "[notation]\nweights = [['a'], ['b']]\n[data]\n", "weights needs .*4, 2 entries", 12, "weights"),
    # what does not go together, and what is not there yet
    ("[data]", "[expression]\n[data]", r"either \[network\] with \[data\], or \[expression\]", 11, "[expression]"),
    ("half_squared_error", "binary_cross_entropy", "logits of a sigmoid layer; the last one is identity", 2, "loss"),
    ("half_squared_error", "cross_entropy", "logits of a softmax layer; the last one is identity", 2, "loss"),
    ("[training]", "[training]\noptimizer = 'adamm'", "unknown optimizer 'adamm'.*mean 'adam'", 15, "optimizer"),
    ("[training]", "[training]\noptimizer = { name = 'adam', beta = 0.9 }", "unknown key 'beta'", 15, "beta ="),
    ("[training]", "[training]\noptimizer = { name = 'sgd', momentum = 1 }", "momentum is 1, but", 15, "momentum"),
    ("[training]", "[training]\nschedule = 'cosin'", "unknown schedule 'cosin'.*mean 'cosine'", 15, "schedule"),
    ("[training]", "[training]\nbatch_size = 3", "batch_size is 3, but there are 2 samples", 15, "batch_size"),
    ("[training]", f"[training]\nbatch_size = {HUGE}", "batch_size", 15, "batch_size"),
    ("[training]", "[training]\nbatch_size = 0", "batch_size is 0, but must be at least 1", 15, "batch_size"),
    ("[training]", "[training]\nbatch_size = 'half'", "batch_size must be a whole number", 15, "batch_size"),
]
EXPRESSION_FAULTS = [
    ("a = 5, ", "a = true, ", "a must be a number, not true", 2, "a = true"),
    ("a = 5, ", "s = true, ", "s must be a number, not true", 2, "s = true"),
    ("a = 5, b = -6", "ab = 5, b = '-6'", "b must be a number, not the text '-6'", 2, "b = '-6'"),
    ("a = 5, ", '"a" = nan, ', "a is nan.*finite", 2, '"a" = nan'),
    ("{ a = 5, b = -6, c = 7 }", "{}", "at least one variable", 2, "variables"),
    ("a = 5, ", "a = 5, exp = 1, ", "can't call a quantity 'exp'.*means something else", 2, "exp ="),
    ("steps", "constants = { a = 1 }\nsteps", "can't call a quantity 'a': it is a variable", 3, "a = 1"),
    ("a = 5, ", 'a = 5, "x y" = 1, ', "can't call a quantity 'x y'", 2, '"x y" ='),
    ("d * c", "d * k", "unknown name 'k'", 3, "k"),
    ("f = d", "  f = e", "unknown name 'e'", 3, "e *"),
    ("d * c", "cos(c) + sine(d)", "unknown function 'sine'.*did you mean 'sin'", 3, "sine"),
    ("d * c", "(d * c", r"can't read the step .*never closed", 3, "(d"),
    ("f = d * c", "d = a", "the name 'd' is defined already", 3, 'd = a"'),
    ('"f = d * c"', '\n"ff = a",\n"f = a",\n"f = b"', "the name 'f' is defined already", 6, "f = b"),
    ('["d = a + b", "f = d * c"]', "[]", "steps must hold at least one formula", 3, "steps"),
    ('["d = a + b", "f = d * c"]', '"d = a + b"', "steps must be a list of texts", 3, "steps"),
    ("steps =", "stpes =", "stpes'.*'steps'", 3, "stpes ="),
    ("[training]", "objective = 'a'\n[training]", "objective 'a' is not a step", 4, "objective"),
    ("[training]", "goal = 'maximise'\n[training]", "did you mean 'maximize'", 4, "goal"),
    ("[training]", "[data]\ninputs = [[1]]\n[training]", "unknown key 'data'", 4, "[data]"),
    ("[training]", "[notation]\nweights = 'by_unit'\n[training]", "unknown key 'weights'", 5, "weights"),
    ("[training]", "[notation]\nlearning_rate = 'a'\n[training]", "symbol 'a'", 4, "[notation]"),
    ("[training]", "[training]\nbatch_size = 2", r"batch_size goes with a \[network\]", 5, "batch_size"),
]
FAULTS = [(NETWORK, *fault) for fault in NETWORK_FAULTS] + [(EXPRESSION, *fault) for fault in EXPRESSION_FAULTS]
# (what is changed, to what, the line tomllib complains of)
NOT_TOML = [
    ("bias = 0.5", "bias = 0.5\nbias = 1", 8),
    ("[training]", "[data]\n[training]", 14),
    ("bias = 0.5", "bias = 0.5.5", 7),
    ("[data]", "[data", 11),
    ("weights = [[0.5", "weights = [[0.5 0.5", 10),
]


def load(text: str, *overrides: str) -> Template:
    """The template of this text."""
    return parse_template(text, "nn.toml", "nn", overrides)


def changed(text: str, old: str, new: str) -> str:
    """The text with its first ``old`` replaced; it must have one."""
    before, found, after = text.partition(old)
    assert found, f"{old!r} is not in the template"
    return before + new + after


def failure(text: str, *overrides: str) -> TemplateError:
    """The error with which the template is refused."""
    with pytest.raises(TemplateError) as caught:
        load(text, *overrides)
    return caught.value


def network(text: str, *overrides: str) -> Network:
    """The network of a template."""
    model = load(text, *overrides).model
    assert isinstance(model, Network)
    return model


def above_caret(error: TemplateError) -> str:
    """What stands in the printed message from the caret's column on."""
    *_, shown, caret = str(error).splitlines()
    assert caret.strip() == "^"
    return shown[len(caret) - 1 :]


# faults


@pytest.mark.parametrize(("text", "old", "new", "message", "line", "under"), FAULTS)
def test_a_fault_is_refused_with_its_line_and_a_caret(text, old, new, message, line, under):
    """A faulty template is refused in one short sentence that points at the fault, with exit code 2."""
    error = failure(changed(text, old, new))
    expected_exit_code = 2
    assert re.search(message, error.message)
    assert line == error.line
    assert under == above_caret(error)[: len(under)]
    assert str(error).startswith(f"nn.toml:{line}: ")
    assert len(error.message) <= 160
    assert expected_exit_code == error.exit_code


@pytest.mark.parametrize(("old", "new", "line"), NOT_TOML)
def test_what_is_not_toml_is_refused_with_its_line(old, new, line):
    """A duplicate key or a syntax error is a TemplateError on its own line, the caret within it."""
    error = failure(changed(NETWORK, old, new))
    assert line == error.line
    assert error.message.startswith("not valid TOML: ")
    assert 1 <= error.column <= len(error.text) + 1


@pytest.mark.parametrize("text", ["", "[training]\nlearning_rate = 1\n"])
def test_a_template_needs_a_model(text):
    """A template with neither [network] nor [expression] is refused, with no line to point at."""
    error = failure(text)
    expected = "nn.toml: a template has either [network] with [data], or [expression]"
    assert expected == str(error)


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 3000, NETWORK.replace("0.1", "1" + "0" * 5000), 'x = "abc'],
    ids=["brackets", "digits", "open string"],
)
def test_text_that_the_parser_gives_up_on_is_refused(text):
    """A template that the TOML parser can't finish is refused like any other."""
    error = failure(text)
    assert error.message.startswith(("not readable as TOML", "not valid TOML"))


def test_a_fault_in_a_later_inline_layer_is_pointed_at_there():
    """Of layers written as inline tables, the caret stands under the faulty one's own key."""
    layers = "layers = [\n  { units = 2, weights = [[1], [1]] },\n  { units = 0 },\n]"
    error = failure(f"[network]\n{layers}\n[data]\ninputs = [[1]]\ntargets = [[1]]\n[training]\nlearning_rate = 1\n")
    expected = (4, "units = 0")
    assert expected == (error.line, above_caret(error)[:9])


def test_a_fault_after_a_matrix_of_many_lines_has_its_own_line():
    """Rows of a matrix on lines of their own are not taken for headers of tables."""
    matrix = "weights = [\n  [0.1, 0.2],\n  [0.3, 0.4]\n]"
    text = changed(NETWORK, "weights = [[0.1, 0.2], [0.3, 0.4]]", matrix)
    error = failure(changed(text, "bias = 0.5", "bias = 0.5\nnits = 1"))
    expected = (11, "nits = 1")
    assert expected == (error.line, above_caret(error))


# --set


@pytest.mark.parametrize(
    ("override", "read", "expected"),
    [
        ("training.learning_rate=0.25", lambda t: t.training.learning_rate, 0.25),
        (" training.iterations = 7", lambda t: t.training.iterations, 7),
        ("network.loss=mse", lambda t: t.model.loss, "mse"),
        ('network.loss="mse"', lambda t: t.model.loss, "mse"),
        ("network.layers.1.activation=tanh", lambda t: t.model.layers[0].activation, "tanh"),
        ("network.layers.2.weights=[[8, 9]]", lambda t: t.model.layers[1].nodes[0].start["W"], (8.0, 9.0)),
        ("data.inputs.1.2=7", lambda t: t.model.inputs, ((1.0, 7.0), (3.0, 4.0))),
        ("network.layers.2.bias=false", lambda t: t.model.layers[1].biases, ()),
        ("template.title=a=b", lambda t: t.title, {"en": "a=b"}),
    ],
)
def test_an_override_takes_the_place_of_a_value(override, read, expected):
    """--set key=value reads its value as TOML or plain text, and list elements count from 1."""
    template = load(NETWORK, override)
    assert expected == read(template)
    assert template.overrides == (override,)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.iterations", "write it as key=value"),
        ("=3", "write it as key=value"),
        ("training..iterations=3", "write it as key=value"),
        ("network.layers.0.units=3", "number 0 .*count from 1"),
        ("network.layers.3.units=3", "number 3 .*count from 1"),
        ("data.inputs.3=[1, 2]", "number 3 .*count from 1"),
        ("training.iterations.x=1", "nothing called 'x'"),
        ("training.1=1", "nothing called number 1"),
        ("trainng.iterations=3", "unknown key 'trainng'.*did you mean 'training'"),
        ("training.learning_rate=nan", "--set training.learning_rate=nan: learning_rate is nan"),
        ("network.layers.1.bias=[1]", "--set network.layers.1.bias=.*bias has 1 number, but 2"),
        ("data.inputs.1.2=x", "--set data.inputs.1.2=x: .*must be a number, not the text 'x'"),
        (f"training.learning_rate={HUGE}0", r"--set .*\(402 digits\)"),
        ("data.inputs=" + "[" * 3000, "inputs must be|can't|not "),
    ],
)
def test_an_override_that_fits_nowhere_is_refused(override, message):
    """A --set that names nothing, or gives what the key can't hold, is a usage error with exit code 2."""
    with pytest.raises(UsageError) as caught:
        load(NETWORK, override)
    expected_exit_code = 2
    assert re.search(message, caught.value.at_the_command_line)
    assert expected_exit_code == caught.value.exit_code


def test_later_overrides_win():
    """Of two --set of one key the later counts."""
    template = load(NETWORK, "training.iterations=5", "training.iterations=6")
    expected = 6
    assert expected == template.training.iterations


# texts


def test_texts_in_several_languages():
    """A key is English, and "key.zh-CN" beside it the same text in another language."""
    about = '[template]\ntitle = "Net"\n"title.zh-CN" = "网络"\n"notes.zh-TW" = ["註"]\nsource = "us"\n'
    template = load(about + NETWORK)
    assert template.title == {"en": "Net", "zh-CN": "网络"}
    assert template.notes == {"en": (), "zh-TW": ("註",)}
    assert template.source == {"en": "us"}
    assert template.summary == {}


def test_a_title_is_the_name_where_none_is_given():
    """A template without [template] is called by its file's name."""
    assert load(NETWORK).title == {"en": "nn"}


@pytest.mark.parametrize("line", ["title = 5", '"title.zh-CN" = 5', 'notes = "x"', '"title.fr" = "x"'])
def test_a_text_of_the_wrong_type_or_language_is_refused(line):
    """Texts are texts, notes are lists of them, and languages are the three that there are."""
    error = failure(f"[template]\n{line}\n{NETWORK}")
    expected = (2, 1)
    assert expected == (error.line, error.column)


# numbers


def rate(text: str) -> float:
    """A number as the loader reads it."""
    return load(changed(EXPRESSION, "learning_rate = 0.1", f"learning_rate = {text}")).training.learning_rate


@settings(deadline=None)
@given(st.floats(min_value=0, max_value=1.79769313486231e308))
def test_a_loaded_number_can_be_retyped_exactly(number):
    """Every loaded number has at most 15 significant digits, lies next to what was written, and loads back."""
    loaded = rate(repr(number))
    digits = Decimal(repr(loaded)).normalize().as_tuple().digits
    assert len(digits) <= 15
    assert math.isclose(number, loaded, rel_tol=1e-14, abs_tol=5e-324)
    assert loaded == rate(f"{loaded:.15g}" if "." in f"{loaded:.15g}" else repr(loaded))


@settings(deadline=None)
@given(st.integers(0, 10**20))
def test_a_whole_number_is_a_number(number):
    """Whole numbers are read as doubles with 15 digits."""
    assert float(f"{number:.15g}") == rate(str(number))


def test_every_kind_of_number_is_snapped():
    """Inputs, targets, weights, biases, variables, constants and numbers in formulas all keep 15 digits."""
    long, short = "0.12345678901234567", 0.123456789012346
    text = NETWORK.replace("0.1, ", f"{long}, ").replace("[[1, 2]", f"[[{long}, 2]").replace("[[1],", f"[[{long}],")
    model = network(text.replace("bias = 0.5", f"bias = {long}"))
    found = [*(model.nodes[0].start[letter][0] for letter in "Wb"), model.inputs[0][0], model.targets[0][0]]
    assert [short] * 4 == found
    graph = load(EXPRESSION.replace("a = 5", f"a = {long}").replace("d * c", f"d * {long}")).model
    assert isinstance(graph, Graph)
    assert [short, short] == [graph.variables["a"], graph.steps[-1].arguments[1]]


# biases and initial weights


@pytest.mark.parametrize(
    ("lines", "values", "names", "shared", "trained"),
    [
        ("bias = false", (), (), False, False),
        ("", (0.0, 0.0), ("b1[1]", "b1[2]"), False, True),
        ("bias = 0.5", (0.5, 0.5), ("b1[1]", "b1[2]"), False, True),
        ("bias = 3", (3.0, 3.0), ("b1[1]", "b1[2]"), False, True),
        ("bias = [1, -2]", (1.0, -2.0), ("b1[1]", "b1[2]"), False, True),
        ("bias = 0.5\nbias_shared = true", (0.5,), ("b1",), True, True),
        ("bias = [0.5]\nbias_shared = true", (0.5,), ("b1",), True, True),
        ("bias = 0.5\nbias_trainable = false", (0.5, 0.5), ("b1[1]", "b1[2]"), False, False),
        ("bias = 1\nbias_shared = true\nbias_trainable = false", (1.0,), ("b1",), True, False),
    ],
)
def test_biases(lines, values, names, shared, trained):
    """A bias is absent, a number or a list, of its own or shared, trained or frozen."""
    layer = network(changed(NETWORK, "bias = 0.5", lines)).layers[0]
    assert values == layer.nodes[0].start.get("b", ())
    assert (names, shared, trained) == (layer.biases, layer.shares_bias, layer.trains_bias)


def test_a_frozen_bias_is_a_constant_and_no_parameter():
    """What is not trained stands among the constants that a person may change."""
    model = network(changed(NETWORK, "bias = 0.5", "bias = 0.5\nbias_shared = true\nbias_trainable = false"))
    assert "b1" in model.constants()
    assert "b1" not in model.parameters()


def test_weights_left_out_are_drawn():
    """Without weights, a layer gets Xavier's uniform ones of seed 0, by its own stream."""
    text = changed(NETWORK, "weights = [[0.1, 0.2], [0.3, 0.4]]\n", "")
    expected = (1.1148, -0.5004, -1.1558, 1.1442)
    assert expected == network(text).nodes[0].start["W"]


def test_a_seed_draws_other_weights():
    """{ init, seed } names the scheme and the stream."""
    text = changed(NETWORK, "[[0.1, 0.2], [0.3, 0.4]]", '{ init = "xavier_uniform", seed = 1 }')
    drawn = network(text).nodes[0].start["W"]
    assert drawn == network(text).nodes[0].start["W"]
    assert drawn != network(text.replace("seed = 1", "seed = 2")).nodes[0].start["W"]


# files


@pytest.mark.parametrize("name", ALL)
def test_every_shipped_template_loads_and_comes_back(name):
    """A shipped template, loaded from its own remembered text and files, is the same template again."""
    template = load_template(name)
    again = parse_template(template.text, "again", name, read_file=template.files.__getitem__)
    assert template == again


def test_line_ends_and_byte_order_marks_do_not_matter(tmp_path: Path):
    """A template saved on Windows is the same template."""
    path = tmp_path / "nn.toml"
    path.write_bytes(b"\xef\xbb\xbf" + NETWORK.replace("\n", "\r\n").encode())
    assert load(NETWORK) == load_template(str(path))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mazr", "no template is called 'mazr'.*did you mean 'mazur'"),
        ("absent.toml", "can't read the template 'absent.toml': no such file"),
        ("a\0b.toml", "can't read the template"),
        (".toml/", "no template is called"),
    ],
)
def test_a_template_that_is_not_there(name, message, tmp_path, monkeypatch):
    """A name that is no template is a usage error that names the nearest one."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        load_template(name)


def test_a_folder_is_no_template(tmp_path):
    """A folder named like a template is refused."""
    folder = tmp_path / "nn.toml"
    folder.mkdir()
    with pytest.raises(UsageError, match="can't read the template"):
        load_template(str(folder))


def test_a_template_is_utf8(tmp_path):
    """Bytes that are no UTF-8 are refused with the remedy."""
    path = tmp_path / "nn.toml"
    path.write_bytes(b"title = '\xff'")
    with pytest.raises(TemplateError, match="save the template as UTF-8"):
        load_template(str(path))
