"""How many tasks travel to a cluster together."""

from __future__ import annotations

from xlbp.system.together import MOST_TOGETHER, Together


def sent(together: Together) -> list[int]:
    """The numbers of tasks that go together until none is left."""
    numbers = []
    while together.left > 0:
        numbers.append(together.next())
    return numbers


def test_each_goes_alone_while_nobody_knows_how_long_it_takes() -> None:
    """Sixteen that take a minute each would keep one worker busy for a quarter of an hour."""
    assert sent(Together(5, 1)) == [1, 1, 1, 1, 1]


def test_those_that_take_long_go_alone_and_short_ones_together() -> None:
    """So many as take a moment, but not more than some; none is left out."""
    for seconds, most in ((20.0, 1), (0.52, 3), (0.0001, MOST_TOGETHER), (0.0, MOST_TOGETHER)):
        together = Together(1000, 2)
        together.learn(8 * seconds, 8)
        numbers = sent(together)
        assert max(numbers) == most
        assert sum(numbers) == 1000


def test_near_the_end_they_are_fewer() -> None:
    """So that the threads are done at about the same time."""
    together = Together(100, 4)
    together.learn(0.01, 1)
    numbers = sent(together)
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[:2] == [100 // 16, 94 // 16]
    assert numbers[-1] == 1


def test_what_is_learned_last_counts_most() -> None:
    """A first task may take long, for what it needs is loaded then; after some more it is forgotten."""
    together = Together(1000, 1)
    together.learn(4.0, 1)
    assert together.next() == 1
    for _ in range(10):
        together.learn(0.8, 8)
    assert 2 <= together.next() <= 10
