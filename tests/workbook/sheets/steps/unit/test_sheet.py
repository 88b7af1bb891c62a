"""Step by step of a large network: one unit, with every number it is made from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import MakeBook
from tests.large_networks import NETWORKS, large_network
from tests.teaching import (
    cells_of,
    change,
    laid_out_of,
    page_of,
    reading,
    row_of,
    shown,
    shown_of,
    verified_in_libreoffice,
)
from xlbp.pipeline import verify
from xlbp.template import names
from xlbp.workbook.page.facts import readable
from xlbp.workbook.sheets.steps.steps import is_large
from xlbp.workbook.sheets.steps.unit.units import network_of

SYMBOL, SECOND, THIRD, FOURTH, VALUE, MEAN = range(2, 8)


def page(name: str, **choices: float) -> Any:
    """The step sheet of a large network for some choices."""
    return page_of(shown_of(NETWORKS[name], **choices), "steps")


@pytest.mark.parametrize("name", ["mazur", "xor", "softmax-three-classes", "into-backprop"])
def test_a_small_network_is_shown_whole(name: str) -> None:
    """Up to 80 parameters there is nothing to choose but iteration and sample."""
    expected = shown(name)
    assert (False, set()) == (is_large(expected.contents), {"show_l", "show_u"} & set(page_of(expected, "steps").names))


@pytest.mark.parametrize(("sources", "large"), [(39, False), (40, True)])
def test_where_large_begins(sources: int, large: bool) -> None:
    """80 parameters (two units with 39 weights and a bias each) are the most that are shown at once."""
    text = large_network([sources, 2], ["sigmoid"], "half_squared_error")
    assert large == is_large(laid_out_of(text))


@pytest.mark.slow
def test_the_arithmetic_of_a_hidden_unit() -> None:
    """Unit 5 of layer 1 for sample 3: its terms, its delta, gradients and updates as matrices give them."""
    expected = shown_of(NETWORKS["batch"], iteration=2, sample=3, layer=1, unit=5)
    steps, h = page_of(expected, "steps"), {name: float(values[2]) for name, values in expected.history.items()}
    x = np.array([expected.facts.inputs[f"x[{j}]@3"] for j in range(1, 9)])
    w = np.array([h[f"W1[5,{j}]"] for j in range(1, 9)])
    out = np.array([h[f"W2[{k},5]"] for k in range(1, 7)])
    deltas = np.array([h[f"dz2[{k}]@3"] for k in range(1, 7)])
    z = x @ w + h["b1[5]"]
    delta = (deltas @ out) * (1 - np.tanh(z) ** 2)
    rows = {symbol: row_of(steps, symbol) for symbol in ("z1[5]", "a1[5]", "∂E/∂a1[5]", "∂E/∂z1[5]", "W1[5,8]⁺")}
    found = [reading(steps, row, VALUE)[0] for row in rows.values()]
    wanted = [z, np.tanh(z), deltas @ out, delta, w[7] - 0.3 * h["dW1[5,8]"]]
    assert found == pytest.approx(wanted, rel=1e-12)
    last = row_of(steps, "x8")
    assert reading(steps, last, SECOND, THIRD, FOURTH, VALUE) == ["W1[5,8]", x[7], w[7], pytest.approx(x[7] * w[7])]
    share, mean = reading(steps, row_of(steps, "∂E/∂W1[5,8]"), VALUE, MEAN)
    assert (share, mean) == (pytest.approx(delta * x[7]), pytest.approx(h["dW1[5,8]"]))


@pytest.mark.slow
def test_the_texts_of_an_output_unit() -> None:
    """Symbols and numbers of a softmax unit, its delta from the targets, and the chain rule of a weight."""
    expected = shown_of(NETWORKS["batch"], layer=2, unit=3)
    steps, h = page_of(expected, "steps"), expected.facts
    a, delta, x = (readable(h.value(name)) for name in ("a2[3]@1", "dz2[3]@1", "a1[2]@1"))
    power, powers = (readable(h.value(name)) for name in ("u2[3]@1", "S2@1"))
    assert reading(steps, row_of(steps, "a2[3]"), SECOND, FOURTH) == ["= exp_2[3] / Σexp2", f"= {power} / {powers}"]
    assert reading(steps, row_of(steps, "t3"), SECOND, VALUE) == ["target", 0.0]
    assert reading(steps, row_of(steps, "∂E/∂z2[3]"), SECOND, FOURTH) == [
        "= ∂E/∂lse2 · a2[3] − t3",
        f"= 1.0000 · {a} − 0.0000",
    ]
    chain = ["= ∂E/∂z2[3] · ∂z2[3]/∂W2[3,2]", f"= {delta} · ({x})"]
    assert reading(steps, row_of(steps, "∂E/∂W2[3,2]"), SECOND, FOURTH) == chain


@pytest.mark.slow
@pytest.mark.parametrize(("layer", "texts"), [(1, ("bias", True)), (2, ("bias, not trained", False))])
def test_a_frozen_bias_has_no_gradient(layer: int, texts: tuple[str, bool]) -> None:
    """It stands in the forward pass as what it is, and neither in the gradients nor in the update."""
    steps = page("mixed", layer=layer, unit=2)
    name = "b1" if layer == 1 else "b2[2]"
    shown = set(cells_of(steps).values())
    found = reading(steps, row_of(steps, name), SECOND)[0], {f"∂E/∂{name}", f"{name}⁺"} <= shown
    assert texts == found


@pytest.mark.slow
def test_a_layer_without_bias() -> None:
    """Z is then the sum alone."""
    steps = page("mixed", layer=3, unit=1)
    z = row_of(steps, "z3[1]")
    assert reading(steps, z, SECOND)[0] == "= Σ"
    assert reading(steps, z - 1, SYMBOL, SECOND, VALUE) == ["", "", ""]


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_lines_that_a_unit_has_not_are_blank(name: str) -> None:
    """The layers have lists of different length: below the last weight of each there is nothing, and no error."""
    contents = laid_out_of(NETWORKS[name])
    for number, layer in enumerate(network_of(contents).layers, start=1):
        steps = page(name, layer=number, unit=1)
        weights = [names.weight(number, 1, j) for j in range(1, layer.sources + 1)]
        wanted = [contents.symbol(names.gradient(weight)) for weight in weights]
        bias = row_of(steps, wanted[0]) - 1
        most = max(each.sources for each in network_of(contents).layers)
        found = [reading(steps, row, SYMBOL)[0] for row in range(bias + 1, bias + 1 + most)]
        assert found == wanted + [""] * (most - len(wanted))
        assert None not in {f.value for f in steps.formulas}


@pytest.mark.slow
def test_a_unit_that_the_layer_has_not() -> None:
    """The sheet says so, with the units there are, and every other line is blank."""
    steps = page("batch", layer=2, unit=9)
    said = reading(steps, 6, 4)[0]
    assert said == "Layer 2 has no unit 9: please choose a unit from 1 to 6."
    blank = {f.value for f in steps.formulas if f.row > 8 and f.column <= VALUE and f.text.startswith("IF(")}
    assert blank == {""}


# whole books

CHOSEN = {
    "last layer": ("batch", {"C3": 3, "C4": 2, "C5": 2, "C6": 5}),
    "last unit": ("batch", {"C3": 1, "C4": 4, "C5": 1, "C6": 12}),
    "no such unit": ("batch", {"C5": 2, "C6": 12}),
    "frozen bias": ("mixed", {"C4": 2, "C5": 3}),
    "no bias": ("mixed", {"C3": 2, "C4": 3, "C5": 3}),
    "targets on a sheet of their own": ("data sheet", {"C3": 2, "C4": 9, "C5": 2, "C6": 3}),
    "logits": ("logit", {"C4": 2, "C5": 2, "C6": 2}),
    "samples that stand apart": ("gated", {"C3": 2, "C4": 3, "C5": 1, "C6": 5}),
    "what comes in from there": ("gated", {"C4": 2, "C5": 2}),
    "one layer": ("one layer", {"C4": 1, "C5": 2}),
    "numbered by input": ("by input", {"C4": 2, "C5": 1, "C6": 7}),
}


@pytest.fixture(scope="module")
def book_of(tmp_path_factory: pytest.TempPathFactory, make_book: MakeBook) -> Callable[..., Path]:
    """These books, made when they are first asked for."""
    folder = tmp_path_factory.mktemp("large")

    def book(name: str, language: str = "en") -> Path:
        template = folder / f"{name}.toml"
        template.write_text(NETWORKS[name], "utf-8")
        return make_book(str(template), 3, language=language)

    return book


def with_choice(book: Path, chosen: dict[str, Any], target: Path) -> Path:
    """The book with another layer and unit chosen."""
    return change(book, target, {f"Step by step!{cell}": content for cell, content in chosen.items()})


@pytest.mark.slow
@pytest.mark.parametrize(("name", "chosen"), CHOSEN.values(), ids=CHOSEN)
def test_every_cell_follows_the_choice(
    name: str, chosen: dict[str, Any], book_of: Callable[..., Path], tmp_path: Path
) -> None:
    """After another layer and unit were chosen, each cell shows what NumPy says for them."""
    [report] = verify(with_choice(book_of(name), chosen, tmp_path / "chosen.xlsx"), ("ironcalc",))
    assert (report.ok, report.unchecked, report.mismatches) == (True, 0, [])


IN_LIBREOFFICE = ("last layer", "frozen bias", "targets on a sheet of their own", "logits", "what comes in from there")


@pytest.mark.slow
@pytest.mark.office
def test_every_cell_follows_the_choices_in_libreoffice(book_of: Callable[..., Path], tmp_path: Path) -> None:
    """After a choice in each kind of network, each cell shows what NumPy says for it."""
    chosen = {key: CHOSEN[key] for key in IN_LIBREOFFICE}
    books = [with_choice(book_of(name), at, tmp_path / f"{n}.xlsx") for n, (name, at) in enumerate(chosen.values())]
    verdicts = {key: (r.ok, r.unchecked) for key, r in zip(chosen, verified_in_libreoffice(books), strict=True)}
    assert verdicts == dict.fromkeys(chosen, (True, 0))


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "content"), [("C5", 3), ("C5", 0), ("C6", 13), ("C6", 1.5), ("C6", "1")])
def test_a_choice_that_no_layer_has_is_named(
    cell: str, content: Any, book_of: Callable[..., Path], tmp_path: Path
) -> None:
    """A layer that there is not, and a unit that no layer has, fail the book by that cell."""
    address = f"Step by step!{cell}"
    [report] = verify(change(book_of("batch"), tmp_path / "chosen.xlsx", {address: content}))
    assert (False, 0, [address]) == (report.ok, report.checked, [m.cell for m in report.mismatches])


@pytest.mark.slow
def test_another_language(book_of: Callable[..., Path]) -> None:
    """Titles and words with other marks break no formula."""
    [report] = verify(book_of("mixed", "zh-CN"))
    assert (report.ok, report.unchecked) == (True, 0)
