"""Scripts for NumPy: they stand alone, print what the reference computes, and read as a textbook's."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

from tests.conftest import MakeBook
from tests.interchange.scripts import (
    must_agree,
    must_print_the_references_losses,
    run,
    script_of,
    source_of_text,
    source_with,
)
from tests.large_networks import NETWORKS
from tests.made_up_blocks import Kernels
from tests.normalising_networks import BATCH_NORM, LAYER_NORM, TWO_HEADS
from tests.random_arrays import random_arrays
from tests.random_templates import random_expression, random_network
from tests.shaped_networks import CASES, PAIRS, Case, fan, made, random_stack
from tests.training_templates import load, text
from xlbp.errors import UsageError
from xlbp.interchange.literals import WIDTH
from xlbp.interchange.numpy_script.blocks import BLOCKS, rule_of
from xlbp.interchange.numpy_script.blocks.activation import GATED, POINTWISE
from xlbp.interchange.numpy_script.functions import FUNCTIONS
from xlbp.interchange.numpy_script.literals import number
from xlbp.interchange.numpy_script.losses import LOSSES
from xlbp.interchange.numpy_script.operations import OPERATIONS
from xlbp.interchange.numpy_script.optimizers import RULES, SCHEDULES
from xlbp.interchange.source import source_of
from xlbp.pipeline import check
from xlbp.reference.blocks import BLOCKS as BLOCKS_BY_HAND
from xlbp.reference.blocks.activation import ACTIVATIONS as ACTIVATIONS_BY_HAND
from xlbp.reference.blocks.activation import GATED as GATED_BY_HAND
from xlbp.reference.graph import OPERATIONS as OPERATIONS_BY_HAND
from xlbp.reference.losses import LOSSES as LOSSES_BY_HAND
from xlbp.reference.optimizers import RATES as RATES_BY_HAND
from xlbp.reference.optimizers import RULES as RULES_BY_HAND
from xlbp.reference.train import train
from xlbp.template.load import load_template, shipped

FEW_ROWS = 12
TESTED = "test_inputs = [[1, 2], [-1, 0.5]]\ntest_targets = [[0], [1]]"
WAYS = {  # a template for each way to train
    **{name: text(f"optimizer = '{name}'") for name in RULES_BY_HAND},
    **{
        f"{name}, weight decay": text(f"optimizer = {{ name = '{name}', weight_decay = 0.1 }}")
        for name in RULES_BY_HAND
    },
    "adagrad, initial": text("optimizer = { name = 'adagrad', initial = 0.3 }"),
    "rmsprop, momentum": text("optimizer = { name = 'rmsprop', momentum = 0.7, alpha = 0.9 }\nl2 = 0.1"),
    "step": text("optimizer = 'adam'\nschedule = { name = 'step', every = 2, factor = 0.5 }\nl1 = 0.01\nl2 = 0.02"),
    "exponential": text("schedule = 'exponential'"),
    "inverse time": text("schedule = { name = 'inverse_time', decay = 0.3, every = 2 }"),
    "cosine": text("optimizer = 'nadam'\nschedule = { name = 'cosine', period = 4, lowest = 0.01 }"),
    "warmup": text("schedule = { name = 'warmup', iterations = 3, start = 0.1 }"),
    "pieces": text("schedule = { name = 'piecewise', until = [2, 4], rates = [0.5, 0.1, 0.01] }"),
    "clipped": text("clip_value = 0.05"),
    "clipped by the norm": text("clip_norm = 0.1\noptimizer = 'momentum'"),
    "penalties": text("l1 = 0.01\nl2 = 0.2\nbatch_size = 1"),
    "round and round": text("batch_size = 2"),
    "shuffled": text("batch_size = 2\nshuffle = true", data=TESTED),
    "dropout": text(layer="dropout = 0.4"),
    "dropout, batches and tests": text("batch_size = 2", "dropout = 0.4", TESTED),
    "frozen": text("optimizer = 'adam'", 'frozen = ["weights"]'),
    "scaled": text(data=f"scale = 'standard'\nscale_targets = 'minmax'\n{TESTED}"),
    "scaled by least and largest": text("batch_size = 3", data="scale = 'minmax'\nscale_targets = 'standard'"),
    "mae": text(network="loss = 'mae'"),
    "huber": text(network="loss = { name = 'huber', delta = 0.3 }"),
    "half_mse": text(network="loss = 'half_mse'"),
    "classes": text("batch_size = 2", data="scale = 'standard'\nclass_weights = 'balanced'\ntest = 1", filed=True),
}
SEQUENCES, MAPS = (3, 2), (2, 4, 4)
SUMMED = {  # of two outputs at each of three steps, the mean or the sum over the steps
    f"{loss}, {over} over the steps": Case(
        SEQUENCES, (3, 2), ("units = 2",), f'loss = "{loss}"\nloss_over_steps = "{over}"', "test = 1", "", 3
    )
    for loss in ("half_mse", "mse", "mae", "huber")
    for over in ("mean", "sum")
}
WEIGHTED = {  # samples, or outputs, that do not count alike
    "steps": Case(SEQUENCES, (3, 3), ('units = 3\nactivation = "softmax"',), 'loss = "cross_entropy"',
                  "class_weights = [1, 2, 3]\ntest = 1", samples=4),
    "steps of one sequence": Case(SEQUENCES, (3, 3), ('units = 3\nactivation = "softmax"',),
                                  'loss = "cross_entropy"\nloss_over_steps = "sum"', "class_weights = [1, 2, 3]"),
    "outputs of steps": Case(SEQUENCES, (3, 1), ('units = 1\nactivation = "sigmoid"',), 'loss = "binary_cross_entropy"',
                             "class_weights = [3]", samples=4),
    "places": Case(MAPS, (2, 3, 3), ('kind = "conv2d"\nfilters = 2\nkernel = 2\nactivation = "softmax"',),
                   'loss = "cross_entropy"', 'class_weights = [1, 2]\ntest = 1\nscale = "standard"', samples=3),
    "outputs of places": Case(MAPS, (2, 3, 3), ('kind = "conv2d"\nfilters = 2\nkernel = 2\nactivation = "sigmoid"',),
                              'loss = "binary_cross_entropy"', 'class_weights = [1, 2]\nscale = "minmax"', samples=3),
}  # fmt: skip
COMPUTED = {  # inputs that are computed from others
    "scaled": Case((2,), (2,), ("units = 2",), "", 'features = ["x1^2", "x1*x2", "sin x1"]\nscale = "standard"', "", 5),
    "batches": Case((2,), (2,), ("units = 2",), "", 'features = ["x1^3", "cos x2"]\ntest = 2', "batch_size = 2", 5),
}
TYPED: list[tuple[str, dict[str, float]]] = [  # what a person may type into a book of one of the ways above
    ("step", {"$every": 1.5}),
    ("step", {"$beta1": 0, "$beta2": 0.5, "$eps": 0.1, "$every": 1, "$l1": 0}),
    ("pieces", {"$until1": 2.5, "$rate2": 0.7, "$rate3": -0.1}),
    ("dropout", {"$seed": 1.5, "$drop1": 0.9}),
    ("dropout", {"$seed": -3, "$drop1": 0}),
    ("dropout", {"$drop1": 1}),
    ("rmsprop, momentum", {"$momentum": 0}),
    ("adam, weight decay", {"$weight_decay": 0}),
    ("clipped by the norm", {"$clip_norm": 0, "x[1]@2": 3}),
    ("shuffled", {"order#3": 1, "order#4": 1, "x[1]#6": 30, "t[1]#7": 0}),
    ("round and round", {"x[2]#1": -7, "t[1]#5": 2, "W1[1,1]": 2, "eta": 0.5}),
    ("scaled", {"raw[1]#2": 12, "raw[2]#7": 12, "traw[1]#1": 5}),
    ("scaled", {f"raw[1]#{n}": 1e9 + n / 4 for n in range(1, 6)}),
    ("classes", {"class#1": 2, "$omega1": 4}),
]


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_template_prints_the_references_losses(name: str) -> None:
    """The script of each template prints the reference's losses, also those of samples that are kept for testing."""
    own = load_template(name).training.iterations
    must_print_the_references_losses(source_of(name, (f"training.iterations={min(own, FEW_ROWS)}",)))


