"""Which networks are made of units, and the formulas beside a unit's quantities."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.large_networks import NETWORKS
from tests.teaching import laid_out, laid_out_of
from xlbp.symbols.expr import prev, ref
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.live_text import filled
from xlbp.workbook.sheets.steps.unit.units import below, is_made_of_units, kind_of, update_text


def contents_of(name: str) -> Contents:
    """What the book of a large network is made from."""
    return laid_out_of(NETWORKS[name])


def plain(text: str) -> str:
    """A text with the letters in its gaps."""
    return filled(text, lambda letters, _: (letters, letters))[1]


LINES = {
    ("batch", 1): ("a = tanh(z)", "da = Σ; f' = (1 − a) · (1 + a); dz = da · f'"),
    ("batch", 2): (
        "m = max(z2[1], …, z2[6]); u = exp(z − m); S = exp_2[1] + … + exp_2[6]; lse = m + ln(S); a = u / S",
        "dlse = t1 + … + t6; dz = dlse · a − t",
    ),
    ("mixed", 1): ("", "dz = Σ"),
    ("mixed", 3): ("a = σ(z)", "e = a − t; da = 2 · e / 3; f' = a · (1 − a); dz = da · f'"),
    ("data sheet", 2): (
        "m = max(z2[1], …, z2[3]); u = exp(z − m); S = exp_2[1] + … + exp_2[3]; lse = m + ln(S); a = u / S",
        "e = a − t; da = 2 · e / 3; dlse = −(a2[1] · ∂E/∂a2[1]) − … − a2[3] · ∂E/∂a2[3]; dz = dlse · a + da · a",
    ),
    ("logit", 2): ("a = σ(z)", "dz = 0.5 · (a − t)"),
    ("one layer", 1): ("a = σ(z)", "e = a − t; da = e; f' = a · (1 − a); dz = da · f'"),
}


@pytest.mark.parametrize(("name", "layer"), LINES)
def test_lines(name: str, layer: int) -> None:
    """Each activation and loss has its formulas, in the order in which they are computed."""
    kind = kind_of(contents_of(name), layer)
    found = tuple(
        "; ".join(f"{line.letters} {plain(line.text)}" for line in lines) for lines in (kind.forward, kind.backward)
    )
    assert LINES[name, layer] == found


def test_a_shared_bias_takes_all_deltas() -> None:
    """Its gradient is a sum over the units; one that is frozen, or a unit's own, has no such text."""
    assert kind_of(contents_of("mixed"), 1).shared_bias == "= ∂E/∂z1[1] + … + ∂E/∂z1[6]"
    assert [kind_of(contents_of("mixed"), 2).shared_bias, kind_of(contents_of("batch"), 1).shared_bias] == ["", ""]


def test_the_update_of_gradient_descent() -> None:
    """Old value, minus the rate times the gradient."""
    assert plain(update_text(contents_of("batch"))) == "= old − rate · slope"


@pytest.mark.parametrize("extra", [ref("m[W1[1,1]]"), prev("W1+[1,1]")])
def test_an_update_by_more_shows_old_and_new(extra: object) -> None:
    """A rule that takes another column, or the row above, is shown as from what to what."""
    contents = contents_of("batch")
    columns = tuple(
        replace(c, expr=ref("W1[1,1]") - extra) if c.name == "W1+[1,1]" else c  # type: ignore[operator]
        for c in contents.program.columns
    )
    changed = replace(contents, program=replace(contents.program, columns=columns))
    assert plain(update_text(changed)) == "old → new"


@pytest.mark.parametrize("name", NETWORKS)
def test_dense_networks_are_made_of_units(name: str) -> None:
    """Whatever the activations, the loss, the biases and the samples are."""
    assert is_made_of_units(contents_of(name))


def test_the_units_of_maxout_have_several_pre_activations() -> None:
    """Such a network is not made of units as the sheet shows them; nor is a computation graph."""
    maxout = "activation = { name = 'maxout', pieces = 2 }"
    text = re.sub(r"weights = .*", "", NETWORKS["batch"]).replace('activation = "tanh"', maxout)
    graph = laid_out("into-backprop")
    assert [is_made_of_units(contents) for contents in (laid_out_of(text), graph)] == [False, False]


def test_units_with_formulas_of_their_own_are_no_such_units() -> None:
    """Where a unit is computed otherwise than the first one of its layer, there is no sheet for one unit."""
    contents = contents_of("mixed")
    columns = tuple(
        replace(c, expr=ref("a2[1]") + ref("z2[5]")) if c.name == "a2[5]" else c for c in contents.program.columns
    )
    changed = replace(contents, program=replace(contents.program, columns=columns))
    assert [is_made_of_units(contents), is_made_of_units(changed)] == [True, False]


def test_what_comes_in() -> None:
    """The first layer takes the inputs, another what the one below passes on: z where that is the identity."""
    contents = contents_of("mixed")
    assert [below(contents, layer, 2, "") for layer in (1, 2, 3)] == ["x[2]", "z1[2]", "a2[2]"]
