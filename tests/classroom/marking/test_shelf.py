"""What is kept in a file comes back as it was, each as often as somebody looks."""

from __future__ import annotations

import pickle

from xlbp.classroom.marking.shelf import Shelf


def test_what_is_put_there_comes_back() -> None:
    """Each as it was put, also when the shelf is known to nobody else any more; nothing stays nothing."""
    shelf = Shelf()
    shelved = [shelf.put([number, str(number)]) for number in range(3)]
    nothing = shelf.put([])
    del shelf
    assert [list(items) for items in [*shelved, nothing]] == [[0, "0"], [1, "1"], [2, "2"], []]
    assert (shelved[2][1], len(shelved[0]), list(shelved[1])) == ("2", 2, [1, "1"])
    assert pickle.loads(pickle.dumps(shelved[1])) == [1, "1"]
