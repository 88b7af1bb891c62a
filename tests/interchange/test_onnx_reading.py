"""ONNX models as templates: those that xlbp exports, and those of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.interchange.onnx_networks import answered, exported, model_of, samples_of, targets_of
from tests.interchange.test_onnx_model import ONE_OF_EACH
from tests.shaped_networks import CASES, made, random_stack
from xlbp import from_onnx
from xlbp.errors import UnreadableError, UsageError
from xlbp.interchange.onnx_reading import sizes_of
from xlbp.reference.train import answers, train
from xlbp.template.document import Document
from xlbp.template.load import load_template, parse_template
from xlbp.template.template import Template

EXACT = 1e-12
random = np.random.default_rng(7)


def answers_of(template: Template) -> Any:
    """What a template answers to its own samples, in the units of its data: (N, numbers)."""
    given = answers(template, template.inputs(), template.model.parameters(), samples_of(template))
    return np.stack([given[name] for name in template.model.network.predicted], axis=1)


def comes_back(template: Template) -> Template:
    """A template that was exported and read again answers as it did."""
    again = from_onnx(exported(template, 0), samples_of(template), targets_of(template))
    np.testing.assert_allclose(answers_of(again), answered(template, 0), rtol=EXACT, atol=EXACT)
    return again


@pytest.mark.parametrize("case", ONE_OF_EACH)
def test_every_block_comes_back(case: str) -> None:
    """Export and import are each other's inverse, block by block."""
    comes_back(made(CASES[case]))


@pytest.mark.parametrize("seed", range(6, 10))
def test_any_network_comes_back(seed: int) -> None:
    """So they are for networks that nobody has drawn up."""
    comes_back(random_stack(seed))


@pytest.mark.parametrize("case", ["lstm", "gru, every", "transformer", "tied embedding", "conv2d, padded"])
def test_it_trains_as_before(case: str) -> None:
    """Not only the answers come back: shared parameters are shared, and the losses of a training are the same."""
    template = made(CASES[case])
    again = from_onnx(exported(template, 0), samples_of(template), targets_of(template), learning_rate=0.1)
    expected = train(template)["E"]
    np.testing.assert_allclose(train(again)["E"][: len(expected)], expected, rtol=EXACT)


def test_scaling_is_the_templates_own() -> None:
    """Inputs and targets that the model scales by their own statistics stay as they are, with scale beside them."""
    text = (
        "[network]\n[[network.layers]]\nunits = 2\n[data]\ninputs = [[1, 30], [2, 20], [4, 10]]\n"
        'targets = [[100, 3], [230, 2], [390, 1]]\nscale = "standard"\nscale_targets = "minmax"\n'
        "[training]\nlearning_rate = 0.5\n"
    )
    template = parse_template(text, "scaled", "scaled")
    again = comes_back(template)
    assert again.model.network.inputs == template.model.network.inputs
    assert (again.model.network.data.scale, again.model.network.data.scale_targets) == ("standard", "minmax")


def test_other_scaling_is_done_to_the_data() -> None:
    """Inputs that are scaled in any other way are written as the first layer takes them, and a note says so."""
    nodes = [
        helper.make_node("Mul", ["x", "tenth"], ["small"]),
        helper.make_node("Gemm", ["small", "W"], ["y"], transB=1),
    ]
    model = model_of(nodes, {"x": ("N", 2)}, {"tenth": np.array(0.1), "W": np.array([[1.0, 2.0]])})
    template = from_onnx(model, [[10, 20], [30, 40]], [[1], [2]])
    np.testing.assert_allclose(template.model.network.inputs, [[1, 2], [3, 4]])
    assert "as the model prepares them" in template.notes["en"][0]


