"""What a template may choose: each choice is known to every part of the program, and has its symbols."""

from __future__ import annotations

import pytest

from xlbp.model.compile import compile_template
from xlbp.model.optimizers import OPTIMIZERS as RULES
from xlbp.reference.optimizers import RULES as REFERENCE
from xlbp.reference.train import train
from xlbp.template.initial import OPTIONS
from xlbp.template.load import parse_template
from xlbp.template.optimizers import KEPT, OPTIMIZERS, SHARED, state_of
from xlbp.template.quantity import STATE, parse
from xlbp.template.schedules import SCHEDULES
from xlbp.template.settings import SETTINGS
from xlbp.template.template import Template

NETWORK = """[network]
[[network.layers]]
units = 2
activation = "tanh"
dropout = 0.5
[[network.layers]]
units = 1
[data]
inputs = [[1, 2]]
targets = [[1]]
[training]
iterations = 2
learning_rate = 0.1
"""
GRAPH = """[expression]
variables = { a = 5, b = 2 }
steps = ["f = a * b"]
[training]
iterations = 2
learning_rate = 0.1
"""
PIECES = "schedule = { name = 'piecewise', until = [1, 2], rates = [3, 2, 1] }"


def with_extras(name: str) -> str:
    """An optimizer with every option it can have."""
    extras = "".join(f", {key} = 0.5" for key in (*OPTIMIZERS[name].extras, "weight_decay"))
    return f"optimizer = {{ name = '{name}'{extras} }}"


LINES = [
    *(with_extras(name) for name in OPTIMIZERS),
    *(PIECES if name == "piecewise" else f"schedule = '{name}'" for name in SCHEDULES),
    "clip_value = 1",
    "clip_norm = 1",
]


def load(text: str, line: str) -> Template:
    """A template with this line in its [training]."""
    return parse_template(f"{text}{line}\n", "t", "t")


@pytest.mark.parametrize("line", [*LINES, "l1 = 0.1\nl2 = 0.1"])
def test_every_number_of_a_network_has_a_symbol(line: str) -> None:
    """Nothing on the panel and no column is shown by its name for programs."""
    template = load(NETWORK, line)
    known = {*template.inputs(), *compile_template(template).names} - {"iteration"}
    assert known <= set(template.symbols)
    assert not [name for name in known if template.symbols[name].startswith(("$", ":"))]


@pytest.mark.parametrize("line", LINES)
def test_every_number_of_a_graph_has_a_symbol(line: str) -> None:
    """The same holds for a formula."""
    template = load(GRAPH, line)
    known = {*template.inputs(), *compile_template(template).names} - {"iteration"}
    assert known <= set(template.symbols)


@pytest.mark.parametrize("line", [*LINES, "l1 = 0.1\nl2 = 0.1"])
def test_no_two_columns_share_a_symbol(line: str) -> None:
    """Two columns of a row are never headed alike."""
    template = load(NETWORK, line)
    symbols = [template.symbols[name] for name in compile_template(template).names if name != "iteration"]
    assert len(set(symbols)) == len(symbols)


def settings() -> set[str]:
    """Every key that can be on the panel."""
    found = {key for line in [*LINES, "l1 = 0.1\nl2 = 0.1"] for key in load(NETWORK, line).training.settings}
    return {key[1:] for key in found}


def test_every_symbol_is_of_some_setting() -> None:
    """The table of symbols has what the choices need, and nothing that no choice has."""
    numbered = {f"{word}{n}" for word in ("rate", "until") for n in range(1, 4)}
    assert settings() - numbered == set(SETTINGS) - {"seed"}


def kept() -> tuple[set[str], set[str]]:
    """The letters that some optimizer keeps for each parameter, and for all."""
    names = {name for line in LINES for name in compile_template(load(NETWORK, line)).names if ":" in name}
    apart, shared = {n.partition(":")[0] for n in names if n[0] != ":"}, {n[1:] for n in names if n[0] == ":"}
    return apart, shared - {"rate", "length", "clipping", "epoch"}


def test_every_letter_is_kept_by_some_optimizer() -> None:
    """The letters with symbols are those that columns have."""
    assert kept() == (set(KEPT), set(SHARED))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_keeps_what_its_record_says(name: str) -> None:
    """Both entries have the columns that the record tells, with and without the extras, and no others."""
    for line in (f"optimizer = '{name}'", with_extras(name)):
        template = load(NETWORK, line)
        columns, recorded = compile_template(template).names, train(template)
        states = {q.letter[:-1] for q in map(parse, columns) if q.relation == STATE}
        record = {*state_of(name, template.training.settings)}
        assert states == (record if "g" in states else record - {"g"})
        assert {f":{letter}" for letter in OPTIMIZERS[name].shares} == {n for n in columns if n[0] == ":"}
        assert set(columns) <= set(recorded)


def test_optimizers_are_known_everywhere() -> None:
    """The template's choices, the formulas' rules and the reference's have the same names."""
    assert list(OPTIMIZERS) == list(RULES)
    assert set(OPTIMIZERS) == set(REFERENCE)


def test_no_default_has_more_digits_than_a_person_can_retype() -> None:
    """Every default survives being typed with 15 digits."""
    tables = [*(optimizer.options for optimizer in OPTIMIZERS.values()), *SCHEDULES.values(), *OPTIONS.values()]
    numbers = [default for table in tables for default in table.values()]
    assert [float(f"{v:.15g}") for v in numbers] == numbers
