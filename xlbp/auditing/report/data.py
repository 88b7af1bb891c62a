"""An audit for programs, as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from xlbp.auditing.claims.layout import Parameter
from xlbp.auditing.findings import Finding, extent
from xlbp.auditing.reading.syntax import address, title
from xlbp.auditing.result import Audit, SheetAudit

LISTED = 500


def to_data(audit: Audit) -> dict[str, Any]:
    """The audit in the form of the JSON contract; with several sheets, cells and names say which they are of."""
    sheets = audit.sheets
    home = sheets[0].layout.sheet if len(sheets) == 1 else ""
    return {
        "book": audit.book,
        "sheet": ", ".join(dict.fromkeys(title(sheet.layout.sheet) for sheet in sheets)),
        "layout": ", ".join(dict.fromkeys(_layout(sheet) for sheet in sheets)),
        "rows": sum(sheet.layout.steps for sheet in sheets),
        "parameters": [parameter_data(sheet, p, home) for sheet in sheets for p in sheet.layout.parameters],
        "findings": [_finding(finding, home) for finding in audit.findings[:LISTED]],
        "unreadable": [asdict(unread) for unread in audit.unreadable[:LISTED]],
        "ok": audit.ok,
        "unjudged": [asdict(unjudged) for unjudged in audit.unjudged[:LISTED]],
        "cut": _cut(audit),
    }


def _cut(audit: Audit) -> list[str]:
    """The lists that are too long to be told as a whole."""
    counts = {"findings": len(audit.findings), "unreadable": len(audit.unreadable), "unjudged": len(audit.unjudged)}
    return [f"{LISTED} of {count} {name}" for name, count in counts.items() if count > LISTED]


def to_json(audit: Audit) -> str:
    """The JSON text; it knows no NaN and no infinity."""
    return json.dumps(to_data(audit), indent=2, ensure_ascii=False, allow_nan=False)


def _layout(sheet: SheetAudit) -> str:
    return sheet.layout.kind.value + (f", loss assumed: {sheet.layout.assumed}" if sheet.layout.assumed else "")


def _finding(finding: Finding, home: str) -> dict[str, Any]:
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
