"""The commands exercise and mark, as a teacher types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.classes import roster
from xlbp.cli import cli
from xlbp.errors import UsageError, WriteError

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, or many processes


def run(*arguments: str | Path | int) -> Result:
    """The command; errors of xlbp come through."""
    return CliRunner().invoke(cli, [str(a) for a in arguments], catch_exceptions=False, standalone_mode=False)


def told(*arguments: str | Path) -> dict[str, object]:
    """What the command says to a program."""
    found: dict[str, object] = json.loads(run(*arguments, "--json").output)
    return found


def test_a_book_and_its_key(tmp_path: Path) -> None:
    """Two files, and how many cells there are to fill in."""
    found = told("exercise", "mazur", "--blank", "update", "--solution", "-o", tmp_path / "b.xlsx", "--lang", "en")
    assert found == {"path": str(tmp_path / "b.xlsx"), "solution": str(tmp_path / "b-solution.xlsx"), "blanks": 16}
    assert (tmp_path / "b-solution.xlsx").exists()


def test_a_class_from_handing_out_to_marks(tmp_path: Path) -> None:
    """Empty books handed in are all empty; one is missing; the record is found beside the roster."""
    people = roster(tmp_path / "class.csv", "Ann Lee", "Bob Ray", "../Eve")
    made = told(
        "exercise", "into-backprop", "--blank", "gradients", "--roster", people, "-o", tmp_path / "out", "--jobs", 1
    )
    books = made["books"]
    assert isinstance(books, list)
    assert {Path(b).parent for b in books} == {tmp_path / "out"}
    Path(books[1]).unlink()
    found = told("mark", tmp_path / "out", "--roster", people, "-o", tmp_path / "m.csv", "--jobs", 1, "--no-feedback")
    results = found["results"]
    assert isinstance(results, list)
    assert [r["status"] for r in results] == ["marked", "missing", "marked"]
    assert {c["status"] for r in results for c in r["cells"]} == {"empty"}
    assert found["feedback"] is None


def test_the_same_seed_gives_the_same_class(tmp_path: Path) -> None:
    """And the record names seed, template and blanks."""
    people = roster(tmp_path / "class.csv", "Ann Lee")
    for name in ("a", "b"):
        told("exercise", "mazur", "--blank", "update", "--roster", people, "--seed", 9, "-o", tmp_path / name)
    first, second = ((tmp_path / f"{name}.exercise.json").read_text("utf-8") for name in ("a", "b"))
    assert first == second
    record = json.loads(first)
    assert (record["seed"], record["template"], record["blank"]) == (9, "mazur", "update")


def test_old_books_are_not_handed_out_with_new_ones(tmp_path: Path) -> None:
    """A folder that holds something is refused."""
    people = roster(tmp_path / "class.csv", "Ann Lee")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.xlsx").write_text("x")
    with pytest.raises(WriteError, match="not empty"):
        run("exercise", "mazur", "--blank", "update", "--roster", people, "-o", tmp_path / "out")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--template", "mazur"), "--template goes with --blank"),
        (("--seed", "1"), "go with --template"),
        (("--exercise", "none.json"), "can't read the record"),
        ((), "no record of an exercise was found"),
        (("--template", "mazur", "--blank", "gradients", "--jobs", "0"), "--jobs 0"),
    ],
)
def test_what_mark_cannot_know_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    """One sentence, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    people = roster(tmp_path / "class.csv", "Ann Lee")
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError) as error:
        run("mark", tmp_path / "in", "--roster", people, "-o", tmp_path / "m.csv", *options)
    assert words in error.value.at_the_command_line
    assert not (tmp_path / "m.csv").exists()


def test_old_marks_stay(tmp_path: Path) -> None:
    """Nothing is replaced without --force."""
    people = roster(tmp_path / "class.csv", "Ann Lee")
    (tmp_path / "in").mkdir()
    (tmp_path / "m.csv").write_text("old")
    with pytest.raises(WriteError, match="force=True"):
        run(
            "mark",
            tmp_path / "in",
            "--roster",
            people,
            "-o",
            tmp_path / "m.csv",
            "--template",
            "mazur",
            "--blank",
            "update",
        )
    assert (tmp_path / "m.csv").read_text() == "old"


def test_books_marked_by_the_wrong_numbers_are_told(tmp_path: Path) -> None:
    """Marked without the seed that they were made with, their numbers look changed: that is said."""
    roster = tmp_path / "class.csv"
    roster.write_text("name\nAnna\nBob\n", "utf-8")
    books = tmp_path / "books"
    run("exercise", "mazur", "--blank", "gradients", "--roster", roster, "--seed", 7, "-o", books)
    common = ("mark", books, "--roster", roster, "--template", "mazur", "--blank", "gradients", "--no-feedback")
    wrong = run(*common, "-o", tmp_path / "wrong.csv").output
    right = run(*common, "--seed", 7, "-o", tmp_path / "right.csv").output
    assert "2 of 2 books have other given numbers" in wrong
    assert "other given numbers" not in right
