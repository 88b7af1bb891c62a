"""Trainings that rounding noise drives: found by the size of a cell's own terms, told, and not called damage."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from xlbp.cli import cli
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import Trained, train_run
from xlbp.pipeline import compare, generate, verify
from xlbp.template.load import load_template
from xlbp.workbook.page.page import Page

pytestmark = pytest.mark.slow  # whole books, or many processes

ONE_LAYER = """
[network]
loss = "mse"
[[network.layers]]
units = 2
activation = "tanh"
weights = [[0.7], [-0.4]]
bias = 0
[[network.layers]]
units = 1
weights = [[0.3, 0.9]]
bias = 7
[data]
inputs = [[-2], [-1], [0], [1], [2]]
targets = [[3], [5], [7], [9], [11]]
[training]
iterations = 12
learning_rate = 0.05
optimizer = "adam"
"""
BY_OWN_SIZE = ("adagrad", "rmsprop", "adam", "adamw", "nadam", "lion")
PLAIN = ("sgd", "momentum", "nesterov")


@pytest.fixture(scope="module")
def balanced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template whose data lie evenly about zero: the biases' gradients are 0 but for roundings."""
    path = tmp_path_factory.mktemp("noise") / "balanced.toml"
    path.write_text(ONE_LAYER, "utf-8")
    return path


@pytest.fixture(scope="module")
def book(balanced: Path) -> Path:
    """The book of it."""
    path = balanced.with_suffix(".xlsx")
    generate(str(balanced), path)
    return path


def expected(template: Path | str, overrides: Sequence[str] = ()) -> Trained:
    """What a template's training sheet must show."""
    return train_run(lay_out(load_template(str(template), tuple(overrides)), "en"))


@pytest.mark.parametrize("optimizer", BY_OWN_SIZE)
def test_noise_is_found_where_an_optimizer_divides_it_by_its_own_size(balanced: Path, optimizer: str) -> None:
    """The parameter and the first iteration are named; without noise the biases never move."""
    noise = expected(balanced, [f"training.optimizer={optimizer}", "training.iterations=30"]).noise
    assert noise is not None
    assert noise.iteration <= noise.visible <= 5
    assert all(name.startswith("b") for name in noise.parameters)
    if optimizer != "adamw":  # whose weight decay moves a bias that is not 0
        assert [set(noise.without[name]) for name in ("b1[1]", "b1[2]", "b2[1]")] == [{0.0}, {0.0}, {7.0}]


@pytest.mark.parametrize("optimizer", PLAIN)
def test_an_optimizer_that_steps_by_the_gradient_follows_no_noise(balanced: Path, optimizer: str) -> None:
    """A step of 2.8e-17 moves nothing."""
    assert expected(balanced, [f"training.optimizer={optimizer}"]).noise is None


@pytest.mark.parametrize("name", ["mazur", "uneven-slopes-adam", "fastai-line-adam"])
def test_ordinary_trainings_have_no_noise(name: str) -> None:
    """Gradients that are small are none the less gradients."""
    assert expected(name).noise is None


def test_a_gradient_whose_terms_are_all_0_is_no_noise(tmp_path: Path) -> None:
    """A dead unit has the gradient 0 in every program."""
    path = tmp_path / "dead.toml"
    path.write_text(ONE_LAYER.replace("tanh", "relu").replace("[[0.7], [-0.4]]", "[[0], [0]]\nbias_trainable = false"))
    noise = expected(path).noise
    assert noise is None or not any(name.startswith("W1") for name in noise.parameters)


def test_a_variable_of_a_formula_may_follow_noise(tmp_path: Path) -> None:
    """The kind is known by the size of a cell's terms, not by the network around it."""
    path = tmp_path / "formula.toml"
    path.write_text(
        "[expression]\nvariables = { w = 1, b = 0.0 }\n"
        'steps = ["p = w + b", "q = 0.1 * p", "r = 0.2 * p", "s = 0.3 * p", "f = (q + r - s) ** 2 + w ** 2"]\n'
        '[training]\niterations = 10\nlearning_rate = 0.1\noptimizer = "adam"\n'
    )
    noise = expected(path).noise
    assert noise is not None
    assert noise.parameters == ("b",)


