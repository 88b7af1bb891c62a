"""Damages: each can be planted as it is told, turns on the lights that it is said to, and is mended as it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeBook
from tests.teaching import cells_of, laid_out, page_of, shown
from tests.templates import REPRESENTATIVES
from tests.test_badge import DAMAGED, SAME, Live
from xlbp.expectation.training import train_run
from xlbp.template.load import shipped
from xlbp.workbook.lesson.damages import FACTOR, NUMBER, ROW, Damage, damages

PLANTED = {"mazur": 6, "xor": 4, "lstm": 4, "into-backprop": 6}  # iterations
PROOF_ROWS = range(9, 400)


def planned(name: str, iterations: int) -> list[Damage]:
    """The damages of a book, as its sheet tells them."""
    contents = laid_out(name, iterations)
    return damages(contents, train_run(contents).facts)


def light_of_proof(live: Live, symbol: str) -> str:
    """What the proof says of a column."""
    row = next(row for row in PROOF_ROWS if live.value("Proof", f"B{row}") == symbol)
    return str(live.value("Proof", f"F{row}"))


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED)
def test_each_damage_turns_on_the_lights_that_it_is_said_to(name: str, make_book: MakeBook) -> None:
    """First line, gradient check and proof say in a recalculated book what the sheet claims; the formula mends all."""
    live = Live(make_book(name, PLANTED[name]))
    found = planned(name, PLANTED[name])
    assert [damage.kind for damage in found] == [NUMBER, FACTOR, ROW]
    live.type("Step by step", "C3", "0")  # a new book may open at another iteration
    for damage in found:
        assert live.content("Training", damage.cell) == damage.formula
        live.type("Training", damage.cell, damage.typed)
        line = live.badge()
        assert line.startswith(DAMAGED)
        assert f" ({damage.symbol}), iteration {damage.iteration}." in line
        assert live.value("Gradient check", "C5") == ("FAIL" if damage.fails_check else "PASS")
        assert light_of_proof(live, damage.symbol) == "fail".upper() or not damage.fails_total, damage.kind
        live.type("Training", damage.cell, damage.formula)
        assert live.badge().startswith(SAME)
        assert live.value("Gradient check", "C5") == "PASS"


@pytest.mark.slow
def test_a_gradient_check_passes_a_parameter_of_the_wrong_row(mazur: Path) -> None:
    """Even at the damaged iteration: the gradients are right for the parameters that stand there."""
    [damage] = [damage for damage in planned("mazur", 15) if damage.kind == ROW]
    live = Live(mazur)
    live.type("Step by step", "C3", str(damage.iteration))
    live.type("Training", damage.cell, damage.typed)
    assert live.badge().startswith(DAMAGED)
    assert live.value("Gradient check", "C5") == "PASS"


@pytest.mark.parametrize("name", shipped())
def test_every_book_can_be_broken(name: str) -> None:
    """Each template has a number and a derivative to damage; what is typed is not what stands there."""
    found = planned(name, 3)
    assert {NUMBER, FACTOR} <= {damage.kind for damage in found}
    for damage in found:
        assert damage.typed not in (damage.formula, damage.formula.removeprefix("="))
        assert damage.formula.startswith("=")


@pytest.mark.parametrize("name", [name for name in REPRESENTATIVES if name in ("mazur", "into-backprop")])
def test_the_sheet_names_the_cell_and_both_formulas(name: str) -> None:
    """What is to be typed, where, and what to put back stand on the sheet."""
    texts = " ".join(map(str, cells_of(page_of(shown(name, 3), "break_it")).values()))
    for damage in planned(name, 3):
        assert f"Training!{damage.cell}, which is {damage.symbol}" in texts
        assert f"type {damage.typed} over" in texts
        assert f"type {damage.formula} again" in texts
