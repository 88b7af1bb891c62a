"""The formulas beside a unit's quantities."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.large_networks import NETWORKS
from tests.teaching import laid_out_of
from xlbp.symbols.expr import prev, ref
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.page.live_text import filled
from xlbp.workbook.sheets.steps.unit_lines import backward_lines, forward_lines, shared_bias_text, update_text


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
    contents = contents_of(name)
    found = tuple(
        "; ".join(f"{line.letters} {plain(line.text)}" for line in lines(contents, layer))
        for lines in (forward_lines, backward_lines)
    )
    assert LINES[name, layer] == found


def test_a_shared_bias_takes_all_deltas() -> None:
    """Its gradient is a sum over the units; one that is frozen, or a unit's own, has no such text."""
    assert shared_bias_text(contents_of("mixed"), 1) == "= ∂E/∂z1[1] + … + ∂E/∂z1[6]"
    assert [shared_bias_text(contents_of("mixed"), 2), shared_bias_text(contents_of("batch"), 1)] == ["", ""]


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
