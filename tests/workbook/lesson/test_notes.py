"""Notes for the teacher: what they hold, and that each number in them is the reference's."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from tests.teaching import Expected, expected_of
from xlbp.expectation.contents import lay_out
from xlbp.reference.train import train
from xlbp.template.load import load_template
from xlbp.workbook.lesson.notes import notes_of
from xlbp.workbook.lesson.numbers import told
from xlbp.workbook.lesson.predictions.choose import predictions
from xlbp.workbook.lesson.record import MEASURES, OWN
from xlbp.workbook.lesson.truths import Truth, truths

KINDS = ("mazur", "into-backprop", "xor", "lstm", "cnn", "self-attention", "batch-norm", "dead-relu", "two-moons")
ITERATIONS = 3


@cache
def book_of(name: str, language: str = "en") -> Expected:
    """A template's book of a few iterations."""
    return expected_of(lay_out(load_template(name, (f"training.iterations={ITERATIONS}",)), language))


@cache
def truths_of(name: str) -> dict[str, Truth]:
    """What its teacher is told that students get wrong, by key."""
    expected = book_of(name)
    return {truth.key: truth for truth in truths(expected.contents, expected.facts)}


def notes_on(name: str, language: str = "en") -> str:
    """The page."""
    expected = book_of(name, language)
    return notes_of(expected.contents, expected.facts, expected.pages, name)


@pytest.mark.parametrize("name", KINDS)
def test_every_number_of_a_truth_is_the_references(name: str) -> None:
    """NumPy's own training has each number that is quoted, and no other decimals stand there."""
    template = load_template(name, (f"training.iterations={ITERATIONS}",))
    history, inputs = train(template), template.inputs()
    for truth in truths_of(name).values():
        for claim in truth.claims:
            assert claim.trial == OWN
            values = np.array([history[q][claim.iteration] if q in history else inputs[q] for q in claim.quantities])
            assert claim.shown == told(MEASURES[claim.measure](values)), (truth.key, claim)
            assert claim.shown in truth.text
        shown = " ".join(claim.shown for claim in truth.claims)
        assert all(number in shown for number in re.findall(r"\d+\.\d+(?:E[+−]\d+)?", truth.text)), truth.text


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("mazur", {"sign", "slope", "old_weights", "paths", "bias", "half"}),
        ("into-backprop", {"sign", "local"}),
        ("xor", {"sign", "slope", "mean", "entropy"}),
        ("lstm", {"sign", "paths", "half", "through_time"}),
        ("cnn", {"kernel", "winner", "half"}),
        ("self-attention", {"rows", "paths"}),
        ("batch-norm", {"mean", "statistics"}),
        ("dead-relu", {"asleep", "mean"}),
        ("two-moons", {"step", "unseen", "entropy"}),
    ],
)
def test_mistakes_suit_the_book(name: str, keys: set[str]) -> None:
    """Each is told where the book has it; softmax rows without an attention, or steps without a recurrence, are not."""
    found = set(truths_of(name))
    assert keys <= found
    of_kind = {"lstm": "through_time", "cnn": "kernel", "self-attention": "rows", "batch-norm": "statistics"}
    assert not {key for other, key in of_kind.items() if other != name} & found


@pytest.mark.slow
def test_the_half_is_told_where_nothing_else_comes_back() -> None:
    """Of two steps of an LSTM the first output's derivative has a part from the second step: the last one is told."""
    truth = truths_of("lstm")["half"]
    output, target, gradient = (claim.quantities[-1] for claim in truth.claims)
    history = book_of("lstm").history
    assert history[gradient][0] == pytest.approx(history[output][0] - book_of("lstm").facts.own[target])
    assert output.startswith("a1[2")


def test_the_page_has_all_parts_with_the_answers() -> None:
    """Aim, a plan of 45 minutes, a stop for each sheet, each question with its answer, the commands for homework."""
    page = notes_on("mazur")
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == [
        *("Aim", "Time plan: 45 minutes", "The path, and what to say", "The questions with their answers"),
        *("What students usually get wrong", "Homework"),
    ]
    assert sum(int(minutes) for minutes in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)) == 45
    assert "∂E\\_total/∂w5 = 0.0822" in page
    expected = book_of("mazur")
    assert page.count("**Answer:**") == len(predictions(expected.contents, expected.facts)) >= 5
    assert "xlbp exercise mazur --blank backward --solution\n" in page
    for title in ("Network", "Step by step", "Training", "Charts"):
        assert f"**{title}** (`{title}!" in page


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-CN", "zh-TW"])
def test_it_is_in_the_language_of_the_book(language: str) -> None:
    """No English word is left but symbols, sheets' cells, functions and commands."""
    page = notes_on("xor", language)
    outside = re.sub(r"```.*?```|`[^`]*`", "", page, flags=re.DOTALL)
    words = set(re.findall(r"(?<![-\w])[A-Za-z]{5,}(?![-\w])", outside))
    assert words <= {"Training", "sigmoid", "class", "Wikipedia", "PyTorch", "NumPy"}, words


def test_markdown_takes_no_symbol_for_emphasis() -> None:
    """Underscores and stars of symbols are escaped: E_total and a_1 stay as they are."""
    page = notes_on("mazur")
    prose = re.sub(r"`[^`]*`", "", page)
    assert not re.search(r"(?<!\\)_", prose)