def test_products_and_sums_of_other_programs() -> None:
    """MatMul and Add, as scikit-learn's converter writes a perceptron, are dense layers with biases."""
    arrays = {name: random.normal(size=shape) for name, shape in
              {"W": (3, 4), "b": (1, 4), "V": (4, 2), "c": (2,)}.items()}  # fmt: skip
    nodes = [
        helper.make_node("MatMul", ["x", "W"], ["p"]),
        helper.make_node("Add", ["p", "b"], ["z"]),
        helper.make_node("Relu", ["z"], ["a"]),
        helper.make_node("MatMul", ["a", "V"], ["q"]),
        helper.make_node("Add", ["c", "q"], ["s"]),
        helper.make_node("Softmax", ["s"], ["y"]),
    ]
    x = random.normal(size=(5, 3))
    template = from_onnx(model_of(nodes, {"x": ("N", 3)}, arrays), x, [0, 1, 1, 0, 1], learning_rate=0.1)
    assert template.model.outline() == "3 → 4 relu → 2 softmax"
    assert template.model.network.loss == "cross_entropy"
    sums = np.maximum(x @ arrays["W"] + arrays["b"], 0) @ arrays["V"] + arrays["c"]
    shares = np.exp(sums) / np.exp(sums).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(answers_of(template), shares, rtol=EXACT)


def test_a_model_in_single_precision() -> None:
    """The numbers of a float32 model are taken as they are, its epsilon by the digits that were meant."""
    single = np.float32
    nodes = [
        helper.make_node("Conv", ["x", "K", "k"], ["z"], kernel_shape=[2, 2], pads=[0, 0, 0, 0]),
        helper.make_node("BatchNormalization", ["z", "g", "e", "m", "v"], ["n"], epsilon=1e-3),
        helper.make_node("LeakyRelu", ["n"], ["a"], alpha=0.1),
        helper.make_node("GlobalAveragePool", ["a"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "W", "b"], ["y"], transB=1),
    ]
    shapes = {"K": (3, 1, 2, 2), "k": (3,), "g": (3,), "e": (3,), "m": (3,), "W": (2, 3), "b": (2,)}
    arrays = {name: random.normal(size=shape).astype(single) for name, shape in shapes.items()}
    arrays["v"] = random.uniform(0.5, 2, 3).astype(single)
    x = random.normal(size=(4, 1, 3, 3)).astype(single)
    template = from_onnx(model_of(nodes, {"x": ("N", 1, 3, 3)}, arrays), x, np.zeros((4, 2)))
    assert "eps = 0.001" in template.text
    assert "slope = 0.1" in template.text
    weights = template.model.parameters()
    assert weights["K1[1,1,1,1]"] == float(f"{float(arrays['K'][0, 0, 0, 0]):.15g}")


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("takes", ["all", "last", "a step"])
def test_recurrent_layers_by_hand(kind: str, takes: str) -> None:
    """Gates come in our order, two biases as their sum or as both, the states of all steps or the last ones."""
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
    arrays: dict[str, Any] = {
        "W": random.normal(size=(1, gates * 3, 2)),
        "R": random.normal(size=(1, gates * 3, 3)),
        "B": random.normal(size=(1, gates * 6)),
        **{"V": random.normal(size=(3, 1)), "axis": np.array([1]), "first": np.array([0]), "end": np.array(-1)},
    }
    more = {"linear_before_reset": 1} if kind == "GRU" else {}
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        helper.make_node(kind, ["t", "W", "R", "B"], ["every", "state"], hidden_size=3, **more),
    ]
    if takes == "all":
        nodes.append(helper.make_node("Squeeze", ["every", "axis"], ["steps"]))
        nodes.append(helper.make_node("Transpose", ["steps"], ["h"], perm=[1, 0, 2]))
    elif takes == "last":
        nodes.append(helper.make_node("Squeeze", ["state", "first"], ["h"]))
    else:
        nodes.append(helper.make_node("Squeeze", ["every", "axis"], ["steps"]))
        nodes.append(helper.make_node("Gather", ["steps", "end"], ["h"], axis=0))
    nodes.append(helper.make_node("MatMul", ["h", "V"], ["y"]))
    x = random.normal(size=(2, 4, 2))
    targets = np.zeros((2, 4, 1)) if takes == "all" else np.zeros((2, 1))
    template = from_onnx(model_of(nodes, {"x": ("N", 4, 2)}, arrays), x, targets)  # which compares the answers
    assert template.model.network.nodes[0].block.kind == kind.lower()


