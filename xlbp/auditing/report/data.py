"""An audit for programs, as JSON."""

from __future__ import annotations

import json
from typing import Any

from xlbp.auditing.result import Audit


def to_data(audit: Audit) -> dict[str, Any]:
    """The audit in the form of the JSON contract."""
    return audit.to_dict()


def to_json(audit: Audit) -> str:
    """The JSON text; it knows no NaN and no infinity."""
    return json.dumps(to_data(audit), indent=2, ensure_ascii=False, allow_nan=False)
