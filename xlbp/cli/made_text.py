"""What ``xlbp generate`` and ``xlbp compare`` say of the book they made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from xlbp.lang import Texts, load_texts
from xlbp.results import Made, MadeComparison, Noise
from xlbp.verification.compare import Report
from xlbp.workbook.sheets.comparison.scores import TIMES

CONSTANT = {  # why a training learns nothing
    "single_softmax": "the softmax of a single unit is 1 whatever the unit says, so no gradient passes it; "
    "take sigmoid with binary_cross_entropy, or a unit for each class",
    "no_target": "every target is 0, and so is cross_entropy, whatever the outputs; give the class of each sample a 1",
    "solved": "its loss is 0 from the start; take other targets, or other weights",
    "no_gradient": "every gradient is exactly 0 in every iteration; start from other weights",
    "no_step": "the learning rate is so small that no step changes the loss; raise it",
}


SAME_TARGETS = (
    "learns one answer alone: all samples to train on have the same targets, whatever their inputs; "
    "give it samples of another class, or with other numbers"
)


def noise_line(noise: Noise, about: str) -> str:
    """A warning in a line; ``about`` names the training."""
    more = f" (and of {len(noise.parameters) - 1} more)" if len(noise.parameters) > 1 else ""
    return (
        f"{about} follows from rounding noise: from iteration {noise.iteration} on the gradient of "
        f"{noise.parameters[0]}{more} is nothing else, and {noise.optimizer} divides it by its own size; other "
        f"programs show other numbers in {noise.cells:,} cells from iteration {noise.visible} on; start from other "
        "numbers, freeze what is not trained, or take sgd"
    )


def comparison_text(made: MadeComparison) -> str:
    """As :func:`made_text`, with a line per run."""
    texts = load_texts(made.language)
    lines = [
        f"{made.path}",
        f"  {texts('cli.sheets')}: {', '.join(made.sheets)}",
        f"  {texts('cli.cells')}: {texts.number(made.formula_cells)}",
        f"  {texts('cli.final')} {made.objective}:",
    ]
    for run in made.runs:
        final = texts.number(run.losses[-1], ".10g") if math.isfinite(run.losses[-1]) else "#NUM!"
        key = "run" if run.diverged_at is None else "run_diverged"
        key = "run_grows" if run.grows else key
        words = {
            "number": run.number,
            "label": run.label,
            "final": final,
            "t": run.diverged_at,
            "times": TIMES["network"],
        }
        lines.append(f"    {texts(f'cli.{key}', **words)}")
    best = [run for run in made.runs if run.is_best]
    if best:
        key = "up" if made.maximize else made.ranked_by
        runs = ", ".join(f"{run.number}. {run.label}" for run in best)
        lines.append(f"  {texts(f'cli.best_{key}', runs=runs, score=texts.number(best[0].score, '.10g'))}")
    return _ended(lines, texts, made.reports, made.path)


def made_text(made: Made) -> str:
    """A few lines in the book's own language, the last of which says what to do next."""
    texts = load_texts(made.language)
    final = texts.number(made.final, ".10g") if math.isfinite(made.final) else "#NUM!"
    lines = [
        f"{made.path}",
        f"  {texts('cli.sheets')}: {', '.join(made.sheets)}",
        f"  {texts('cli.cells')}: {texts.number(made.formula_cells)}",
        f"  {texts('cli.final')} {made.objective}: {final}",
    ]
    if made.notes:
        lines.append(f"  {texts('cli.notes')}: {made.notes}")
    return _ended(lines, texts, made.reports, made.path)


def made_line(made: Made) -> str:
    """One of many books, in one line."""
    texts = load_texts(made.language)
    lines = _ended([], texts, made.reports, made.path).splitlines()[:-1]
    said = "; ".join(line.strip() for line in lines)
    return f"{made.path}  {texts.number(made.formula_cells)} {texts('cli.cells')}{f'; {said}' if said else ''}"


def _ended(lines: list[str], texts: Texts, reports: Sequence[Report], path: Path) -> str:
    """The lines, what verification said, and what to do next."""
    for report in reports:
        words = {
            "checked": texts.number(report.checked),
            "cells": texts.number(report.checked + report.unchecked),
            "engine": report.engine,
            "difference": texts.number(report.max_rel, ".2g"),
        }
        lines.append(f"  {texts('cli.verified', **words)}")
    key = "cli.next" if reports else "cli.unverified"
    return "\n".join([*lines, texts(key, command=f"xlbp verify {path}")])
