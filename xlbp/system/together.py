"""How many tasks travel to a cluster together: as many as take a moment, for to send any takes milliseconds.

A task is timed from when a process takes it up: with that process's start the first one seems to take so long that none
goes with another.  Near the end they are fewer, so that no worker is without work while another has several to do.
"""

from __future__ import annotations

MOMENT, MOST_TOGETHER = 2.0, 16  # seconds that the tasks take which are sent together; and at most so many
SHARES = 4  # of what is left for each thread
AHEAD = 3  # what is sent for each thread, of which it does one


class Together:
    """What is known of ``left`` tasks that so many ``threads`` do."""

    def __init__(self, left: int, threads: int) -> None:
        self.left, self.threads = left, threads
        self.seconds: float | None = None  # that a task takes, the latest ones most

    @property
    def most(self) -> int:
        """How often some may be under way: what the threads do next, but none whose number is better told later."""
        return max(AHEAD * self.threads, 2)

    def next(self) -> int:
        """The number of tasks that go together now; they are not left any more."""
        count = 1
        if self.seconds is not None:
            in_a_moment = min(MOST_TOGETHER, int(MOMENT / max(self.seconds, 1e-6)))
            count = max(1, min(in_a_moment, self.left // (SHARES * self.threads)))
        self.left -= count
        return count

    def learn(self, seconds: float, tasks: int) -> None:
        """What some have taken."""
        each = seconds / tasks
        self.seconds = each if self.seconds is None else (3 * self.seconds + each) / 4
