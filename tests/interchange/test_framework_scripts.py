"""Scripts for PyTorch and Keras as texts: what runs them is in parity/."""

from __future__ import annotations

import ast
import builtins
import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.conftest import MakeBook
from xlbp.errors import UsageError
from xlbp.expectation.contents import lay_out
from xlbp.interchange.keras_names import keras_names
from xlbp.interchange.keras_script import activations as keras_activations
from xlbp.interchange.keras_script import layers as keras_layers
from xlbp.interchange.keras_script import losses as keras_losses
from xlbp.interchange.keras_script import optimizers as keras_optimizers
from xlbp.interchange.keras_script.network import expression_of
from xlbp.interchange.lines import fitting
from xlbp.interchange.pytorch_script import activations as torch_activations
from xlbp.interchange.pytorch_script import layers as torch_layers
from xlbp.interchange.pytorch_script import losses as torch_losses
from xlbp.interchange.pytorch_script import optimizers as torch_optimizers
from xlbp.interchange.source import Source, source_of
from xlbp.interchange.targets import TARGETS, export_to
from xlbp.interchange.torch_names import torch_names
from xlbp.reference.blocks import BLOCKS
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.load import load_template, parse_template, shipped
from xlbp.template.losses import LOSSES
from xlbp.template.network import Network
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.template import Template

GOLDEN = Path(__file__).parent / "mazur-pytorch.txt"
DOCS = Path(__file__).parents[2] / "docs" / "export.md"
WIDEST = 120
POINTWISE = ACTIVATIONS.keys() - {"identity", "softmax", "maxout"}
PENALISED = """
[network]
[[network.layers]]
units = 3
activation = "relu"
dropout = 0.5
[[network.layers]]
units = 1
bias_shared = true
[data]
inputs = [[1, 2], [3, 4], [0, 1]]
targets = [[1], [0], [1]]
[training]
learning_rate = 0.01
iterations = 5
optimizer = { name = "nadam", weight_decay = 0.1, beta1 = 0.8 }
schedule = "cosine"
clip_norm = 0.5
l1 = 0.1
l2 = 0.2
batch_size = 2
"""


@cache
def shipped_scripts(name: str) -> dict[str, str]:
    """Those of a shipped template."""
    return scripts(load_template(name))


def script_of(template: Template, to: str) -> str:
    """What a template is exported to."""
    source = Source(lay_out(template, "en"), template.inputs())
    return TARGETS[to].write(source, template.training.iterations).decode()


def scripts(template: Template) -> dict[str, str]:
    """To PyTorch, and of a network to Keras."""
    frameworks = ("pytorch", "keras") if isinstance(template.model, Network) else ("pytorch",)
    return {to: script_of(template, to) for to in frameworks}


def defined(tree: ast.Module) -> set[str]:
    """The names that a script's own statements make, wherever they stand: imports, definitions, variables."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def used(tree: ast.Module) -> set[str]:
    """The names that are read."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


OVERRIDDEN = {
    "forward",
    "call",
    "step",
    "build",
    "apply",
    "update_step",
    "__init__",
    "__call__",
}  # called by the framework
UNREAD = {"_", "number"}  # what a module returns besides


def check(script: str) -> None:
    """Python reads it, knows all of its names, and finds a use for each."""
    tree = ast.parse(script)
    arguments = {argument.arg for node in ast.walk(tree) if isinstance(node, ast.arguments) for argument in node.args}
    assert used(tree) <= defined(tree) | arguments | set(dir(builtins))
    assert defined(tree) - used(tree) <= OVERRIDDEN | UNREAD
    assert max(map(len, script.splitlines())) <= WIDEST
    imported = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not any("xlbp" in line or "parity" in line for line in imported)


@pytest.mark.parametrize("name", shipped())
def test_scripts_are_python(name: str) -> None:
    """Every shipped template: nothing is unknown, nothing is unused, no line is too long."""
    for script in shipped_scripts(name).values():
        check(script)


def test_what_frameworks_lack_is_written_out() -> None:
    """Dropout's masks, a shared bias, a schedule and a clipping of other conventions: only what is used."""
    for script in scripts(parse_template(PENALISED, "t", "t")).values():
        check(script)
        assert "16807" in script


@pytest.mark.parametrize("name", shipped())
def test_each_parameter_is_given_once(name: str) -> None:
    """Each tensor of the model is loaded by its key, and each variable of a formula made, in one place."""
    template, texts = load_template(name), shipped_scripts(name)
    if not isinstance(template.model, Network):
        statements = (node for node in ast.walk(ast.parse(texts["pytorch"])) if isinstance(node, ast.Assign))
        made = Counter(ast.unparse(node).partition(" = ")[0] for node in statements)
        parameters = {template.model.quantity(name).letter for name in template.model.parameters()}
        assert {name: made[name] for name in parameters} == dict.fromkeys(parameters, 1)
        return
    network = template.model
    assert all(texts["pytorch"].count(f'"{key}": torch.') == 1 for key in torch_names(network))
    assert all(texts["keras"].count(f"{expression_of(network, key)}.assign(") == 1 for key in keras_names(network))