def test_the_command_says_so_in_a_line_and_to_programs(balanced: Path, tmp_path: Path) -> None:
    """The symbol, the iteration and the optimizer on stderr; the same with --json."""
    runner = CliRunner()
    made = runner.invoke(cli, ["generate", str(balanced), "-o", str(tmp_path / "b.xlsx"), "--json"])
    noise = json.loads(made.stdout)["noise"]
    assert (made.exit_code, noise["optimizer"], noise["iteration"]) == (0, "adam", 0)
    (line,) = [line for line in made.stderr.splitlines() if "rounding noise" in line]
    assert f"the gradient of {noise['parameters'][0]} " in line


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Rounding noise"), ("zh-CN", "舍入误差"), ("zh-TW", "捨入誤差")]
)
def test_start_says_so(balanced: Path, tmp_path: Path, language: str, words: str) -> None:
    """A line on Start, in the reader's language; and the badge counts only the columns that must agree."""
    path = tmp_path / "b.xlsx"
    generate(str(balanced), path, language=language, check_it=False)
    start = load_workbook(path, data_only=True).worksheets[0]
    texts = [str(cell.value) for row in start["B1:C20"] for cell in row if cell.value]
    assert any(text.startswith(words) for text in texts)


@pytest.mark.office
def test_a_program_that_rounds_otherwise_is_not_called_wrong(book: Path) -> None:
    """LibreOffice and Gnumeric agree in what does not follow from noise; the rest is unchecked, and said to be."""
    reports = verify(book, ("libreoffice", "gnumeric"))
    for report in reports:
        assert report.ok, report.mismatches[:3]
        assert report.checked > 1000
    assert any("rounding noise" in reason for report in reports for reason in report.unchecked_reasons)


def _damaged(book: Path, path: Path, cell: str, formula: str) -> Path:
    workbook = load_workbook(book)
    workbook["Training"][cell] = formula
    workbook.save(path)
    return path


@pytest.mark.parametrize("iteration", [0, 3, 9])
def test_a_wrong_formula_among_driven_cells_is_found(
    book: Path, balanced: Path, tmp_path: Path, iteration: int
) -> None:
    """By its text, and by IronCalc, which repeats every rounding and so has no excuse."""
    contents = expected(balanced).contents
    column = contents.layout.columns["z1[1]@2"]
    cell = load_workbook(book)["Training"].cell(contents.layout.row_of(iteration), column)
    (report,) = verify(_damaged(book, tmp_path / "damaged.xlsx", cell.coordinate, f"{cell.value}+0.01"))
    assert [mismatch.cell for mismatch in report.formulas_changed] == [f"Training!{cell.coordinate}"]
    assert f"Training!{cell.coordinate}" in {mismatch.cell for mismatch in report.mismatches}


def test_a_comparison_names_the_runs_that_follow_noise(balanced: Path, tmp_path: Path) -> None:
    """Only the run with the optimizer that divides is named."""
    made = compare(str(balanced), {"training.optimizer": ["sgd", "adam"]}, tmp_path / "runs.xlsx")
    assert [run.noise is None for run in made.runs] == [True, False]


@pytest.mark.office
def test_a_comparison_agrees_in_a_program_that_rounds_otherwise(balanced: Path, tmp_path: Path) -> None:
    """Every sheet of it, the losses and the front sheet too."""
    path = tmp_path / "runs.xlsx"
    compare(str(balanced), {"training.optimizer": ["sgd", "adam", "lion"]}, path, check_it=False)
    for report in verify(path, ("libreoffice", "gnumeric")):
        assert report.ok, report.mismatches[:3]


def test_a_page_notes_what_its_formulas_are_without_noise() -> None:
    """Only a formula whose value is another one is in doubt."""
    from xlbp.workbook.page.page import follow_noise

    pages = [Page("P") for _ in range(3)]
    for page, value in zip(pages, (1.0, 1.0, 2.0), strict=True):
        page.live(1, 1, "A9", value)
        page.live(2, 1, "B9", 5.0)
    follow_noise(*([page] for page in pages))
    assert [(f.in_doubt, f.without_noise) for f in pages[0].formulas] == [(True, 1.0), (False, None)]