def test_equal_arrays_are_not_yet_shared_parameters() -> None:
    """Exporters keep an array of zeros once, wherever it stands: each layer has its own all the same."""
    nodes = [
        helper.make_node("LayerNormalization", ["x", "one", "zero"], ["n"]),
        helper.make_node("Gemm", ["n", "W", "zero"], ["z"]),
        helper.make_node("Tanh", ["z"], ["a"]),
        helper.make_node("Gemm", ["a", "W", "zero"], ["y"]),
    ]
    arrays = {"one": np.ones(2), "zero": np.zeros(2), "W": np.array([[1.0, 2.0], [0.5, -1.0]])}
    template = from_onnx(model_of(nodes, {"x": ("N", 2)}, arrays), [[1, 2], [3, 1]], [[0, 1], [1, 0]])
    names = template.parameter_order
    assert {"B1[1]", "b2[1]", "b3[1]"} <= set(names)
    assert "W3[1,1]" not in names  # which is W2, so far as anyone can tell


@pytest.mark.parametrize("mask", ["", "added", "chosen"])
def test_attention_by_hand(mask: str) -> None:
    """Products, a division, a mask and a softmax, as exporters write attention with one head, are a layer of it."""
    arrays: dict[str, Any] = {name: random.normal(size=(2, 3)) for name in "QKV"}
    later = np.triu(np.ones((4, 4)), 1)
    arrays |= {"root": np.array(np.sqrt(3.0)), "hidden": np.where(later == 1, -np.inf, 0.0)}
    arrays |= {"seen": later == 0, "nothing": np.array(-np.inf)}
    scores = "m" if mask else "d"
    masks = {
        "added": [helper.make_node("Add", ["d", "hidden"], ["m"])],
        "chosen": [helper.make_node("Where", ["seen", "d", "nothing"], ["m"])],
    }
    nodes = [
        helper.make_node("MatMul", ["x", "Q"], ["q"]),
        helper.make_node("MatMul", ["x", "K"], ["k"]),
        helper.make_node("MatMul", ["x", "V"], ["v"]),
        helper.make_node("Transpose", ["k"], ["t"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["q", "t"], ["s"]),
        helper.make_node("Div", ["s", "root"], ["d"]),
        *masks.get(mask, []),
        helper.make_node("Softmax", [scores], ["w"], axis=-1),
        helper.make_node("MatMul", ["w", "v"], ["y"]),
    ]
    model = model_of(nodes, {"x": ("N", 4, 2)}, arrays)
    template = from_onnx(model, random.normal(size=(2, 4, 2)), np.zeros((2, 4, 3)))  # which compares the answers
    assert template.model.outline() == "4×2 → 4×3 attention"
    assert ("causal = true" in template.text) == bool(mask)


def bad(operator: str, **attributes: Any) -> Any:
    """A model with such a node behind a dense layer."""
    nodes = [
        helper.make_node("Gemm", ["x", "W"], ["z"], name="first"),
        helper.make_node(operator, ["z"], ["y"], name="wrong", **attributes),
    ]
    return model_of(nodes, {"x": ("N", 2)}, {"W": np.eye(2)})


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (bad("Erf"), "wrong: Erf: a template has no such layer; it is of an exact GELU, .* take approximate ="),
        (bad("Selu"), "wrong: Selu: a template has no such layer; take Elu$"),
        (bad("Sign"), "wrong: Sign: a template has no such layer; take one of Gemm, MatMul, .*Softmax, .*Dropout"),
        (bad("Gelu"), "wrong: Gelu: GELU is the exact one with erf"),
        (bad("HardSigmoid", alpha=0.3), "wrong: HardSigmoid: a template's hard_sigmoid has alpha = 1/6"),
        (bad("ReduceMean", keepdims=1), "wrong: ReduceMean: keepdims is 1"),
    ],
)
def test_what_is_not_to_be_had_is_named_with_its_place(model: Any, message: str) -> None:
    """The node and its operator, and what to do."""
    with pytest.raises(UsageError, match=message):
        from_onnx(model, np.zeros((2, 2)), np.zeros((2, 2)))


