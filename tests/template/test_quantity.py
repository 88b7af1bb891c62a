"""A quantity is its name, and its name can be taken apart and put together again."""

from __future__ import annotations

import pickle

import pytest

from tests.teaching import laid_out
from tests.templates import REPRESENTATIVES, WITH_NETWORK
from xlbp.template.names import total
from xlbp.template.quantity import GRADIENT, NORM, PART, STATE, UPDATED, Quantity, norm, parse, plain, quantity


def parts(name: Quantity) -> tuple[object, ...]:
    """All that a quantity knows of itself."""
    return name.letter, name.block, name.indices, name.sample, name.relation, name.of


PARTS: list[tuple[object, ...]] = [
    ("z1[2]@3", "z", "1", (2,), "@3", "", None),
    ("W2[1,3]", "W", "2", (1, 3), "", "", None),
    ("K1[2,1,3,3]", "K", "1", (2, 1, 3, 3), "", "", None),
    ("x[2]#7", "x", "", (2,), "#7", "", None),
    ("lse2@T1", "lse", "2", (), "@T1", "", None),
    ("f'1[2]@3", "f'", "1", (2,), "@3", "", None),
    ("b1", "b", "1", (), "", "", None),
    ("dW2[1,3]", "dW", "2", (1, 3), "", GRADIENT, "W2[1,3]"),
    ("db1", "db", "1", (), "", GRADIENT, "b1"),
    ("dlse2@1", "dlse", "2", (), "@1", GRADIENT, "lse2@1"),
    ("W2+[1,3]", "W+", "2", (1, 3), "", UPDATED, "W2[1,3]"),
    ("b1+", "b+", "1", (), "", UPDATED, "b1"),
    ("m:W2[1,3]", "m:", "2", (1, 3), "", STATE, "W2[1,3]"),
    ("dW2[1,3]|4", "dW|", "2", (1, 3), "", PART, "dW2[1,3]"),
    ("db1|12", "db|", "1", (), "", PART, "db1"),
    ("|dW2|", "|dW|", "2", (), "", NORM, "dW2"),
    ("$beta1", "$beta1", "", (), "", "", None),
    ("$drop2", "$drop", "2", (), "", "", None),
    (":power1", ":power1", "", (), "", "", None),
    ("El2", "El2", "", (), "", "", None),
    ("E@T", "E", "", (), "@T", "", None),
    ("hits@2", "hits", "", (), "@2", "", None),
]


@pytest.mark.parametrize("known", PARTS, ids=lambda known: known[0])
def test_a_name_is_taken_apart(known: tuple[object, ...]) -> None:
    """Each part of a name is known, and the quantity is still its name."""
    parsed = parse(str(known[0]))
    assert (parsed, *parts(parsed)) == known


@pytest.mark.parametrize("name", [name for name in REPRESENTATIVES if name in WITH_NETWORK])
def test_every_name_of_a_network_goes_there_and_back(name: str) -> None:
    """Every column and panel cell of every shipped network is a quantity whose parts give the same name again."""
    contents = laid_out(name, 1)
    for called in (*contents.program.names, *contents.program.panel):
        parsed = parse(str(called))
        assert parsed == called
        if parsed.relation != NORM and parsed.letter[0] not in "$:":
            again = parsed.sampled(parsed.sample)
            assert (str(again), parts(again)) == (called, parts(parsed))


def test_one_place_of_a_tensor_leads_to_another() -> None:
    """Index, sample and letter can each be exchanged, and gradients, updates and states follow."""
    delta = quantity("dz", 1, (2,), "@3")
    assert (delta.at(4), delta.sampled("@1"), delta.lettered("da")) == ("dz1[4]@3", "dz1[2]@1", "da1[2]@3")
    weight = quantity("W", 2, (1, 3))
    assert (weight.gradient, weight.updated, weight.state("m")) == ("dW2[1,3]", "W2+[1,3]", "m:W2[1,3]")
    assert (weight.updated.at(2, 1), weight.state("m").at(2, 1)) == ("W2+[2,1]", "m:W2[2,1]")
    assert (norm(2), norm(2).of) == ("|dW2|", "dW2")


def test_names_of_a_graph_are_left_whole() -> None:
    """A variable called dz1 is no gradient of z1."""
    assert parts(plain("dz1")) == ("dz1", "", (), "", "", None)


def test_a_quantity_goes_to_another_process() -> None:
    """Pickled and read again it has all its parts."""
    again = pickle.loads(pickle.dumps(parse("m:W2[1,3]")))
    assert (again, parts(again)) == ("m:W2[1,3]", parts(parse("m:W2[1,3]")))


@pytest.mark.parametrize("name", ["", "[1]", "z1[", "z1[0,]", "1z", "∂d/∂a"])
def test_no_name_is_refused(name: str) -> None:
    """What is no network's name is a ValueError."""
    with pytest.raises(ValueError, match="is no quantity of a network"):
        parse(name)


@pytest.mark.parametrize(
    ("name", "in_table", "of_row", "state"),
    [
        ("x[2]#7", True, False, ""),
        ("x[2]@7", False, False, ""),
        (":rate", False, True, ""),
        ("mh:b1", False, False, "mh"),
    ],
)
def test_where_a_quantity_stands(name: str, in_table: bool, of_row: bool, state: str) -> None:
    """In the data's table, once in a row, or with the optimizer under a letter."""
    parsed = parse(name)
    assert (parsed.is_in_table, parsed.is_common, parsed.state_letter) == (in_table, of_row, state)


def test_a_total_derivative_of_no_sample_stays_itself() -> None:
    """Where there is no mark to take away, a graph's derivative keeps its name."""
    assert total("f", "d").sampled("") == "df/dd"
