"""Several trainings in one book: what is shared, what is a run's own, and what their sheets are called."""

from __future__ import annotations

import re

import pytest

from xlbp.lang import LANGUAGES, load_texts
from xlbp.model.compile import compile_template
from xlbp.template.vary import Run, load_runs, parse_vary
from xlbp.workbook.book import names_of_book
from xlbp.workbook.layout.book_layout import book_of_several
from xlbp.workbook.layout.layout import SHARED
from xlbp.workbook.layout.runs import LONGEST_TITLE, Comparison, lay_out_runs, shared_names, sheet_title
from xlbp.workbook.page.page import Page

pytestmark = pytest.mark.slow  # whole books, or many processes

ADAM = 'training.optimizer={name="adam",beta1=0.8},{name="adam",beta1=0.9}'
REQUESTS = [
    ("mazur", "training.learning_rate=0.1,1"),
    ("xor", "training.optimizer=sgd,momentum,adam"),
    ("xor", "training.batch_size=all,1"),
    ("xor", "network.layers.1.weights.init=zeros,normal"),
    ("iris", "training.shuffle={seed=1},{seed=2}"),
    ("softmax-three-classes", "training.learning_rate=0.1,1"),
    ("into-backprop", "training.learning_rate=0.1,1"),
]


def compared(name: str, *vary: str, language: str = "en") -> Comparison:
    """The comparison of a shipped template, two rows each."""
    runs = load_runs(name, [parse_vary(text) for text in vary], ("training.iterations=1",))
    return lay_out_runs(runs, [compile_template(run.template) for run in runs], load_texts(language))


def own(comparison: Comparison, run: int) -> list[str]:
    """What stands on a run's own panel."""
    panel = comparison.contents[run].layout.panel
    return [name for name, place in panel.items() if place.sheet == "training"]


@pytest.mark.parametrize(
    ("name", "vary", "expected"),
    [
        ("mazur", "training.learning_rate=0.1,1", ["eta"]),
        ("xor", ADAM, ["$beta1"]),
        ("xor", "training.optimizer=sgd,momentum", []),
        ("mazur", "network.layers.1.weights=[[1,2],[3,4]],[[1,2],[3,5]]", []),
        ("mazur", "data.inputs=[[0.05,0.1]],[[0.05,0.2]]", ["x[1]", "x[2]"]),
    ],
)
def test_what_differs_stands_on_the_runs_own_panel(name: str, vary: str, expected: list[str]) -> None:
    """A setting, or the inputs as a whole, that has another number in one of the runs is each run's own."""
    assert expected == own(compared(name, vary), 0)


def test_a_setting_that_only_some_runs_have_is_their_own() -> None:
    """Momentum has a cell where there is momentum, and the learning rate that all have is shared."""
    comparison = compared("xor", "training.optimizer=sgd,momentum,adam")
    assert [own(comparison, n) for n in range(3)] == [[], ["$momentum"], ["$beta1", "$beta2", "$eps"]]
    assert comparison.shared["eta"].defined == "eta"


def test_a_layers_matrix_is_shared_or_not_as_a_whole() -> None:
    """One weight that differs makes the whole matrix of its layer the run's own; the other layer's stays shared."""
    comparison = compared("mazur", "network.layers.1.weights=[[1,2],[3,4]],[[1,2],[3,5]]")
    names = [name for name in comparison.shared if name.startswith("W")]
    assert [f"W2[{i},{j}]" for i in (1, 2) for j in (1, 2)] == names


@pytest.mark.parametrize(("name", "vary"), REQUESTS)
def test_every_input_has_one_cell(name: str, vary: str) -> None:
    """Each run knows where each of its inputs stands; what is shared stands in the same cell for all, and once."""
    comparison = compared(name, vary)
    for contents in comparison.contents:
        initial = set(contents.template.model.parameters())
        assert set(contents.template.inputs()) - initial <= set(contents.layout.panel)
        shared = {n: place for n, place in contents.layout.panel.items() if place.sheet == SHARED}
        assert shared == {n: comparison.shared[n] for n in shared}
        cells = [(place.sheet, place.address) for place in contents.layout.panel.values()]
        assert len(cells) == len(set(cells))
    assert set(shared_names([c.template for c in comparison.contents])) == set(comparison.shared)


@pytest.mark.parametrize(("name", "vary"), REQUESTS)
def test_defined_names_are_unique(name: str, vary: str) -> None:
    """No two cells of the book have one name, whatever its case."""
    comparison = compared(name, vary)
    places = [(place.defined, "", place) for place in comparison.shared.values()]
    for contents in comparison.contents:
        panel = contents.layout.panel.values()
        places += [(p.defined, contents.title, p) for p in panel if p.sheet == "training" and p.defined]
    names = names_of_book(book_of_several(comparison), [Page(comparison.front)])  # with the front sheet's own
    assert len(places) + 1 == len(names) == len({name.lower() for name, *_ in places}) + 1


@pytest.mark.parametrize(("name", "vary"), REQUESTS)
def test_rows_have_the_same_number_on_every_sheet(name: str, vary: str) -> None:
    """Iteration t stands in the same row of all runs, so that the losses can be put side by side."""
    assert len({contents.layout.first_row for contents in compared(name, vary).contents}) == 1


@pytest.mark.parametrize(
    ("vary", "expected"),
    [
        (("training.learning_rate=0.1,1",), ["Data"]),
        (("training.batch_size=12,30",), ["Data"]),
        (("training.shuffle=true,false",), ["Data"]),
        (("training.shuffle={seed=1},{seed=2}",), ["Data 1", "Data 2"]),
        (("data.scale=none,standard", "training.learning_rate=0.1,1"), ["Data 1", "Data 2"]),
    ],
)
def test_runs_with_the_same_samples_have_one_data_sheet(vary: tuple[str, ...], expected: list[str]) -> None:
    """Another order or another scale needs a table of its own; another batch size does not."""
    assert expected == list(compared("iris", *vary).data_sheets)


def test_the_data_sheet_holds_the_longest_order() -> None:
    """Batches of 30 draw more samples than batches of 12, and the first draws are the same."""
    comparison = compared("iris", "training.batch_size=12,30")
    assert comparison.data_sheets["Data"] is comparison.contents[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "vary",
    [
        'training.schedule={name="step",every=200,factor=0.5},{name="exponential",factor=0.99}',
        "network.layers.1.weights=[[1,2],[3,4]],[[1,2],[3,5]]",
        "template.title='a/b:c?*[d]',\"it''s = {x} 100% \"",
    ],
)
def test_sheet_titles_are_legal(vary: str, language: str) -> None:
    """At most 31 characters, none that a sheet's name or a formula can't hold, and no two alike."""
    titles = [contents.title for contents in compared("xor", vary, language=language).contents]
    assert len({title.lower() for title in titles}) == len(titles)
    assert [t for t in titles if len(t) > LONGEST_TITLE or re.search(r"[\[\]:*?/\\{}%'\"]", t)] == []


def test_a_sheet_is_called_by_what_varies() -> None:
    """The run's number, and what sets it apart."""
    runs: tuple[Run, ...] = load_runs("xor", [parse_vary(ADAM), parse_vary("training.learning_rate=0.1,1")])
    expected = ["1 adam beta1=0.8 η=0.1", "2 adam beta1=0.8 η=1", "3 adam beta1=0.9 η=0.1", "4 adam beta1=0.9 η=1"]
    assert expected == [sheet_title(run) for run in runs]
