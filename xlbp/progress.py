"""Progress on a terminal's stderr, or in a notebook: nothing for a moment, then what is done, and how long still.

In a terminal rich draws it.  In a notebook IPython's own display does: rich needs widgets there, which not every
notebook has, and warns in each cell where they are missing.
"""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from xlbp.results import Progress

PATIENCE = 0.7  # seconds


class Books(Protocol):
    """Told of each book that is done."""

    def __call__(self) -> None:
        """One more."""


class _Bar:
    """A bar of rich, made when the work has taken a moment: most work is done before."""

    def __init__(self, unit: str, total: float) -> None:
        self.unit, self.total, self.begun = unit, total, time.monotonic()
        self.bar: Any = None
        self.task: Any = None

    def show(self, step: str, share: float | None = None) -> None:
        if self.bar is None:
            if time.monotonic() - self.begun < PATIENCE:
                return
            self.bar = _made(self.unit)
            self.bar.start()
            self.task = self.bar.add_task(step, total=self.total)
        self.bar.update(
            self.task,
            description=step,
            completed=(share or 0) * self.total,
            total=None if share is None else self.total,
        )

    def close(self) -> None:
        if self.bar is not None:
            self.bar.stop()


def _made(unit: str) -> Any:
    from rich import progress  # noqa: PLC0415 - slow to import, and seldom needed
    from rich.console import Console  # noqa: PLC0415

    class Rate(progress.ProgressColumn):
        def render(self, task: Any) -> str:
            return f"{task.speed:,.1f} {unit}/s" if unit and task.speed else ""

    parts = [progress.TextColumn("{task.description}"), progress.BarColumn(), progress.TaskProgressColumn(), Rate()]
    return progress.Progress(
        *parts,
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # else a command's lines would go to stderr
    )


class _InNotebook:
    """A bar below a cell, which is gone when the work is done."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.shown: Any = None

    def show(self, step: str, share: float | None = None) -> None:
        if time.monotonic() - self.begun < PATIENCE:
            return
        known = "" if share is None else f' value="{share:.3f}"'
        self._put(f"<progress{known}></progress> {html.escape(step)}")

    def close(self) -> None:
        if self.shown is not None:
            self._put("")

    def _put(self, markup: str) -> None:
        """Show this in the place of what was shown before."""
        from IPython.display import HTML, display  # noqa: PLC0415 - there is one, if this is a notebook

        if self.shown is None:
            self.shown = display(HTML(markup), display_id=True)
        else:
            self.shown.update(HTML(markup))


def _is_notebook() -> bool:
    """Whether IPython runs in the kernel of a notebook."""
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


@contextmanager
def of_steps(is_shown: bool = True) -> Iterator[Progress]:
    """Progress of one book."""
    if not (is_shown and (sys.stderr.isatty() or _is_notebook())):
        yield lambda step, share=None: None
        return
    bar = _InNotebook() if _is_notebook() else _Bar("", 1.0)
    try:
        yield bar.show
    finally:
        bar.close()


@contextmanager
def watched(progress: bool | Progress) -> Iterator[Progress]:
    """What a caller in Python wants to see: a bar in a terminal or a notebook, nothing, or what their function does."""
    if callable(progress):
        yield progress
        return
    with of_steps(progress) as shown:
        yield shown


@contextmanager
def of_books(count: int, is_shown: bool = True) -> Iterator[Books]:
    """Progress of many books."""
    if not (is_shown and sys.stderr.isatty()):
        yield lambda: None
        return
    bar, done = _Bar("books", float(count)), 0

    def one_more() -> None:
        nonlocal done
        done += 1
        bar.show(f"{done:,} of {count:,}", done / count)

    try:
        yield one_more
    finally:
        bar.close()