@pytest.mark.parametrize("name", WAYS)
def test_every_way_to_train_is_written(name: str) -> None:
    """Optimizers, schedules, clipping, penalties, batches, dropout, scaling, losses, weights of classes."""
    must_print_the_references_losses(source_with(load(WAYS[name])))


@pytest.mark.parametrize("name", [*CASES, *SUMMED, *WEIGHTED, *COMPUTED])
def test_every_block_and_option_is_written(name: str) -> None:
    """One network for each block and option, on sequences, signals and images."""
    must_print_the_references_losses(source_with(made({**CASES, **SUMMED, **WEIGHTED, **COMPUTED}[name])))


@pytest.mark.parametrize("activation", [*POINTWISE, *GATED, "maxout", "softmax"])
def test_every_activation_is_written(activation: str) -> None:
    """Forward and backward, by the losses of later rows."""
    case = Case((3,), (2,), (f'units = 3\nactivation = "{activation}"', "units = 2"), samples=4)
    must_print_the_references_losses(source_with(made(case, iterations=4)))


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_every_pair_of_blocks_is_written(name: str) -> None:
    """A block, and after it every kind that may follow; derivatives of all these add up."""
    must_print_the_references_losses(source_with(fan(name)))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_what_nobody_chose_is_written(seed: int) -> None:
    """Networks, stacks of blocks and formulas that are drawn."""
    must_print_the_references_losses(source_with(random_stack(seed)))
    for draw in (random_network, random_expression, random_arrays):
        must_print_the_references_losses(source_of_text(draw(Random(seed))))


