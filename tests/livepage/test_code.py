"""Rows as JavaScript: loops in the place of repetition, and the text that comes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbp.expectation.contents import lay_out
from xlbp.livepage.folding import Item, Loop, folded
from xlbp.livepage.machine import Machine
from xlbp.template.load import load_template

ITEMS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=30)
MAZUR = """\
R[o+9]=F(R[o+1]*P[0]+R[o+2]*P[1]+P[4]);
R[o+10]=F(R[o+3]*P[0]+R[o+4]*P[1]+P[4]);
R[o+11]=F(sigmoid(R[o+9]));
"""
UPDATE = """\
for(i=0;i<8;i++){R[o+44+i]=F(R[o+1+i]-P[6]*R[o+34+i]);
}
"""


def unfolded(item: Item) -> list[Item]:
    """What a loop does, one after the other."""
    if not isinstance(item.key, Loop):
        return [item]
    out = []
    for turn in range(item.key.times):
        moved = [n + turn * step for n, step in zip(item.numbers, item.key.steps, strict=True)]
        at = 0
        for key, length in zip(item.key.body, item.key.lengths, strict=True):
            out += unfolded(Item(key, tuple(moved[at : at + length])))
            at += length
    return out


@given(ITEMS, st.integers(1, 4))
def test_loops_do_what_was_there_before(pairs: list[tuple[str, int]], repeated: int) -> None:
    """Whatever recurs, and however: done one after the other, loops give the items back in their order."""
    items = [Item(key, (number,)) for key, number in pairs * repeated]
    assert [one for item in folded(items) for one in unfolded(item)] == items


def test_loops_stand_within_loops() -> None:
    """Units of samples become two loops, and pairs that recur one of two statements."""
    grid = [Item("z", (10 * unit + sample, unit, sample)) for unit in range(4) for sample in range(6)]
    assert len(folded(grid)) == 1
    pairs = [Item(key, (2 * n + k,)) for n in range(5) for k, key in enumerate("za")]
    assert len(folded(pairs)) == 1


def machine_of(name: str, *overrides: str) -> Machine:
    """The machine of a shipped template."""
    template = load_template(name, overrides)
    return Machine(template, lay_out(template, "en").program)


def test_the_row_of_mazur() -> None:
    """Its statements are the cells' own formulas, straight; its updates one loop."""
    script = machine_of("mazur").script
    assert MAZUR in script
    assert UPDATE in script


@pytest.mark.slow
def test_a_large_row_is_short() -> None:
    """The 1,593 cells of iris take less than 8,000 characters."""
    assert len(machine_of("iris").script) < 8_000
