"""What ``xlbp generate`` says of the book it made, to a person and to a program."""

from __future__ import annotations

import math
from typing import Any

from xlbp.lang import load_texts
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
    """A few lines in the book's own language, the last of which says what to do next."""
    texts = load_texts(made.language)
    final = f"{made.final:.10g}" if math.isfinite(made.final) else "#NUM!"
    lines = [
        f"{made.path}",
        f"  {texts('cli.sheets')}: {', '.join(made.sheets)}",
        f"  {texts('cli.cells')}: {made.formula_cells:,}",
        f"  {texts('cli.final')} {made.objective}: {final}",
    ]
    for report in made.reports:
        words = {
            "checked": f"{report.checked:,}",
            "cells": f"{report.checked + report.unchecked:,}",
            "engine": report.engine,
            "difference": f"{report.max_rel:.2g}",
        }
        lines.append(f"  {texts('cli.verified', **words)}")
    key = "cli.next" if made.reports else "cli.unverified"
    return "\n".join([*lines, texts(key, command=f"xlbp verify {made.path}")])
