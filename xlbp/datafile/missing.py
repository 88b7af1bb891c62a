"""What people write where they have no number."""

from __future__ import annotations

MISSING = (
    "",
    "na",
    "n/a",
    "#n/a",
    "nan",
    "null",
    "?",
    "-",
    "--",
    ".",
    "\u2013",
    "\u2014",
    "n.a.",
    "k.a.",
    "缺失",
    "无数据",
    "無資料",
)


def is_missing(text: str) -> bool:
    """Whether a cell says that nothing is known."""
    return text.lower() in MISSING
