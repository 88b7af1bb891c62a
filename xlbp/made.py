"""What ``xlbp generate`` says of the book it made, to a person and to a program."""

from __future__ import annotations

import math
from typing import Any

from xlbp.pipeline import Made
from xlbp.verification.report import to_data


def made_data(made: Made) -> dict[str, Any]:
    """Plain data for ``--json``."""
    return {
        "path": str(made.path),
        "sheets": list(made.sheets),
        "formula_cells": made.formula_cells,
        "final_loss": made.final if math.isfinite(made.final) else None,
        "diverged_at": made.diverged_at,
        "verified": all(report.ok for report in made.reports) if made.reports else None,
        "reports": [to_data(report) for report in made.reports],
    }


def made_text(made: Made) -> str:
    """A few lines, the last of which says what to do next."""
    final = f"{made.final:.10g}" if math.isfinite(made.final) else "#NUM! (diverged)"
    lines = [
        f"{made.path}",
        f"  sheets         {', '.join(made.sheets)}",
        f"  formula cells  {made.formula_cells:,}",
        f"  final {made.objective:<8} {final}",
    ]
    for report in made.reports:
        figures = f"{report.checked:,} of {report.checked + report.unchecked:,} cells agree with NumPy"
        lines.append(f"  verified       {figures} ({report.engine}, largest relative difference {report.max_rel:.2g})")
    then = "next: open it, change a yellow cell, and run" if made.reports else "not verified; next:"
    return "\n".join([*lines, f"{then}  xlbp verify {made.path}"])
