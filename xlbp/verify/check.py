"""One book, one engine: what its formulas say, what its cells are worth, what could not be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlbp.verify.compare import Block, Mismatch, Report, compare_values

NOT_OURS = "formulas that are not part of the template"
NO_INPUT = "an input is not a number, so there is nothing to compare with"
NO_OVERFLOW = "the training has diverged, and this engine computes beyond the doubles' range"

Inputs = Mapping[str, tuple[str, str, Any]]  # name -> (sheet, address, content)


@dataclass(frozen=True)
class Findings:
    """What holds for a book whatever the engine: changed formulas, unusable inputs, formulas not ours."""

    changed: Sequence[Mismatch]
    unusable: Sequence[Mismatch]
    foreign: int


def read_numbers(inputs: Inputs) -> tuple[dict[str, float], list[Mismatch]]:
    """The inputs as numbers, and those that are none: '0,5' typed as text, a blank, TRUE."""
    numbers: dict[str, float] = {}
    unusable: list[Mismatch] = []
    for name, (sheet, address, content) in inputs.items():
        if isinstance(content, int | float) and not isinstance(content, bool):
            numbers[name] = float(content)
        else:
            shown = "nothing" if content is None else repr(content)
            unusable.append(Mismatch(f"{sheet}!{address}", name, None, "a number", shown))
    return numbers, unusable


def compare_names(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[Mismatch]:
    """Defined names that are missing or stand for another cell: formulas would look right and not be."""
    plain = {name.lower(): _address(target) for name, target in found.items()}
    return [
        Mismatch(name, name, None, target, found.get(name, "nothing"), target)
        for name, target in wanted.items()
        if plain.get(name.lower()) != _address(target)
    ]


def _address(target: str) -> str:
    return target.replace("'", "").replace("$", "").removeprefix("=").lower()


def check(
    book: str,
    engine: str,
    block: Block,
    findings: Findings,
    grid: Sequence[Sequence[Any]],
    rtol: float,
    trusted_rows: int,
) -> Report:
    """The report of one engine, whose values are in ``grid``."""
    report = Report(book, engine, formulas_changed=list(findings.changed))
    report.leave_unchecked(NOT_OURS, findings.foreign)
    report.leave_unchecked(NO_OVERFLOW, int(block.is_formula()[trusted_rows:].sum()))
    compare_values(report, block, grid, rtol, trusted_rows)
    return report


def check_without_inputs(book: str, engine: str, block: Block, findings: Findings) -> Report:
    """The report when there is nothing to train on: every cell unchecked, the inputs at fault."""
    report = Report(book, engine, formulas_changed=list(findings.changed), mismatches=list(findings.unusable))
    report.leave_unchecked(NOT_OURS, findings.foreign)
    report.leave_unchecked(NO_INPUT, int(block.is_formula().sum()))
    return report
