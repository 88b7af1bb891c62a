"""Formulas of arrays cut into steps, with their shapes; what does not fit is said with both shapes, at its place."""

from __future__ import annotations

import numpy as np
import pytest

from xlbp.errors import TemplateError
from xlbp.template.array_graph import ArrayGraph
from xlbp.template.array_views import View
from xlbp.template.load import parse_template
from xlbp.template.names import known

GIVEN = """[expression]
variables = { W = [[1, 2, 3], [3, 4, 5]], A = [[1, 2], [3, 4]], b = [0, 0], s = 2 }
constants = { x = [1, 2], y = [1, 2, 3], B = [[[1, 2]], [[3, 4]]] }
"""
TRAINING = "\n[training]\niterations = 1\nlearning_rate = 0.1\n"


def graph_of(*steps: str, given: str = GIVEN) -> ArrayGraph:
    """The formula of some steps over W (2, 3), A (2, 2), b (2), s, x (2), y (3), B (2, 1, 2)."""
    listed = ", ".join(f'"{step}"' for step in steps)
    model = parse_template(f"{given}steps = [{listed}]{TRAINING}", "made.toml", "made").model
    assert isinstance(model, ArrayGraph)
    return model


def refusal(*steps: str, given: str = GIVEN) -> tuple[str, str]:
    """What is said of wrong steps, and the text from the caret on."""
    with pytest.raises(TemplateError) as error:
        graph_of(*steps, given=given)
    message, line, caret = str(error.value).split("\n")
    return message.partition(": ")[2], line[caret.index("^") :]


SHAPES = {
    "W @ y": (2,),
    "x @ W": (3,),
    "x @ x": (),
    "A @ W": (2, 3),
    "B @ W": (2, 1, 3),
    "B @ x": (2, 1),
    "W.T": (3, 2),
    "B.T": (2, 1, 2),
    "B.mT": (2, 2, 1),
    "x.T": (2,),
    "W + y": (2, 3),
    "W * x[:, None]": (2, 3),
    "W[0]": (3,),
    "W[-1, ::2]": (2,),
    "W[..., 0]": (2,),
    "W[:, None, 1:]": (2, 1, 2),
    "[x, b]": (2, 2),
    "[[1, 0], [0, 1]]": (2, 2),
    "concat(W, A)": (2, 5),
    "concat(W, W, axis=0)": (4, 3),
    "reshape(W, 3, -1)": (3, 2),
    "reshape(W, (6, 1))": (6, 1),
    "sum(W)": (),
    "mean(W, axis=0)": (3,),
    "var(W, axis=-1, keepdims=True)": (2, 1),
    "max(B, axis=(0, 2))": (1,),
    "max(W, y, 0)": (2, 3),
    "softmax(W, axis=0)": (2, 3),
    "logsumexp(W)": (2,),
    "W**2 / s": (2, 3),
}


@pytest.mark.parametrize("formula", SHAPES)
def test_shapes(formula: str) -> None:
    """Each formula has the shape that NumPy's would have."""
    assert graph_of(f"h = {formula}", "E = sum(h) + sum(W)").shapes["h"] == SHAPES[formula]