def test_a_parameter_used_in_two_ways_is_refused() -> None:
    """Trained apart it would be another model: a matrix and its transpose are one parameter."""
    nodes = [
        helper.make_node("Gemm", ["x", "W"], ["z"], transB=1, name="first"),
        helper.make_node("Gemm", ["z", "W"], ["y"], transB=0, name="second"),
    ]
    with pytest.raises(UsageError, match="second: Gemm: its weights are those of first: Gemm in another shape"):
        from_onnx(model_of(nodes, {"x": ("N", 2)}, {"W": np.eye(2)}), np.ones((2, 2)), np.ones((2, 2)))


def test_inputs_that_the_model_does_not_take() -> None:
    """Axes that are missing are told before anything is computed."""
    with pytest.raises(UsageError, match="the model takes an array of 2 axes, samples first, but the inputs are 3"):
        from_onnx(bad("Relu"), [1, 2, 3], [[1, 1]])


def test_targets_of_another_shape() -> None:
    """Targets must be those of the outputs; numbers of classes must be classes that there are."""
    with pytest.raises(UsageError, match="the targets of a sample are 3, but the model answers with 2"):
        from_onnx(bad("Relu"), [[1, 2]], [[1, 1, 1]])
    with pytest.raises(UsageError, match="a target is class 2, but the model has 2, counted from 0"):
        from_onnx(bad("Softmax"), [[1, 2]], [2])


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"loss": "crossentropy"}, r"^loss: unknown loss 'crossentropy' \(did you mean 'cross_entropy'\?\)$"),
        ({"loss": {"delta": 1}}, "^loss: give a name, or a dict with name and settings, not dict$"),
        ({"loss": np.zeros(2)}, "^loss: give a name, or a dict with name and settings, not ndarray$"),
        ({"optimizer": "adamm"}, r"^optimizer: unknown optimizer 'adamm' \(did you mean 'adam'\?\)$"),
        ({"optimizer": ["adam"]}, "^optimizer: give a name, or a dict with name and settings, not list$"),
        ({"batch_size": None}, "^batch_size: give a whole number of at least 1, or all$"),
        ({"batch_size": "most"}, "^batch_size='most': give a whole number of at least 1, or all$"),
        ({"targets": [[1], [1, 2]]}, "^targets are no array of numbers; give a tensor, an array or lists"),
        ({"targets": None}, "^targets are no array of numbers"),
        ({"inputs": "x"}, "^inputs are no array of numbers"),
        ({"inputs": [["a", "b"]]}, "^inputs are no array of numbers"),
    ],
)
def test_a_training_that_no_template_has_is_told_first(keywords: dict[str, Any], message: str) -> None:
    """Before anything is said of the targets' shape, which are wrong here as well; in a sentence of xlbp's own."""
    with pytest.raises(UsageError, match=message):
        from_onnx(**{"model": bad("Relu"), "inputs": [[1, 2]], "targets": [[1, 1, 1]], **keywords})


def test_one_of_several_outputs(tmp_path: Path) -> None:
    """output= chooses; by default it is the first."""
    model = bad("Relu")
    model.graph.output.append(helper.make_empty_tensor_value_info("z"))
    path = tmp_path / "two.onnx"
    onnx.save(onnx.shape_inference.infer_shapes(model), path)
    assert from_onnx(path, [[1, 2]], [[1, 1]], output="z").model.outline() == "2 → 2 identity"
    with pytest.raises(UsageError, match="the model has no output 'p'; it has y, z"):
        from_onnx(path, [[1, 2]], [[1, 1]], output="p")


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07"])
def test_files_that_are_no_models(content: bytes, tmp_path: Path) -> None:
    """Damaged files are refused, with exit code 3."""
    path = tmp_path / "damaged.onnx"
    path.write_bytes(content)
    with pytest.raises(UnreadableError):
        from_onnx(path, [[1]], [[1]])


def test_weights_in_other_files_are_not_opened(tmp_path: Path) -> None:
    """A model that points at another file is refused: it could point at any."""
    onnx.save(exported(load_template("mazur"), 0), tmp_path / "m.onnx", save_as_external_data=True, size_threshold=0)
    with pytest.raises(UnreadableError, match="its weights stand in another file"):
        from_onnx(tmp_path / "m.onnx", [[1, 2]], [[1, 1]])


