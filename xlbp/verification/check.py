"""One book, one engine: what its formulas say, what its cells are worth, what could not be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlbp.verification.compare import Block, Cell, Mismatch, Report, compare_cells, compare_values, doubt_of
from xlbp.xlsx.areas import Grid
from xlbp.xlsx.escaping import unmarked

NOT_OURS = "formulas that are not part of the template"
OTHER_VERSION = "made by xlbp {version}, whose teaching sheets this version does not know"
NO_INPUT = "an input is not a number, so there is nothing to compare with"
NO_OVERFLOW = "the training has diverged, and this engine computes beyond the doubles' range"

Inputs = Mapping[str, tuple[str, str, Any]]  # name -> (sheet, address, content)


@dataclass(frozen=True)
class Findings:
    """What holds for a book whatever the engine: changed formulas, unusable inputs, formulas not ours."""

    changed: Sequence[Mismatch]
    unusable: Sequence[Mismatch]
    foreign: int
    reason: str = NOT_OURS


def read_numbers(
    inputs: Inputs, classes: Sequence[float | str] = (), samples: int = 0
) -> tuple[dict[str, float], list[Mismatch]]:
    """The inputs as numbers, and those that are none: '0,5' typed as text, a blank, TRUE.

    A cell named ``class#7`` holds one of ``classes``, texts or numbers, and counts as its place in the list.
    One named ``order#7`` holds the number of one of so many ``samples``: of what INDEX makes of another
    number programs have different opinions.
    """
    numbers: dict[str, float] = {}
    unusable: list[Mismatch] = []
    for name, (sheet, address, content) in inputs.items():
        plain = float(content) if isinstance(content, int | float) and not isinstance(content, bool) else None
        found, wanted = plain, "a number"
        if name.startswith("class#"):
            found, wanted = _class(content, classes), f"one of {', '.join(map(_shown, classes))}"
        elif name.startswith("order#"):
            found = plain if plain in range(1, samples + 1) else None
            wanted = f"a whole number from 1 to {samples}"
        if found is None:
            shown = "nothing" if content is None else repr(content)
            unusable.append(Mismatch(f"{sheet}!{address}", name, None, wanted, shown))
        else:
            numbers[name] = found
    return numbers, unusable


def _shown(label: float | str) -> str:
    return label if isinstance(label, str) else f"{label:.15g}"


def _class(content: Any, classes: Sequence[float | str]) -> float | None:
    """The place of a class in the list; a sheet compares texts without regard to case."""
    values = [_compared(label) for label in classes]
    is_formula = isinstance(content, str) and content.startswith("=")
    found = _compared(unmarked(content))
    return None if is_formula or isinstance(content, bool) or found not in values else float(values.index(found))


def _compared(content: Any) -> Any:
    return content.lower() if isinstance(content, str) else content


def compare_names(
    wanted: Mapping[str, str], found: Mapping[str, str], local: Sequence[tuple[str, str]] = ()
) -> list[Mismatch]:
    """Defined names that are missing, stand for another cell, or are hidden by a single sheet's own.

    Formulas would look right and not be.
    """
    plain = {name.lower(): _address(target) for name, target in found.items()}
    moved = [
        Mismatch(name, name, None, target, found.get(name, "nothing"), target)
        for name, target in wanted.items()
        if plain.get(name.lower()) != _address(target)
    ]
    ours = {name.lower(): (name, target) for name, target in wanted.items()}
    hidden = [(*ours[name.lower()], shown) for name, shown in local if name.lower() in ours]
    return moved + [
        Mismatch(name, name, None, target, f"{shown} on one sheet", target) for name, target, shown in hidden
    ]


def _address(target: str) -> str:
    return target.replace("'", "").replace("$", "").removeprefix("=").lower()


def check(
    book: str,
    engine: str,
    blocks: Sequence[Block],
    cells: Mapping[str, Sequence[Cell]],
    findings: Findings,
    grids: Sequence[Grid],
    rtol: float,
    trusted: Sequence[int | None],
) -> Report:
    """The report of one engine, whose values are in ``grids``: those of each block, then of each teaching sheet.

    A block's rows from its ``trusted`` one on are not compared, nor what depends on them: the engine can't
    confirm their overflow.
    """
    report = Report(book, engine, formulas_changed=list(findings.changed))
    report.leave_unchecked(findings.reason, findings.foreign)
    doubts = (doubt_of(block, grid) for block, grid in zip(blocks, grids, strict=False))
    doubt = next(filter(None, doubts), "")
    for block, limit, grid in zip(blocks, trusted, grids, strict=False):
        rows = len(block.expected) if limit is None else limit
        report.leave_unchecked(NO_OVERFLOW, int(block.is_formula()[rows:].sum()))
        compare_values(report, block, grid, rtol, rows, in_doubt=bool(doubt))
    all_trusted = all(limit is None for limit in trusted)
    for (sheet, wanted), grid in zip(cells.items(), grids[len(blocks) :], strict=True):
        sure = [c for c in wanted if all_trusted or (c.block is not None and trusted[c.block] is None)]
        compare_cells(report, sheet, sure, grid, rtol, doubt)
        report.leave_unchecked(NO_OVERFLOW, len(wanted) - len(sure))
    return report


def check_without_inputs(
    book: str, engine: str, blocks: Sequence[Block], cells: Mapping[str, Sequence[Cell]], findings: Findings
) -> Report:
    """The report when there is nothing to train on: every cell unchecked, the inputs at fault."""
    report = Report(book, engine, formulas_changed=list(findings.changed), mismatches=list(findings.unusable))
    report.leave_unchecked(findings.reason, findings.foreign)
    everything = sum(int(block.is_formula().sum()) for block in blocks) + sum(map(len, cells.values()))
    report.leave_unchecked(NO_INPUT, everything)
    return report