def test_mazur() -> None:
    """The whole text for the example that everybody knows, as docs/export.md prints it."""
    script = script_of(load_template("mazur"), "pytorch")
    assert script == GOLDEN.read_text("utf-8")
    assert f"```python\n{script}```\n" in DOCS.read_text("utf-8")


@pytest.mark.slow
def test_a_book_with_numbers_of_a_person(make_book: MakeBook, tmp_path: Path) -> None:
    """The numbers in the cells are those of the script, not the template's."""
    book = tmp_path / "book.xlsx"
    workbook = load_workbook(make_book("mazur", 3))
    contents = lay_out(load_template("mazur"), "en")
    place = contents.layout.panel["eta"]
    workbook["Training"][place.address.replace("$", "")] = 0.125
    workbook.save(book)
    script = TARGETS["pytorch"].write(source_of(str(book)), 3).decode()
    assert "lr=0.125)" in script
    assert "range(4)" in script


def test_a_name_of_two_lines_stands_on_one() -> None:
    """Columns of a spreadsheet may have such names; a comment may not."""
    notation = '[notation]\ninputs = ["length\\nin cm", "width"]\n'
    for script in scripts(parse_template(PENALISED + notation, "t", "t")).values():
        check(script)
        assert "# length in cm, width\n" in script


def test_no_title_becomes_code() -> None:
    """Control characters, NUL among them, quotes and backslashes of a title or a source end no docstring."""
    wild = json.dumps('a\0b\r\x07"""\nraise SystemExit\\')
    about = f"[template]\ntitle = {wild}\nsource = {wild}\n"
    for script in scripts(parse_template(about + PENALISED, "t", "t")).values():
        check(script)
        assert str(ast.get_docstring(ast.parse(script))).startswith("a b  '''")


def test_a_formula_is_no_keras_model(tmp_path: Path) -> None:
    """It is refused, and nothing is written."""
    with pytest.raises(UsageError, match="micrograd is a formula, and Keras trains models made of layers; export it"):
        export_to("micrograd", "keras", tmp_path / "script.py", None, (), force=False)
    assert not (tmp_path / "script.py").exists()


def test_a_name_that_the_script_needs_is_another_one_there() -> None:
    """A variable called torch, or range, gets an underscore."""
    text = "[expression]\nvariables = { torch = 2, range = 1 }\nsteps = ['E = max(torch * range, 1, exp(2))']\n"
    script = script_of(parse_template(f"{text}[training]\nlearning_rate = 0.1\n", "t", "t"), "pytorch")
    assert "torch_ = torch.tensor(2.0, requires_grad=True)" in script
    largest = "torch.maximum(torch.maximum(torch_ * range_, torch.tensor(1.0)), torch.exp(torch.tensor(2.0)))"
    assert f"    E = {largest}\n" in script


A, B = "a" * 60, "b" * 60
PARTED = {
    "short(1, 2)": ["short(1, 2)"],
    f"    f({A}, g(1, 2), {B})": ["    f(", f"        {A},", "        g(1, 2),", f"        {B},", "    )"],
    f"    for p in ({A}, {B}):": ["    for p in (", f"        {A},", f"        {B},", "    ):"],
    f"x = 1  # {A}{B}": [f"x = 1  # {A}{B}"],
}


@pytest.mark.parametrize("line", PARTED)
def test_long_lines_are_parted_at_commas(line: str) -> None:
    """What stands in the last bracket, part by part."""
    assert fitting(line) == PARTED[line]


@pytest.mark.parametrize(
    ("known", "written"),
    [
        (BLOCKS, torch_layers.LAYERS),
        (BLOCKS, keras_layers.LAYERS),
        (POINTWISE, torch_activations.FUNCTIONS),
        (POINTWISE, torch_activations.MODULES),
        (POINTWISE, keras_activations.FUNCTIONS),
        (LOSSES, {**torch_losses.MODULES, **torch_losses.WRITTEN}),
        (LOSSES, {**keras_losses.CLASSES, "half_squared_error": "", "half_mse": ""}),
        (OPTIMIZERS, torch_optimizers.OPTIMIZERS),
        (OPTIMIZERS, keras_optimizers.CLASSES),
    ],
)
def test_whatever_a_template_may_name_can_be_written(known: Iterable[str], written: Iterable[str]) -> None:
    """Who adds a block, an activation, a loss or an optimizer is told that scripts lack it."""
    assert set(known) == set(written)