def test_a_wrong_reading_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is computed and compared with the model: gates in a wrong order do not pass."""
    from xlbp.errors import XlbpError
    from xlbp.interchange.onnx_operators import recurrent

    monkeypatch.setitem(recurrent.GATES, "lstm", (0, 1, 2, 3))
    with pytest.raises(XlbpError, match="off the model itself"):
        comes_back(made(CASES["lstm, last"]))


def outside(location: str, name: str = "") -> Any:
    """A tensor of two numbers that stand in another file."""
    tensor = onnx.TensorProto(name=name, data_type=onnx.TensorProto.DOUBLE, dims=[1, 2])
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def with_a_constant(constant: Any) -> Any:
    """A dense layer whose weights a Constant node gives."""
    nodes = [constant, helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)]
    return model_of(nodes, {"x": ("n", 2)}, {})


def in_a_branch() -> Any:
    """The weights are a constant within a branch of an If."""
    inner = helper.make_node("Constant", [], ["v"], value=outside("secret.bin"))
    branch = helper.make_graph([inner], "branch", [], [helper.make_tensor_value_info("v", 11, (1, 2))])
    return with_a_constant(helper.make_node("If", ["c"], ["w"], then_branch=branch, else_branch=branch))


def in_a_function() -> Any:
    """The weights are a constant within a function of the model."""
    inner = helper.make_node("Constant", [], ["v"], value=outside("secret.bin"))
    model = with_a_constant(helper.make_node("Weights", [], ["w"], domain="own"))
    opsets = [helper.make_opsetid("", 18)]
    model.functions.append(helper.make_function("own", "Weights", [], ["v"], [inner], opsets))
    model.opset_import.append(helper.make_opsetid("own", 1))
    return model


def in_a_sparse_tensor() -> Any:
    """The weights are a sparse initializer's."""
    model = with_a_constant(helper.make_node("Identity", ["s"], ["w"]))
    model.graph.sparse_initializer.add(values=outside("secret.bin", "s"), dims=[1, 2])
    return model


WITH_FILES_BESIDE = {
    "a constant": lambda: with_a_constant(helper.make_node("Constant", [], ["w"], value=outside("secret.bin"))),
    "a branch": in_a_branch,
    "a function": in_a_function,
    "a sparse tensor": in_a_sparse_tensor,
}


@pytest.mark.parametrize("place", WITH_FILES_BESIDE)
@pytest.mark.parametrize("is_file", [True, False])
def test_no_tensor_is_read_from_a_file_beside_it(
    place: str, is_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a tensor stands, one whose numbers lie in another file is refused, of a path as of a model in hand."""
    monkeypatch.chdir(tmp_path)
    Path("secret.bin").write_bytes(np.array([[4.0, 2.0]]).tobytes())
    model = WITH_FILES_BESIDE[place]()
    Path("m.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(UnreadableError, match="its weights stand in another file"):
        from_onnx("m.onnx" if is_file else model, [[1.0, 2.0], [3.0, 4.0]], [[1.0], [2.0]])


def test_no_name_of_a_node_becomes_a_setting() -> None:
    """A node may be called anything: its name stands in a comment of the template, and stays there."""
    node = helper.make_node("Gemm", ["x", "w"], ["y"], 'fc\nactivation = "relu"\n#\x00', transB=1)
    model = model_of([node], {"x": ("n", 2)}, {"w": np.array([[0.25, -0.5]])})
    template = from_onnx(model, [[1.0, 2.0], [3.0, 4.0]], [[1.0], [2.0]])
    assert '[[network.layers]]  # fc activation = "relu" #' in template.text
    assert "activation" not in Document(template.text, "t").data["network"]["layers"][0]


def test_a_model_without_inputs_is_refused() -> None:
    """One sentence, whether samples are given or are to be made up."""
    constant = helper.make_node("Constant", [], ["y"], value=helper.make_tensor("c", 11, (1, 2), [1.0, 2.0]))
    model = model_of([constant], {}, {})
    with pytest.raises(UsageError, match="the model has 0 inputs, none; a template has one"):
        from_onnx(model, [[1.0]], [[1.0]])
    with pytest.raises(UsageError, match="the model has 0 inputs, none; a template has one"):
        sizes_of(model)
