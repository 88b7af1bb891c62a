"""What is told while a book is audited: its steps, and how far each of them has come."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from tests.auditing.small import small
from xlbp.auditing.claims.options import AuditOptions
from xlbp.auditing.reading.telling import TELLINGS, each, part
from xlbp.auditing.run import audit


def test_every_step_says_how_far_it_has_come(tmp_path: Path) -> None:
    """A bar that stands still looks as if the work did: in no step does it go back."""
    small(tmp_path / "book.xlsx", 12)
    shares: dict[str, list[float]] = {}

    def tell(step: str, share: float | None = None) -> None:
        shares.setdefault(step, []).extend([] if share is None else [share])

    audit(tmp_path / "book.xlsx", AuditOptions(forward=True), tell=tell)
    assert len(shares) == 7
    for told in shares.values():
        assert told
        assert all(0 <= one <= other <= 1 for one, other in pairwise(told))


def test_it_is_told_now_and_then() -> None:
    """Of a million items not each is told; a part of a step takes its share of the bar."""
    told: list[float] = []
    assert sum(1 for _ in each(range(100_000), part(told.append, 0.5, 1))) == 100_000
    assert len(told) == TELLINGS
    assert told[0] == 0.5
    assert told[-1] < 1