@pytest.mark.parametrize("template", [*NETWORKS.values(), BATCH_NORM, LAYER_NORM, TWO_HEADS])
def test_large_and_normalising_networks_are_written(template: str) -> None:
    """What has too many numbers to be shown at once, and what takes numbers together."""
    must_print_the_references_losses(source_of_text(template))


@pytest.mark.parametrize(("name", "typed"), TYPED)
def test_numbers_that_a_person_typed_are_taken(name: str, typed: dict[str, float]) -> None:
    """Settings, samples, draws and weights, also at the edge of what makes sense."""
    must_print_the_references_losses(source_with(load(WAYS[name]), typed))


def test_a_token_that_is_none_has_no_row() -> None:
    """Where a person typed 1.5 for a token, rows are no longer looked up by index; the network takes zeros."""
    source = source_with(made(CASES["embedding and positions"]), {"x[1]@2": 1.5})
    assert "W1[X]" not in script_of(source)
    must_print_the_references_losses(source)


def test_a_draw_that_is_none_is_refused() -> None:
    """An order with the number of no sample is told, with the place and what may stand there."""
    with pytest.raises(UsageError, match="draw 3 of the order of samples is 9, but samples have the numbers 1 to 5"):
        script_of(source_with(load(WAYS["shuffled"]), {"order#3": 9}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "typed"),
    [("mazur", {"x[1]": 0.7, "eta": 0.25, "W1[2,1]": -0.5}), ("into-backprop", {"a": 2})],
)
def test_a_book_is_written_with_the_numbers_in_its_cells(
    name: str, typed: dict[str, float], make_book: MakeBook, tmp_path: Path
) -> None:
    """What a person typed goes into the script, not what the template said."""
    book, changed = make_book(name, 5), tmp_path / "typed.xlsx"
    contents, workbook = source_of(str(book)).contents, load_workbook(book)
    for quantity, value in typed.items():
        place = contents.layout.panel.get(quantity)
        address = place.address.replace("$", "") if place else contents.layout.cell(quantity, 0)
        workbook["Training"][address].value = value
    workbook.save(changed)
    source = source_of(str(changed))
    assert {quantity: source.numbers[quantity] for quantity in typed} == typed
    must_print_the_references_losses(source)
    assert script_of(source) != script_of(source_of(str(book)))


