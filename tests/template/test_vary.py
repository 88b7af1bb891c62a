"""What varies from run to run: values that hold commas, grids, names of runs, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbp.errors import TemplateError, UsageError
from xlbp.template.network import Network
from xlbp.template.vary import MOST_RUNS, Run, Varied, grid, load_runs, parse_vary, split_values, vary_from


def runs(name: str, *vary: str, overrides: tuple[str, ...] = ()) -> tuple[Run, ...]:
    """The runs that --vary asks for."""
    return load_runs(name, [parse_vary(text) for text in vary], overrides)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sgd,adam", ["sgd", "adam"]),
        ('{name="adam",beta1=0.8},sgd', ['{name="adam",beta1=0.8}', "sgd"]),
        ("[[1,2],[3,4]],[[5,6],[7,8]]", ["[[1,2],[3,4]]", "[[5,6],[7,8]]"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ("'}',x", ["'}'", "x"]),
        ("1", ["1"]),
        ("", [""]),
    ],
)
def test_only_top_level_commas_part_values(text: str, expected: list[str]) -> None:
    """Commas in brackets, braces and quotes belong to the value, and so do brackets in quotes."""
    assert expected == split_values(text)


@given(st.lists(st.sampled_from(["0.1", '{name="adam",beta1=0.8}', "[[1,2],[3,4]]", '"a,b"']), min_size=1))
def test_values_come_back(values: list[str]) -> None:
    """Values joined by commas come apart again."""
    assert values == split_values(",".join(values))


def test_a_mapping_is_the_same_as_texts() -> None:
    """Python values become what --vary would be given: numbers, texts, tables, lists."""
    given_values = {"a.b": [0.5, "adam", {"name": "adam", "beta1": 0.8}, [[1, 2]], True]}
    expected = (Varied("a.b", ("0.5", "adam", '{name = "adam", beta1 = 0.8}', "[[1, 2]]", "true")),)
    assert expected == vary_from(given_values)
    assert vary_from(["a.b=1,2"]) == (Varied("a.b", ("1", "2")),)


def test_a_grid_has_every_combination_in_order() -> None:
    """Two keys of two and three values make six runs; the last key changes fastest."""
    found = grid([Varied("a", ("1", "2")), Varied("b", ("x", "y", "z"))])
    assert [tuple(value for _, value in one) for one in found] == [
        ("1", "x"), ("1", "y"), ("1", "z"), ("2", "x"), ("2", "y"), ("2", "z"),
    ]  # fmt: skip


REFUSED = [
    (("training.learning_rate",), "write it as key=value,value"),
    (("training.learning_rate=0.1,",), "write it as key=value,value"),
    (("training.learning_rate=0.1",), "one run is no comparison"),
    (("training.learning_rate=0.1,0.1",), "0.1 is given twice"),
    (("training.learning_rate=1,2", "training.learning_rate=3,4"), "training.learning_rate is given twice"),
    (("training.iterations=10,20",), "-n N says how many"),
    (("training.optimizer=sgd,admm",), "--vary training.optimizer=admm: unknown optimizer.*did you mean 'adam'"),
    (("network.layers.0.units=1,2",), "--vary network.layers.0.units=1: .*count from 1"),
    ((f"training.learning_rate={','.join(map(str, range(1, 26)))}",), f"asks for 25 runs.*at most {MOST_RUNS}"),
    (
        ("training.learning_rate=1,2,3,4,5", "training.optimizer=sgd,momentum,nesterov,adam,lion"),
        "5 x 5 = 25 runs.*at most 24",
    ),
]


@pytest.mark.parametrize(("vary", "message"), REFUSED)
def test_what_makes_no_comparison_is_refused(vary: tuple[str, ...], message: str) -> None:
    """The error names the key, what was met, and the remedy."""
    with pytest.raises(UsageError) as caught:
        runs("xor", *vary)
    assert re.search(message, caught.value.at_the_command_line)


def test_a_key_is_set_or_varied() -> None:
    """--set and --vary of one key contradict each other."""
    with pytest.raises(UsageError, match="either set or varied"):
        runs("xor", "training.learning_rate=1,2", overrides=("training.learning_rate=3",))


def test_the_goal_may_not_differ() -> None:
    """Runs that go up and runs that go down make no comparison."""
    with pytest.raises(UsageError, match="same goal"):
        runs("into-backprop", "expression.goal=maximize,minimize")


def test_a_fault_of_the_template_itself_is_not_told_as_one_of_vary() -> None:
    """What --set says wrongly is told of --set."""
    with pytest.raises(TemplateError, match=r"^overrides={'training\.optimizer': admm}"):
        runs("xor", "training.learning_rate=1,2", overrides=("training.optimizer=admm",))


@pytest.mark.parametrize(
    ("vary", "expected"),
    [
        (("training.learning_rate=0.1,1",), ["η=0.1", "η=1"]),
        (("training.optimizer=sgd,adam",), ["sgd", "adam"]),
        (('training.optimizer={name="adam",beta1=0.8},"sgd"',), ["adam beta1=0.8", "sgd"]),
        (("training.batch_size=all,2",), ["batch_size=all", "batch_size=2"]),
        (("training.optimizer=sgd,adam", "training.learning_rate=1,2"), ["sgd, η=1", "sgd, η=2", "adam, η=1",
                                                                                         "adam, η=2"]),
        (("network.layers.1.weights={init='zeros'},{init='normal',seed=3}",), ["zeros", "normal seed=3"]),
    ],
)  # fmt: skip
def test_runs_are_named_by_what_varies(vary: tuple[str, ...], expected: list[str]) -> None:
    """Learning rates have the template's symbol, words stand alone, other numbers have their key."""
    assert expected == [run.label for run in runs("xor", *vary)]


def test_a_setting_knows_its_input_cell() -> None:
    """A number that is an input is told by its name; a word is none, nor is a size that no cell holds."""
    found = [run.input_of(*run.settings[0]) for vary in ("training.learning_rate=1,2", "training.optimizer=sgd,adam",
             "training.batch_size=1,2", "training.l2=0.1,0.2") for run in runs("xor", vary)[:1]]  # fmt: skip
    assert found == ["eta", "", "", "$l2"]


def test_a_star_stands_for_every_layer() -> None:
    """One key draws the weights of all layers, also where the template writes them out."""
    zeros, normal = (run.template.model for run in runs("xor", "network.layers.*.weights.init=zeros,normal"))
    assert isinstance(zeros, Network)
    assert isinstance(normal, Network)
    assert {w for layer in zeros.layers for w in layer.nodes[0].start["W"]} == {0.0}
    assert all(w for layer in normal.layers for w in layer.nodes[0].start["W"])


def test_where_one_run_has_a_table_all_have() -> None:
    """A full batch beside small ones takes its samples from the same table; alone it does not."""
    beside = [run.template.model for run in runs("xor", "training.batch_size=all,2")]
    alone = [run.template.model for run in runs("xor", "training.learning_rate=1,2")]
    assert [isinstance(m, Network) and m.stored for m in (*beside, *alone)] == [True, True, False, False]
