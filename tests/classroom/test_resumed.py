"""A class that was interrupted, and goes on: as if nothing had been, and nothing that was done is done again."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.classes import roster
from xlbp.classroom import make
from xlbp.classroom import mark as marking
from xlbp.classroom.exercise.record import read_record
from xlbp.classroom.make import MadeClass, make_class
from xlbp.classroom.mark import Marked, Options, mark
from xlbp.classroom.order import Order
from xlbp.errors import Interrupted, WriteError
from xlbp.results import Progress, silent
from xlbp.system import pool

pytestmark = pytest.mark.slow

NAMES = ("Ada", "Bert", "Cyril", "Dora")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is given to be done, with its name, while the test runs."""
    given: list[str] = []
    outcomes = pool._outcomes

    def noted(job: Any, tasks: Iterator[tuple[int, Any]], *where: Any) -> Iterator[Any]:
        def noting() -> Iterator[tuple[int, Any]]:
            for number, task in tasks:
                name = task[0] if isinstance(task, tuple) else task.path.name
                given.append(f"{job.work.__name__} {name}")
                yield number, task

        return outcomes(job, noting(), *where)

    monkeypatch.setattr(pool, "_outcomes", noted)
    return given


def stop_at(word: str) -> Progress:
    """A progress that is interrupted when it comes to something."""

    def progress(step: str, _: float | None = None) -> None:
        if step.startswith(word):
            raise Interrupted

    return progress


def files_in(folder: Path) -> dict[str, object]:
    """All files of a folder and those below; of archives and workbooks the parts, but not when they were made."""
    return {str(p.relative_to(folder)): parts_of(p.read_bytes()) for p in sorted(folder.rglob("*")) if p.is_file()}


def parts_of(data: bytes) -> object:
    """The parts of an archive by their names, any other file as it is."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return [(name, parts_of(package.read(name))) for name in package.namelist() if name != "docProps/core.xml"]


def made(folder: Path, progress: Progress = silent) -> MadeClass:
    """A class of four, with keys."""
    folder.mkdir(exist_ok=True)
    order, students = Order("mazur", "gradients", language="en", solution=True), roster(folder / "class.csv", *NAMES)
    return make_class(order, students, 7, folder / "monday", 1, progress)


def test_a_class_that_was_interrupted_is_made_to_its_end(tmp_path: Path, done: list[str]) -> None:
    """Each book is made once, but for that which was at hand; the files are those of a run that nothing interrupted."""
    made(tmp_path / "whole")
    done.clear()
    for word in ("2 of", "4 of"):
        with pytest.raises(Interrupted, match=r"results? in .*monday.journal: the same command goes on"):
            made(tmp_path / "parts", stop_at(word))
    made(tmp_path / "parts")
    assert done == [f"make {name}" for name in ("Ada", "Bert", "Bert", "Cyril", "Dora", "Dora")]
    assert files_in(tmp_path / "parts") == files_in(tmp_path / "whole")


def test_a_class_of_which_the_record_alone_was_written_is_made_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command goes on, though the record is there already."""
    made(tmp_path / "whole")
    monkeypatch.setattr(make, "run_all", stopped)
    with pytest.raises(Interrupted, match="the same command goes on"):
        made(tmp_path / "parts")
    assert [path.name for path in (tmp_path / "parts" / "monday").iterdir()] == []
    monkeypatch.undo()
    made(tmp_path / "parts")
    assert files_in(tmp_path / "parts") == files_in(tmp_path / "whole")


def stopped(*_: Any, **__: Any) -> list[Any]:
    """In place of the books, Ctrl-C."""
    raise Interrupted


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class's record and roster, with hand-ins: a key, one of which only the numbers tell whose it is, no book."""
    folder = tmp_path_factory.mktemp("class")
    class_ = made(folder)
    assert class_.solutions is not None
    books = folder / "handed-in"
    books.mkdir()
    shutil.copy(class_.solutions / "Ada.xlsx", books / "Ada.xlsx")
    shutil.copy(class_.solutions / "Bert.xlsx", books / "homework.xlsx")
    shutil.copy(class_.folder / "Cyril.xlsx", books / "Cyril.xlsx")
    (books / "Dora.xlsx").write_text("no book")
    return folder


def marked(handed_in: Path, target: Path, progress: Progress = silent) -> Marked:
    """The marks of the class, one file after the other."""
    target.mkdir(exist_ok=True)
    record = read_record(handed_in / "monday.exercise.json")
    where = target / "marks.csv"
    return mark(handed_in / "handed-in", handed_in / "class.csv", record, where, Options(jobs=1), progress)


def refuse(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a step of marking find the disk full, once."""
    step: Callable[..., None] = getattr(marking, name)

    def full(*_: object) -> None:
        monkeypatch.setattr(marking, name, step)
        raise WriteError("no space left on device")

    monkeypatch.setattr(marking, name, full)


def test_marking_that_was_interrupted_goes_on(
    handed_in: Path, tmp_path: Path, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among files, and after the archive was written but not the tables; without --force, and to the same marks."""
    whole = marked(handed_in, tmp_path / "whole")
    assert [result.status for result in whole.results] == ["marked", "marked", "marked", "unreadable"]
    assert whole.results[1].score == whole.results[0].score > whole.results[2].score == 0
    all_of_them = set(done)
    assert len(all_of_them) == len(done) == 5, "four files to be marked, one whose owner is asked for"
    done.clear()
    with pytest.raises(Interrupted, match=r"2 results in .*marks.csv.journal: the same command goes on"):
        marked(handed_in, tmp_path / "parts", stop_at("2 of"))
    refuse("_write_tables", monkeypatch)
    with pytest.raises(WriteError, match="no space left on device; 5 results in"):
        marked(handed_in, tmp_path / "parts")
    assert (tmp_path / "parts" / "marks-feedback.zip").exists()
    assert set(done) == all_of_them
    assert len(done) == len(all_of_them) + 1, "only that which was at hand is done again"
    done.clear()
    resumed = marked(handed_in, tmp_path / "parts")
    assert done == []
    assert [result.to_dict() for result in resumed.results] == [result.to_dict() for result in whole.results]
    assert files_in(tmp_path / "parts") == files_in(tmp_path / "whole")


def test_marks_of_another_run_are_not_taken_for_interrupted_ones(handed_in: Path, tmp_path: Path) -> None:
    """A journal of another exercise lets nothing be replaced."""
    (tmp_path / "marks.csv").write_text("theirs")
    (tmp_path / "marks.csv.journal").write_bytes(b"xlbp journal 1, 0.0.1, Python 3.10, 00\n")
    with pytest.raises(WriteError, match=r"marks.csv exists"):
        marked(handed_in, tmp_path)
    assert (tmp_path / "marks.csv").read_text() == "theirs"