# what the script's arrays are


def _element(variables: dict[str, Any], array: str, sample: int, index: tuple[int, ...]) -> float:
    return float(variables[array][(sample, *index)])


@pytest.mark.parametrize(
    ("name", "arrays"),
    [
        ("xor", {"Z1": "z1", "A1": "a1", "dA1": "da1", "dZ1": "dz1", "dZ2": "dz2", "e": ""}),
        ("softmax-three-classes", {"Z2": "z2", "A2": "a2", "dZ2": "dz2", "dA1": "da1"}),
        ("lstm", {"i1": "i1", "f1": "f1", "c1": "c1", "k1": "k1", "A1": "a1"}),
        ("batch-norm", {"c2": "c2", "n2": "n2", "dn2": "dn2", "dc2": "dc2", "dZ1": "dz1"}),
        ("transformer-block", {"Z3": "z3", "dh4": "dh4", "dq4": "dq4", "dk4": "dk4", "dv4": "dv4", "dZ5": "dz5"}),
        ("cnn", {"Z1": "z1", "p2": "p2", "dp2": "dp2", "dZ1": "dz1"}),
    ],
)
def test_arrays_hold_what_the_sheet_has_under_their_names(name: str, arrays: dict[str, str]) -> None:
    """``dZ1[2, 0]`` is ``dz1[1]@3``: derivatives are those of each sample's own loss, as in the cells."""
    source = source_of(name, ("training.iterations=2",))
    variables = must_print_the_references_losses(source)
    history, marks = train(source.template, source.numbers), source.template.model.marks
    for array, letter in arrays.items():
        pattern = re.compile(rf"{letter}\[([\d,]+)\](@\d+)?")
        names = [(found, quantity) for quantity in history if letter and (found := pattern.fullmatch(quantity))]
        assert bool(names) == bool(letter)
        for found, quantity in names:
            index = tuple(int(place) - 1 for place in found[1].split(","))
            value = _element(variables, array, marks.index(found[2] or ""), index)
            assert value == pytest.approx(history[quantity][-1], rel=1e-9, abs=1e-15)


def test_parameters_and_gradients_have_their_names() -> None:
    """``dW2`` is the mean over the batch, W2 after the loop what the last row's update made."""
    source = source_of("xor", ("training.iterations=3",))
    variables, history = must_print_the_references_losses(source), train(source.template, source.numbers)
    for unit, column in np.ndindex(2, 2):
        element = f"W1[{unit + 1},{column + 1}]"
        assert variables["dW1"][unit, column] == pytest.approx(history[f"d{element}"][-1], rel=1e-12)
        assert variables["W1"][unit, column] == pytest.approx(history[f"W1+[{unit + 1},{column + 1}]"][-1], rel=1e-12)


# the comparison can fail


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("mazur", "dW1 = dZ1.T @ X", "dW1 = -dZ1.T @ X"),
        ("mazur", "A1 * (1 - A1)", "A1 * (1 - A1 * A1)"),
        ("xor", "dW2 = dZ2.T @ A1 / B", "dW2 = dZ2.T @ A1"),
        ("lstm", "dc = dc * f1[:, t]", "dc = 0"),
        ("batch-norm", "dZ1 = dc2 + dmu2 / B", "dZ1 = dc2"),
        ("iris", "beta1 ** (iteration + 1)", "beta1 ** (iteration + 2)"),
        ("attention-formula", "S = S_1 / S_2", "S = S_1"),
    ],
)
def test_a_wrong_line_is_noticed(name: str, right: str, wrong: str) -> None:
    """Each of the mistakes that people make changes the losses beyond the tolerance."""
    source = source_of(name, ("training.iterations=3",))
    script = script_of(source)
    changed = script.replace(right, wrong, 1)
    assert changed != script
    expected = train(source.template, source.numbers)[source.template.model.objective]
    with pytest.raises(AssertionError):
        must_agree(run(changed)[0][:, 1], expected)


