"""The picture: nodes and edges with their numbers, lines coloured by sign; matrices where it would be too large."""

from __future__ import annotations

import re

import pytest

from tests.teaching import Expected, cells_of, page_of, shown
from tests.templates import DRAWN, REPRESENTATIVES
from xlbp.workbook.page.page import NOT_AVAILABLE, Page


def network(name: str, **choices: float) -> Page:
    """The page of a shipped template."""
    return page_of(shown(name, 3, **choices), "network")


def below(page: Page, symbol: str) -> list[object]:
    """What stands in the two cells under a node's symbol."""
    cells = cells_of(page)
    [(row, column)] = [place for place, look in page.looks.items() if look == "node" and cells[place] == symbol]
    return [cells.get((row + offset, column)) for offset in (1, 2)]


def beside(page: Page, symbol: str) -> list[object]:
    """What stands in the two cells to the right of an edge's label."""
    cells = cells_of(page)
    [(row, column)] = [place for place, look in page.looks.items() if look == "symbol" and cells[place] == symbol]
    return [cells.get((row, column + offset)) for offset in (1, 2)]


def at(expected: Expected, *names: str, iteration: int = 0) -> list[float]:
    """Quantities of the training."""
    return [float(expected.history[name][iteration]) for name in names]


@pytest.mark.parametrize("iteration", [0, 3])
@pytest.mark.parametrize(
    ("symbol", "names"),
    [("out_h1", ("a1[1]", "dz1[1]")), ("out_h2", ("a1[2]", "dz1[2]")), ("out_o2", ("a2[2]", "dz2[2]"))],
)
def test_a_node_shows_activation_and_delta(symbol: str, names: tuple[str, ...], iteration: int) -> None:
    """Under a unit's symbol stand its activation and the loss's derivative by its pre-activation."""
    expected = shown("mazur", 3, iteration=iteration)
    assert at(expected, *names, iteration=iteration) == below(page_of(expected, "network"), symbol)


@pytest.mark.parametrize(("symbol", "name"), [("w1", "W1[1,1]"), ("w5", "W2[1,1]"), ("w8", "W2[2,2]")])
def test_an_edge_shows_weight_and_gradient(symbol: str, name: str) -> None:
    """Beside a weight's symbol stand its value and its gradient."""
    expected = shown("mazur")
    assert at(expected, name, f"d{name}") == beside(page_of(expected, "network"), symbol)


@pytest.mark.parametrize(("symbol", "value"), [("i1", 0.05), ("i2", 0.1)])
def test_an_input_shows_its_number(symbol: str, value: float) -> None:
    """An input has a value and no derivative."""
    assert value == below(network("mazur"), symbol)[0]


@pytest.mark.parametrize(("symbol", "numbers"), [("a", [5, 7]), ("b", [-6, 7]), ("c", [7, -1]), ("d", [-1, 7])])
def test_a_graph_shows_values_and_derivatives(symbol: str, numbers: list[float]) -> None:
    """Under a node of a graph stand its value and the objective's derivative by it."""
    assert numbers == below(network("into-backprop"), symbol)


@pytest.mark.parametrize(("symbol", "slope"), [("∂d/∂a", 1.0), ("∂d/∂b", 1.0), ("df/dd", 7.0), ("df/dc", -1.0)])
def test_an_edge_of_a_graph_shows_its_local_derivative(symbol: str, slope: float) -> None:
    """An edge is labelled by its local derivative, which at the objective is the whole one."""
    assert slope == beside(network("into-backprop"), symbol)[0]


@pytest.mark.parametrize("sample", [1, 4])
def test_a_batch_shows_the_chosen_sample(sample: int) -> None:
    """The nodes are those of the chosen sample."""
    expected = shown("xor", 3, sample=sample)
    assert at(expected, f"a1[2]@{sample}", f"dz1[2]@{sample}") == below(page_of(expected, "network"), "h2")


@pytest.mark.parametrize("name", DRAWN)
def test_one_line_of_two_is_drawn(name: str) -> None:
    """Of each edge's two lines that of its sign has both ends, the other neither."""
    page = network(name)
    drawn: dict[tuple[int, int], list[bool]] = {}
    tests = re.compile(r"IF\(SIGN\((\w+)\)(>=0|<0),[\d.]+,NA")
    for formula in page.formulas:
        if tests.match(formula.text):
            drawn.setdefault((formula.row, formula.column // 8 * 0), []).append(formula.value is not NOT_AVAILABLE)
    assert drawn
    for ends in drawn.values():
        assert len(ends) % 4 == 0
        for k in range(0, len(ends), 4):
            assert ends[k : k + 4] in ([True, True, False, False], [False, False, True, True])


@pytest.mark.parametrize("name", REPRESENTATIVES)
def test_every_weight_is_in_the_picture(name: str) -> None:
    """Each trained parameter of a network stands in the picture with its gradient; each variable of a graph."""
    expected = shown(name)
    page, contents = page_of(expected, "network"), expected.contents
    formulas = {f.value for f in page.formulas}
    for parameter in contents.template.parameter_order:
        assert set(at(expected, parameter, contents.gradient(parameter))) <= formulas


def grid(page: Page, title: str, rows: int, columns: int) -> list[list[object]]:
    """The numbers under a title of a box."""
    cells = cells_of(page)
    [(row, column)] = [place for place, content in cells.items() if content == title]
    return [[cells.get((row + 1 + down, column + across)) for across in range(columns)] for down in range(rows)]


@pytest.mark.parametrize("iteration", [0, 3])
def test_an_array_has_one_box_with_its_numbers_and_derivatives(iteration: int) -> None:
    """Under an array's formula stand its numbers as a matrix, and under these the derivatives by them."""
    expected = shown("attention-formula", 3, iteration=iteration)
    page = page_of(expected, "network")
    names = [[f"S[{i},{j}]" for j in (1, 2, 3)] for i in (1, 2, 3)]
    assert grid(page, "= Q @ K.T / sqrt(d_k)", 3, 3) == [at(expected, *row, iteration=iteration) for row in names]
    derivatives = [[f"dE/d{name}" for name in row] for row in names]
    assert grid(page, "∂E/∂S", 3, 3) == [at(expected, *row, iteration=iteration) for row in derivatives]


def test_boxes_are_those_of_the_arrays_that_have_names() -> None:
    """Each variable, constant and named step has a box with its shape; arrays in between have none."""
    texts = [content for content in cells_of(network("attention-formula")).values() if isinstance(content, str)]
    titles = (
        "W_Q 3×2",
        "W_K 3×2",
        "X 3×3",
        "W_V 3×3",
        "d_k",
        "t 3×3",
        "Q 3×2",
        "K 3×2",
        "V 3×3",
        "S 3×3",
        "A 3×3",
        "H 3×3",
    )
    assert all(texts.count(title) == 1 for title in (*titles, "E"))
    assert not [text for text in texts if re.match(r"[A-Z]_\d", text)]


def test_only_what_has_derivatives_shows_them() -> None:
    """A constant, and what depends on constants alone, has no derivatives under it."""
    texts = set(cells_of(network("attention-formula")).values())
    assert {"∂E/∂W_Q", "∂E/∂Q", "∂E/∂A"} <= texts
    assert texts.isdisjoint({"∂E/∂X", "∂E/∂V", "∂E/∂t", "∂E/∂E"})