WRONG = {
    "W @ x": ("can't multiply W (2, 3) by x (2): the inner sizes 3 and 2 differ (did you mean W.T @ x?)", "W @ x"),
    "b + W.T @ y": ("can't multiply W.T (3, 2) by y (3): the inner sizes 2 and 3 differ (did you mean W @ y?)", "W.T"),
    "s @ W": ("@ multiplies vectors and matrices, but s is a single number; write *", "s @"),
    "b + y": ("can't add b (2) and y (3): from the last axis on, sizes must be equal or 1, not 2 and 3", "b + y"),
    "A * W": (
        "can't multiply A (2, 2) by W (2, 3): from the last axis on, sizes must be equal or 1, not 2 and 3; "
        "for the matrix product write A @ W",
        "A * W",
    ),
    "W - x": (
        "can't subtract W (2, 3) and x (2): from the last axis on, sizes must be equal or 1, not 3 and 2; "
        "to have a number of x for each row write x[:, None]",
        "W - x",
    ),
    "tanh(W.t)": ("an array has .T and .mT, not .t (write W.T)", "W.t"),
    "1 + W.dot(x)": ("unknown function 'W.dot' (write dot(W, x))", "W.dot"),
    "np.tanh(W)": ("unknown function 'np.tanh' (write tanh(W))", "np.tanh"),
    "transpose(W)": ("unknown function 'transpose' (write W.T)", "transpose"),
    "sigmod(W)": ("unknown function 'sigmod' (did you mean 'sigmoid'?)", "sigmod"),
    "softmax(W, dim=1)": ("softmax() takes axis, not 'dim' (did you mean 'axis'?)", "1)"),
    "sum(W, 0)": ("sum() takes one argument, not 2; write sum(x, axis=0)", "sum("),
    "sum(W, axis=2)": ("W (2, 3) has no axis 2: its axes are 0 and 1, -1 is the last", "2)"),
    "sum(s, axis=0)": ("s is a single number and has no axes", "0)"),
    "W[2]": ("W (2, 3) has no index 2 along axis 0: counted from 0, they run from 0 to 1", "W[2]"),
    "x[-3]": ("x (2) has no index -3: counted from 0, they run from 0 to 1", "x[-3]"),
    "W[0, 0, 0]": ("W (2, 3) has 2 axes, but the brackets hold 3 indices", "W[0"),
    "W[1:1]": ("this slice of W (2, 3) takes nothing along axis 0, which has 2", "W[1"),
    "W[x]": ("an index is a whole number that is written out, not 'x'", "x]"),
    "[x, y]": ("can't stack x (2) and y (3): in [a, b] all have one shape; concat(a, b) joins", "[x, y]"),
    "concat(W, x)": ("can't join W (2, 3) and x (2): they have unequal numbers of axes", "concat"),
    "concat(W, A, axis=0)": ("can't join W (2, 3) and A (2, 2) along axis 0: their other sizes differ", "concat"),
    "reshape(W, 4)": ("can't reshape W (2, 3) to (4): it has 6 numbers", "reshape"),
    "W^2": ("write ** for powers, not ^", "W^2"),
    "z + 1": ("unknown name 'z' (known: A, B, W, b, s, x, y)", "z + 1"),
    "softmax(s)": ("softmax needs several numbers, but s is a single one", "softmax"),
    "[]": ("can't use '[]' in a formula", "[]"),
}


@pytest.mark.parametrize("formula", WRONG)
def test_what_does_not_fit_is_said_at_its_place(formula: str) -> None:
    """One sentence with the shapes and the remedy, and a caret under the part of the formula that is wrong."""
    message, place = WRONG[formula]
    said, rest = refusal(f"h = {formula}", "E = sum(W)")
    assert said == message
    assert rest.startswith(place)


OBJECTIVES = {
    "variables = { W = [[1, 2], [1]] }\nsteps = ['E = sum(W)']": "W is ragged: rows of W have 2 and 1 numbers",
    "variables = { W = [[1], 1] }\nsteps = ['E = sum(W)']": (
        "W is ragged: some of its parts are nested deeper than others"
    ),
    "variables = { W = [] }\nsteps = ['E = sum(W)']": "W holds an empty list; write at least one number into it",
    "variables = { W = [1, '2'] }\nsteps = ['E = sum(W)']": "W.2 must be a number, not the text '2'",
    "variables = { W = [1, 2] }\nsteps = ['E = W * 2']": (
        "the objective 'E' has the shape (2), but must be a single number; take sum(E) or mean(E)"
    ),
    "variables = { W = [1, 2] }\nconstants = { c = [1, 2] }\nsteps = ['h = sum(W)', 'E = sum(c)']": (
        "objective 'E' depends on no variable, so there is nothing to train"
    ),
    f"variables = {{ v = {[1] * 200} }}\nsteps = ['h = v * v[:, None]', 'E = sum(h)']": (
        "the steps up to here have 40,000 numbers, but a sheet has 16,384 columns"
    ),
}