# how it reads

READ = (
    "mazur",
    "xor",
    "iris",
    "lstm",
    "gru",
    "cnn",
    "transformer-block",
    "attention-formula",
    "micrograd",
    "three-digits",
)


MANY = ("training.optimizer=adam", "training.l2=0.1", "training.iterations=2")


@pytest.mark.parametrize("name", READ)
def test_scripts_need_numpy_alone(name: str) -> None:
    """One import; functions that are defined are used, and nothing is a class."""
    tree = ast.parse(script_of(source_of(name)))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert defined <= used
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))


def test_many_layers_are_trained_in_lists() -> None:
    """Of many parameters, weights and branches there are lists, on several lines, and the losses are right."""
    source = source_of("residual-arrows", MANY)
    must_print_the_references_losses(source)
    assert "sum(np.sum(W**2) for W in weights)" in script_of(source)


@pytest.mark.slow
def test_scripts_pass_the_linter(tmp_path: Path) -> None:
    """Ruff's own rules and a line length of 120, for scripts of every kind."""
    sources = {name: source_of(name) for name in READ} | {"large": source_of_text(NETWORKS["batch"])}
    sources |= {name: source_with(load(WAYS[name])) for name in ("step", "pieces", "shuffled", "dropout", "classes")}
    sources |= {"many": source_of("residual-arrows", MANY), "fan": source_with(fan("steps, pointwise"))}
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(script_of(source), "utf-8")
    options = ("--isolated", "--no-cache", "--line-length", str(WIDTH), "--extend-select", "E501,W")
    linted = subprocess.run(
        [sys.executable, "-m", "ruff", "check", *options, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert linted.returncode == 0, linted.stdout


def test_a_script_runs_alone(tmp_path: Path) -> None:
    """In a fresh Python that finds no xlbp it prints the same, from any folder."""
    path, script = tmp_path / "mazur.py", script_of(source_of("mazur"))
    path.write_text(script, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-I", str(path)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    printed = [[float(word) for word in line.split()] for line in ran.stdout.splitlines()]
    assert printed == run(script)[0].tolist()
    assert printed[0] == [0, 0.2983711087600027]


def test_a_large_network_has_no_more_lines_of_code() -> None:
    """Loops and matrices: eight times the units make longer numbers, but the same loop."""
    small, large = (
        f"[network]\n[[network.layers]]\nunits = {units}\n[[network.layers]]\nunits = 1\n"
        "[data]\ninputs = [[1, 2]]\ntargets = [[1]]\n[training]\nlearning_rate = 0.1"
        for units in (3, 24)
    )
    loops = [script_of(source_of_text(template)).partition("\nfor iteration")[2] for template in (small, large)]
    assert [len(loop.splitlines()) for loop in loops] == [len(loops[0].splitlines())] * 2


def test_names_that_python_or_the_script_has_are_changed() -> None:
    """A variable called np, k or p keeps its numbers, under a name that nothing else has."""
    template = (
        "[expression]\nvariables = { np = 0.5, k = 2, p = -1 }\nsteps = ['g = np * k', 'v = sigmoid(g) + p * p']\n"
        "[training]\niterations = 3\nlearning_rate = 0.1\noptimizer = 'adam'"
    )
    source = source_of_text(template)
    must_print_the_references_losses(source)
    assert "np_ = np.array(0.5)" in script_of(source)


@pytest.mark.parametrize("value", [0.1, 3.0, -0.0, 1e-300, 1e22, 123456789012345680.0, 2**53 + 2.0, 1 / 3])
def test_numbers_are_exact(value: float) -> None:
    """What Python reads back is the same number, with its sign."""
    again = float(ast.literal_eval(number(value)))
    assert (again, np.signbit(again)) == (value, np.signbit(value))


def test_comments_name_the_sources_symbols_and_the_sheets_columns() -> None:
    """Beside a line stand the symbols of the article and the columns of the sheet."""
    script = script_of(source_of("mazur"))
    assert "Z1 = X @ W1.T + b1  # net_h1, net_h2: columns J:K\n" in script
    assert "b1 = 0.35  # b1: not trained\n" in script


def test_no_text_of_a_template_becomes_code() -> None:
    """Titles, symbols and names of columns may hold line ends, quotes and backslashes: they stay comments."""
    wild = 'x\nraise SystemExit \u2028y\r"""\\'
    told = json.dumps(wild)
    template = (
        f"[template]\ntitle = {told}\nsource = {told}\n[network]\n[[network.layers]]\nunits = 1\n"
        "[data]\ninputs = [[1]]\ntargets = [[2]]\n[training]\niterations = 2\nlearning_rate = 0.1\n"
        f"[notation]\ninputs = [{told}]\nloss = {json.dumps(wild + 'E')}\n"
    )
    source = source_of_text(template)
    must_print_the_references_losses(source)
    assert "# x raise SystemExit y" in script_of(source)


def test_the_page_shows_the_script_of_mazur() -> None:
    """The page on exports shows the script that the command writes, to the letter."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "export.md").read_text("utf-8")
    assert f"```python\n{script_of(source_of('mazur'))}```" in page


def test_what_a_script_computes_can_be_checked(tmp_path: Path) -> None:
    """With the lines that the page tells, a script keeps its arrays for `xlbp check`, and they agree."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "export.md").read_text("utf-8")
    before, within, *behind = page.partition("```python\nrows = []")[2].partition("```")[0].splitlines()[0:5]
    assert within.startswith("    rows.append(")
    script = script_of(source_of("mazur")).replace("\nfor iteration", f"\nrows = []{before}\nfor iteration")
    script = script.replace("    # update\n", f"{within}\n    # update\n") + "\n".join(behind)
    run(script.replace("mine.npz", str(tmp_path / "mine.npz")))
    checked = check("mazur", tmp_path / "mine.npz")
    assert checked.ok
    assert checked.checked == 101 * 11


# the tables


def test_all_that_a_template_may_name_is_written() -> None:
    """Each block, activation, loss, optimizer, schedule and operation that is known by hand has its lines."""
    assert set(BLOCKS) == set(BLOCKS_BY_HAND)
    assert set(POINTWISE) == set(ACTIVATIONS_BY_HAND)
    assert set(GATED) == set(GATED_BY_HAND)
    assert set(LOSSES) == set(LOSSES_BY_HAND)
    assert set(RULES) - {"rmsprop with momentum"} == set(RULES_BY_HAND)
    assert set(SCHEDULES) == {*RATES_BY_HAND, "piecewise"}
    assert set(OPERATIONS) == set(OPERATIONS_BY_HAND)


def test_a_block_without_lines_is_named() -> None:
    """A block that somebody added, and that has no lines here, is told with the table where they belong."""
    with pytest.raises(UsageError, match=r"'made-up kernels' can't be written for NumPy; add its lines to .*BLOCKS"):
        rule_of(Kernels())


def test_no_function_is_left_that_nothing_uses() -> None:
    """Each function of the table stands in the script of some template."""
    softplus = "[expression]\nvariables = { a = 1 }\nsteps = ['b = softplus(a)']\n[training]\nlearning_rate = 0.1"
    sources = [*map(source_of, ("mazur", "cnn", "transformer-block")), source_with(load(WAYS["dropout"]))]
    scripts = [*map(script_of, sources), script_of(source_of_text(softplus))]
    assert all(any(f"def {name}(" in script for script in scripts) for name in FUNCTIONS)
