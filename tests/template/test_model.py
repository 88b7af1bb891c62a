"""What may be asked of a model, whether it is a network or a computation graph."""

from __future__ import annotations

import pytest

from tests.templates import REPRESENTATIVES
from tests.training_templates import load, text
from xlbp.lang import LANGUAGES, load_texts
from xlbp.template.load import load_template
from xlbp.template.model import Model, Unit
from xlbp.template.network import Network


def model_of(name: str) -> Model:
    """A shipped template's model."""
    return load_template(name).model


@pytest.mark.parametrize(
    ("name", "outline"),
    [
        ("mazur", "2 → 2 sigmoid → 2 sigmoid"),
        ("xor", "2 → 2 tanh → 1 sigmoid"),
        ("into-backprop", "a, b, c → d → f"),
    ],
)
def test_the_problem_in_one_line(name: str, outline: str) -> None:
    """A network's shape, or a graph's steps."""
    assert outline == model_of(name).outline()


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("mazur", ("half_squared_error", "frozen")),
        ("softmax-three-classes", ("cross_entropy", "batch", "softmax")),
        ("into-backprop", ("local",)),
    ],
)
def test_what_a_book_has_to_state(name: str, keys: tuple[str, ...]) -> None:
    """The conventions of this loss, of these samples and blocks, and no others."""
    assert keys == model_of(name).conventions


def test_a_block_brings_its_own_convention() -> None:
    """Dropout is stated where a layer has it."""
    plain, thinned = (load(text(layer=layer)).model for layer in ("", "dropout = 0.4"))
    assert ("dropout" in plain.conventions, "dropout" in thinned.conventions) == (False, True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_every_convention_has_its_words(name: str, language: str) -> None:
    """Each key, that of plain gradient descent among them, is a text of the language."""
    model = model_of(name)
    keys = {f"convention.{key}" for key in (*model.conventions, model.plain_rule)}
    assert keys <= set(load_texts(language).words)


def test_units_of_a_network() -> None:
    """Inputs, then each layer's units, whose sums' formulas tell what leads into them."""
    units = model_of("mazur").units("")
    inputs = [(unit.name, unit.stage, unit.formulas) for unit in units[:2]]
    assert inputs == [("x[1]", 0, ()), ("x[2]", 0, ())]
    assert [(unit.name, unit.stage, unit.derivative, unit.formulas) for unit in units[2:4]] == [
        ("a1[1]", 1, "dz1[1]", ("z1[1]",)),
        ("a1[2]", 1, "dz1[2]", ("z1[2]",)),
    ]


def test_a_unit_of_several_pieces_shows_its_own_derivative() -> None:
    """A maxout unit has a formula for each piece, and the derivative by its activation."""
    weights = "weights = [[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]]\nbias = [0.1, -0.2, 0.05]"
    maxout = text().replace('activation = "tanh"', 'activation = {name = "maxout", pieces = 2}')
    units = load(maxout.replace(weights, "weights = { init = 'uniform' }")).model.units("@2")
    unit = next(unit for unit in units if unit.stage == 1)
    assert (unit.name, unit.derivative, unit.formulas) == ("a1[1]@2", "da1[1]@2", ("z1[1]@2", "z1[2]@2"))


def test_what_dropout_leaves_stands_for_the_unit() -> None:
    """A formula of the next layer that takes h takes the unit's number."""
    units = load(text(layer="dropout = 0.4")).model.units("@1")
    assert "h1[2]@1" in next(unit for unit in units if unit.name == "a1[2]@1").parts


def test_units_of_a_graph() -> None:
    """Each step stands behind the last of its arguments, and its edges carry the local derivatives."""
    assert model_of("into-backprop").units("")[3:] == (
        Unit(*("d", 1, "df/dd"), arguments=(("a", "∂d/∂a"), ("b", "∂d/∂b"))),  # type: ignore[arg-type]
        Unit(*("f", 2, "df/df"), arguments=(("d", "df/dd"), ("c", "df/dc"))),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("name", "quantity", "word"),
    [
        ("mazur", "W1[1,1]", "parameter"),
        ("mazur", "db1", "gradient"),
        ("mazur", "|dW1|", "norm"),
        ("mazur", "dz1[1]", "dz"),
        ("mazur", "f'2[1]", "slope"),
        ("mazur", "e[1]", "e"),
        ("xor", "a0[1]@2", "batch"),
        ("softmax-three-classes", "dlse2@1", "dlse"),
        ("into-backprop", "a", "variable"),
        ("into-backprop", "d", "node"),
        ("into-backprop", "∂d/∂a", "local"),
        ("into-backprop", "df/dd", "total"),
    ],
)
def test_the_word_for_a_quantity(name: str, quantity: str, word: str) -> None:
    """By the role of its tensor, or by what it is to the graph."""
    model = model_of(name)
    assert word == model.word(model.quantity(quantity))


def test_the_tensor_of_a_quantity() -> None:
    """An element of a tensor or a parameter knows its tensor; a gradient, and a graph's node, is none's."""
    network, graph = model_of("mazur"), model_of("into-backprop")
    tensors = [network.tensor(network.quantity(name)) for name in ("W1[1,2]", "z2[1]", "dz2[1]")]
    assert [tensor.letter if tensor else None for tensor in tensors] == ["W", "z", None]
    assert graph.tensor(graph.quantity("d")) is None


def test_what_comes_into_a_layer() -> None:
    """The inputs as the row has them, or what the layer before passes on after its dropout."""
    network = load(text(layer="dropout = 0.4")).model
    assert isinstance(network, Network)
    second = next(node for node in network.nodes if node.layer == 2)
    assert network.incoming(network.nodes[0], "@2") == network.entering("@2") == ("x[1]@2", "x[2]@2")
    assert network.incoming(second, "@2")[0] == "h1[1]@2"