BALANCED_LINE = "x,y\n1,3\n2,5\n3,7\n4,9\n5,11\n"
BALANCED = {
    "a line": BALANCED_LINE,
    "a parabola": "x,y\n" + "".join(f"{x},{x * x}\n" for x in range(-3, 4)),
    "a cube": "x,y\n" + "".join(f"{x},{x**3}\n" for x in range(-3, 4)),
    "two classes": "x,kind\n" + "".join(f"{x},{'a' if x < 0 else 'b'}\n" for x in (-3, -2, -1, 1, 2, 3)),
}


def _new(folder: Path, data: str, *options: str) -> Path:
    (folder / "data.csv").write_text(data, "utf-8")
    template = folder / "data.toml"
    arguments = ["new", "--from-csv", str(folder / "data.csv"), "-o", str(template), *options]
    CliRunner().invoke(cli, arguments, catch_exceptions=False, standalone_mode=False)
    return template


@pytest.mark.parametrize("optimizer", ["adam", "lion"])
@pytest.mark.parametrize("data", BALANCED.values(), ids=BALANCED)
def test_new_never_proposes_such_a_start(data: str, optimizer: str, tmp_path: Path) -> None:
    """Data that lie evenly about their mean make a template that no noise drives."""
    template = _new(tmp_path, data, f"--optimizer={optimizer}", "--iterations=40")
    assert expected(template).noise is None


def test_a_balanced_line_is_trained_as_exact_arithmetic_trains_it(tmp_path: Path) -> None:
    """The losses are those of 50 digits; the biases, whose gradients are 0 there, stay."""
    history = expected(_new(tmp_path, BALANCED_LINE)).history
    assert history["E"][[5, 10]] == pytest.approx([5.4062474162484, 2.2861060921965], rel=1e-12)


@pytest.mark.office
def test_all_programs_agree_on_what_new_proposes(tmp_path: Path) -> None:
    """IronCalc, LibreOffice and Gnumeric, in every cell."""
    book = tmp_path / "line.xlsx"
    generate(str(_new(tmp_path, BALANCED_LINE, "--iterations=60")), book, check_it=False)
    for report in verify(book, ("ironcalc", "libreoffice", "gnumeric")):
        assert (report.ok, report.unchecked) == (True, 0), report.mismatches[:3]


def test_a_mean_far_from_zero_is_the_start_of_the_last_layer(tmp_path: Path) -> None:
    """Of targets that reach some units to either side, such as seconds, the bias tells more than three digits."""
    rows = "".join(f"{x},{2345 + x * 7 % 12}\n" for x in range(12))
    template = load_template(str(_new(tmp_path, f"x,y\n{rows}")), ())
    bias = template.inputs()["b2[1]"]
    assert abs(bias - (2345 + 5.5)) < 1
    assert np.isfinite(bias)


def test_a_gradient_that_happens_to_be_0_may_be_noise_elsewhere(tmp_path: Path) -> None:
    """The bias is the mean of targets of 1.7e9, so its gradient cancels to 0 here; other roundings leave something."""
    path = tmp_path / "far.toml"
    rows = [f"[{1712345678 + x * 7 % 12}]" for x in range(12)]
    path.write_text(
        '[network]\nloss = "mse"\n[[network.layers]]\nunits = 4\nactivation = "tanh"\nbias = 0\n'
        'weights = { init = "xavier_normal", seed = 1 }\n'
        "[[network.layers]]\nunits = 1\nbias = [1712345683.5]\n"
        'weights = { init = "xavier_normal", seed = 1 }\n'
        f'[data]\nscale = "standard"\ninputs = {[[x] for x in range(12)]}\ntargets = [{", ".join(rows)}]\n'
        '[training]\niterations = 10\nlearning_rate = 0.05\noptimizer = "adam"\n',
        "utf-8",
    )
    run = expected(path)
    assert run.history["db2[1]"][0] == 0
    assert run.noise is not None
    assert (run.noise.parameters, run.noise.iteration) == (("b2[1]",), 0)


def test_new_scales_targets_that_are_far_from_zero_beside_how_they_vary(tmp_path: Path) -> None:
    """Then no digits are lost, and the optimizer asked for stays."""
    rows = "".join(f"{x},{1712345678 + x * 7 % 12}\n" for x in range(12))
    template = load_template(str(_new(tmp_path, f"x,y\n{rows}")), ())
    assert (template.model.data.scale_targets, template.training.optimizer) == ("standard", "adam")
