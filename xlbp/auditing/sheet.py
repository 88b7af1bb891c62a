"""One sheet's audit: what it claims, the truth, the updates and the findings; its parameters as plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from xlbp.auditing.claims.layout import Layout, Parameter
from xlbp.auditing.explanations import extent
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import address, title
from xlbp.auditing.truth.gradients import Truth
from xlbp.auditing.updates.check import UpdateVerdict


@dataclass
class SheetAudit:
    """One sheet's audit."""

    layout: Layout
    truth: Truth
    updates: UpdateVerdict
    findings: list[Finding]


def layout_data(sheet: SheetAudit) -> str:
    """How the sheet was read."""
    return sheet.layout.kind.value + (f", loss assumed: {sheet.layout.assumed}" if sheet.layout.assumed else "")


def finding_data(finding: Finding, home: str) -> dict[str, Any]:
    """A finding, whose error JSON may not know."""
    return {**finding.data(home), "max_rel": _number(finding.max_rel)}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def parameter_data(sheet: SheetAudit, parameter: Parameter, home: str) -> dict[str, Any]:
    """The verdict on one parameter: how far its gradient is off, and whether its updates are right."""
    compared = sheet.truth.judged(parameter)
    worst = max(compared, key=lambda gradient: gradient.error, default=None)
    error = worst.error if worst else 0.0
    name = parameter.name if home else f"{title(sheet.layout.sheet)}!{parameter.name}"
    return {
        "name": name,
        "cells": extent([place.cell for place in parameter.places], home),
        "gradient": {
            "ok": _gradient_ok(sheet, parameter),
            "max_rel": _number(error),
            "worst_cell": address(worst.place.gradient, home) if worst and error > 0 else None,
        },
        "update": {"ok": update_ok(sheet, parameter), "learning_rate": _rate(sheet, parameter, home)},
    }


def _gradient_ok(sheet: SheetAudit, parameter: Parameter) -> bool | None:
    """Whether all that was judged is right; None where nothing was, or where a part rests on what can't be read."""
    if sheet.truth.wrong(parameter):
        return False
    unread = any(place in sheet.truth.unjudgeable for place in parameter.places)
    return None if unread or not sheet.truth.judged(parameter) else True


def update_ok(sheet: SheetAudit, parameter: Parameter) -> bool | None:
    """Whether nothing is wrong with a parameter's updates; None where there are none."""
    own = sheet.updates.cells_of.get(parameter.name)
    if own is None or parameter.name in sheet.updates.unjudged:
        return None
    wrong = {cell for finding in sheet.updates.findings for cell in finding.cells}
    wrong |= {cell for finding in sheet.findings for cell in finding.cells if cell in own}
    return wrong.isdisjoint(own | {place.cell for place in parameter.places})


def _rate(sheet: SheetAudit, parameter: Parameter, home: str) -> str | None:
    """The learning rate's cell, with its sheet where ``home`` is not the only one, or its number; None if unknown."""
    rate = sheet.updates.rates.get(parameter.name) or None
    if rate is None or home or not rate[0].isalpha():
        return rate
    return f"{address((sheet.layout.sheet, 1, 1))[:-2]}{rate}"