@pytest.mark.parametrize("expression", OBJECTIVES)
def test_what_can_not_be_trained(expression: str) -> None:
    """Ragged lists, an objective of several numbers, and what is too large for a sheet are refused."""
    with pytest.raises(TemplateError) as error:
        parse_template(f"[expression]\n{expression}{TRAINING}", "made.toml", "made")
    assert OBJECTIVES[expression] in str(error.value)


def test_one_operation_in_each_step_and_none_twice() -> None:
    """What is computed twice is a step once; views are no steps."""
    graph = graph_of("h = tanh(W.T @ (x + b))", "g = exp(W.T @ (x + b))[1:]", "E = sum(h) + sum(g)")
    assert [(step.name, step.operation) for step in graph.steps] == [
        *(("h_1", "add"), ("h_2", "matmul"), ("h", "tanh"), ("g_1", "exp"), ("g", "copy")),
        *(("E_1", "sum"), ("E_2", "sum"), ("E", "add")),
    ]
    transposed = graph.step("h_2").arguments[0]
    assert isinstance(transposed, View)
    assert [str(each) for each in graph.seen(transposed)] == [
        "W[1,1]",
        "W[2,1]",
        "W[1,2]",
        "W[2,2]",
        "W[1,3]",
        "W[2,3]",
    ]


def test_scalars_alone_are_cut_as_ever() -> None:
    """An expression whose quantities are all single numbers is no formula of arrays."""
    text = '[expression]\nvariables = { a = 1, b = 2 }\nsteps = ["E = max(a * b, 0)"]'
    assert not isinstance(parse_template(text + TRAINING, "made.toml", "made").model, ArrayGraph)


def test_softmax_goes_from_the_largest_down() -> None:
    """Its steps are those of a layer's softmax; derivatives flow by log-sum-exp, not by its helpers."""
    graph = graph_of("p = softmax(W)", "E = sum(p**2)")
    operations = {step.name: step.operation for step in graph.steps}
    assert operations["p_1"] == "largest"
    assert operations["p"] == "softmax"
    assert {"p", "p_4", "W"} <= graph.derived
    assert not {"p_1", "p_2", "p_3"} & graph.derived


def test_names_of_elements() -> None:
    """An element, its derivative and its update are called by the array and the place, whatever the array's name."""
    graph = graph_of("dz = W.T @ b", "E = sum(dz**2)")
    element = graph.elements("dz")[1]
    assert (element, graph.gradient(element)) == ("dz[2]", "dE/ddz[2]")
    assert graph.quantity("dz[2]").of is None
    assert graph.quantity("dz[2]").at(3) == "dz[3]"
    assert [graph.elements("W")[4].updated, known("W_Q[1,2]").updated] == ["W+[2,2]", "W_Q+[1,2]"]
    assert graph.word(graph.quantity("dE/dW[2,2]")) == "total"


@pytest.mark.parametrize(
    ("name", "key"), [("transposed", np.s_[0]), ("sliced", np.s_[::-1, 1:]), ("new", np.s_[:, None])]
)
def test_views_look_where_numpy_does(name: str, key: object) -> None:
    """Each place of a view is the number that stands there by NumPy's rules."""
    formula = {"transposed": "W.T[0]", "sliced": "W[::-1, 1:]", "new": "W[:, None]"}[name]
    graph = graph_of(f"h = {formula}", "E = sum(h)")
    (view,) = graph.step("h").arguments
    numbered = np.arange(6).reshape(2, 3)
    expected = (numbered.T if name == "transposed" else numbered)[key]
    places = {element: place for place, element in enumerate(graph.elements("W"))}
    assert [places[each] for each in graph.seen(view)] == expected.ravel().tolist()
