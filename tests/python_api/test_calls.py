"""How the verbs may be called: what stands for a template, keywords, old calls, and what is refused."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xlbp
from xlbp.errors import option, verb, worded
from xlbp.template.load import shipped
from xlbp.template.sources import overrides_of, toml_of
from xlbp.verbs.arguments import OR_NONE

pytestmark = pytest.mark.whole_pictures  # other processes make and verify whole books

PACKAGE = Path(xlbp.__file__).parent
TABLES: dict[str, Any] = {
    "template": {"title": "A line"},
    "network": {"loss": "mse", "layers": [{"units": 1, "weights": [[0.5]], "bias": 0.1}]},
    "data": {"inputs": [[1.0], [2.0]], "targets": [[3.0], [5.0]]},
    "training": {"iterations": 3, "learning_rate": 0.1},
}
TEXT = toml_of(TABLES)


def sources(tmp_path: Path) -> list[Any]:
    """One template in every form."""
    path = tmp_path / "line.toml"
    path.write_text(TEXT, "utf-8")
    arrays = {**TABLES, "data": {"inputs": np.array([[1], [2]]), "targets": pd.DataFrame({"t": [3.0, 5.0]})}}
    return [path, str(path), TEXT, TABLES, arrays, xlbp.load_template(TEXT)]


def test_a_template_may_be_given_in_any_form(tmp_path: Path) -> None:
    """A path, its text, TOML, a dict, one with arrays, a loaded template: the training is the same."""
    traces = [xlbp.trace(source, overrides={"training.learning_rate": 0.2}).rows for source in sources(tmp_path)]
    assert all(np.array_equal(each, traces[0]) for each in traces)


@pytest.mark.slow
def test_every_verb_takes_any_form(tmp_path: Path) -> None:
    """generate, compare, verify, explain, exercise as well; the book of a dict verifies by itself."""
    for number, source in enumerate(sources(tmp_path)[3:]):
        book = tmp_path / f"{number}.xlsx"
        assert xlbp.generate(source, book).ok
        assert xlbp.verify(book, "ironcalc", template=source)[0].ok
        assert xlbp.explain(source, "dW1[1,1]").value == xlbp.trace(source)["dW1[1,1]"][0]
    vary = {"training.optimizer": ["sgd", {"name": "adam", "beta1": 0.8}]}
    assert len(xlbp.compare(TABLES, vary, tmp_path / "c.xlsx", verify=False).runs) == 2
    assert xlbp.exercise(TABLES, "gradients", tmp_path / "e.xlsx").blanks > 0


@pytest.mark.parametrize("name", ["mazur", "xor", "lstm", "transformer-block", "into-backprop", "attention-formula"])
def test_a_template_as_a_dict_is_the_same_template(name: str) -> None:
    """Read as TOML's tables, and written again: nothing is lost but comments."""
    tomllib = pytest.importorskip("tomllib")
    tables = tomllib.loads(shipped()[name].read_text("utf-8"))
    assert tomllib.loads(toml_of(tables)) == tables
    assert np.array_equal(xlbp.trace(tables, iterations=1).rows, xlbp.trace(name, iterations=1).rows)


def test_overrides_as_a_mapping() -> None:
    """By dotted keys, or nested, which leaves the rest of that table; the command line's texts still do."""
    expected = ("training.learning_rate=0.1", 'training.optimizer="adam"', "training.iterations=5")
    flat = {"training.learning_rate": np.float64(0.1), "training.optimizer": "adam"}
    assert overrides_of(flat, 5) == expected
    assert overrides_of({"training": {"learning_rate": 0.1, "optimizer": "adam"}}, np.int64(5)) == expected
    assert overrides_of(["training.learning_rate=0.1"]) == ("training.learning_rate=0.1",)
    assert xlbp.load_template("mazur", overrides={"training": {"learning_rate": 0.1}}).training.iterations > 1


@pytest.mark.slow
def test_a_single_engine_is_one_engine(mazur: Path) -> None:
    """A text names one; a list several; None what the book has."""
    assert [report.engine for report in xlbp.verify(mazur, engines="saved")] == ["saved"]
    assert [report.engine for report in xlbp.verify(mazur, ["saved", "ironcalc"])] == ["saved", "ironcalc"]
    assert [report.engine for report in xlbp.verify(mazur, None)] == ["ironcalc", "saved"]


NO_PATHS: list[Any] = [5, 2.5, True, b"x.toml", [], ["Ann"], {"a": 1}, object(), np.zeros((2, 2)), ()]
NO_TEXTS: list[Any] = [5, 2.5, b"x", ["Ann"], {"a": 1}, object(), np.zeros((2, 2))]
NO_NUMBERS: list[Any] = ["a", b"x", [], {"a": 1}, object(), np.zeros((2, 2))]
NO_SETTINGS: list[Any] = [5, 2.5, b"x", object(), True, np.zeros((2, 2))]
NO_SWITCHES: list[Any] = ["no", 2.5, [], object(), np.zeros((2, 2))]
WRONG: dict[str, tuple[list[Any], str]] = {  # by annotation: values of a wrong kind, and what is said of them
    "Path | str": (NO_PATHS, "give the path of a file"),
    "Path | str | Sequence[Path | str]": ([5, [5], object(), b"x"], "give a path, or a list of paths"),
    "str": (NO_TEXTS, "give a text"),
    "str | Sequence[str]": ([5, [5], {"a": 1}, object(), np.zeros(2)], "give a text, or a list of texts"),
    "bool": (NO_SWITCHES, "give True or False"),
    "float": (NO_NUMBERS, "give a number"),
    "int | Sequence[int]": (["a", ["a"], object()], "give a whole number, or a list of whole numbers"),
    "Sequence[int]": ([8, "8x8", ["a"], object()], r"give a list of whole numbers, as \(8, 8\)"),
    "bool | Progress": (NO_SWITCHES, "give True, False or a function"),
    "Overrides": (NO_SETTINGS, "give a dict of keys of the template, as"),
    "Mapping[str, Sequence[object]] | Sequence[str]": (NO_SETTINGS, "give a dict of keys of the template with their"),
    "Mapping[str, Any]": ([5, "cosine", object()], "give a dict of keys of the template, as"),
    "Mapping[str, float]": ([5, "gradients=2", object(), []], "give a dict of names with numbers, as"),
    "Mapping[str, float] | Path | str": ([5, [], object()], r"give a dict .* or the path of a file"),
    "Path | str | Mapping[str, Any]": ([5, [], object(), None], "give a path, or a dict of names to arrays"),
}
READ_BY_THE_VERB = ("int", "int | str", "Source", "Numbers", "Any")  # whole numbers, templates, data
VERBS = [name for name in xlbp.__all__ if inspect.isfunction(getattr(xlbp, name))]
ARGUMENTS = [  # every verb with each of its arguments whose kind is told by its annotation
    (name, parameter, str(parameter.annotation).removesuffix(OR_NONE))
    for name in VERBS
    for parameter in inspect.signature(getattr(xlbp, name)).parameters.values()
    if str(parameter.annotation).removesuffix(OR_NONE) not in READ_BY_THE_VERB
]


@pytest.mark.parametrize(("name", "parameter", "annotation"), ARGUMENTS, ids=lambda part: getattr(part, "name", part))
def test_an_argument_of_a_wrong_kind_is_refused(name: str, parameter: inspect.Parameter, annotation: str) -> None:
    """Every argument of every verb: one line that shows what was given and says what to give, before any work."""
    values, said = WRONG[annotation]
    required = {
        other.name: "a"
        for other in inspect.signature(getattr(xlbp, name)).parameters.values()
        if other.default is other.empty and str(other.annotation).partition(" |")[0] in {"Path", "str", "Source", "Any"}
    }
    for value in values:
        with pytest.raises(xlbp.UsageError, match=f"^{parameter.name}=[^\n]*: {said}") as caught:
            getattr(xlbp, name)(**{**required, parameter.name: value})
        assert "\n" not in str(caught.value)


def test_what_has_a_file_is_told_where() -> None:
    """A book that was made, and a table of pandas, are no paths, but have one, or write one."""
    made = xlbp.Made(Path("b.xlsx"), (), 0, "E", 0.0, None, [])
    with pytest.raises(xlbp.UsageError, match=r"^book=<Made>: give a path, or a list of paths; its \.path is one$"):
        xlbp.verify(made)  # type: ignore[arg-type]
    with pytest.raises(xlbp.UsageError, match=r"^roster=\['Ann'\]: give the path of a file$"):
        xlbp.exercise("mazur", "gradients", roster=["Ann"])  # type: ignore[call-overload]


REFUSED = [  # a call that makes no sense, and what is said of it
    (lambda: xlbp.trace("mazur", iterations=-1), r"^iterations=-1: there must be at least 1 row after the first$"),
    (lambda: xlbp.trace("mazur", iterations=1.5), r"^iterations=1.5: iterations must be a whole number, not 1.5$"),
    (lambda: xlbp.trace("mazur", iterations="5"), r"iterations must be a whole number, not the text '5'$"),
    (lambda: xlbp.trace("mazur", iterations=True), r"iterations must be a whole number, not true$"),
    (lambda: xlbp.trace("mazur", overrides={"training.learning_rate": -1}), "is -1, but must be at least 0"),
    (lambda: xlbp.trace("mazur", overrides={"training.learning_rate": float("nan")}), "learning_rate is nan, but"),
    (lambda: xlbp.trace("mazur", overrides={"training.learning_rate": None}), "None is no value of a template"),
    (lambda: xlbp.trace("mazur", overrides={"training.learning_rate": "fast"}), "a number, not the text 'fast'"),
    (lambda: xlbp.trace("mazur", overrides=["rate"]), r"^overrides=\['rate'\]: write it as key=value"),
    (lambda: xlbp.trace("mazurr"), r"did you mean 'mazur'\?\); xlbp.templates\(\) lists those"),
    (lambda: xlbp.trace(3), "^3 is no template; give the name of one, a path"),
    (lambda: xlbp.trace({"network": {"layers": object()}}), "a template holds numbers, texts, lists and tables"),
    (lambda: xlbp.trace("data.csv"), r"is data: xlbp.new\('data.csv'\) makes a template for it"),
    (lambda: xlbp.verify("b.xlsx", "excel"), "unknown engine 'excel'; known: saved, ironcalc, libreoffice"),
    (lambda: xlbp.verify("b.xlsx", rtol=-1), r"^rtol=-1: give a number from 0 to 1, as 1e-9$"),
    (lambda: xlbp.verify("b.xlsx", rtol=float("nan")), r"^rtol=nan: give a number"),
    (lambda: xlbp.verify("b.xlsx", rtol="1e-9"), r"^rtol='1e-9': give a number"),
    (lambda: xlbp.explain("mazur", "w5", iteration="1"), r"^iteration='1': give a whole number of at least 0$"),
    (lambda: xlbp.explain("mazur", 5), r"^quantity=5: give a text$"),
    (lambda: xlbp.trace("xor", iterations=1).learned(iteration=9), r"^iteration 9: the training has iterations 0 to 1"),
    (lambda: xlbp.trace("xor", iterations=1).learned(output=2), r"^output 2: the network has outputs 1 to 1$"),
    (lambda: xlbp.trace("xor", iterations=1)[0], "^0 is no name of a quantity; give a text, as 'W1', or"),
    (lambda: xlbp.trace("xor", iterations=1)[["E"]], r"^\['E'\] is no name of a quantity; give a text"),
    (lambda: xlbp.trace("xor", iterations=1)[0:2], r"^slice\(0, 2, None\) is no name of a quantity"),
    (lambda: xlbp.trace("xor", iterations=1)[None], "^None is no name of a quantity"),  # type: ignore[index]
    (lambda: xlbp.trace("xor", iterations=1).picture(3), "^3 is no name of a quantity"),  # type: ignore[arg-type]
    (lambda: xlbp.trace("xor", iterations=1).learned("last"), "^iteration 'last': the training has iterations 0 to 1"),
    (lambda: xlbp.trace("xor", iterations=1).learned(0.5), "^iteration 0.5: the training has iterations 0 to 1"),
    (lambda: xlbp.trace("xor", iterations=1).learned(output="y"), "^output 'y': the network has outputs 1 to 1"),
    (lambda: xlbp.explain("mazur", "w5", sample=0), r"^sample=0: give a whole number of at least 1$"),
    (lambda: xlbp.exercise("mazur", "gradients", seed=0.5), r"^seed=0.5: give a whole number of at least 0$"),
    (lambda: xlbp.exercise("mazur", "gradients", jobs=2), r"^jobs goes with roster; one book needs one process$"),
    (lambda: xlbp.exercise("mazur", "gradientss"), r"^blank='gradientss': there is no such group"),
    (lambda: xlbp.compare("mazur", {"training.learning_rate": 0.1}), r"^vary='training.learning_rate': give a list"),
    (lambda: xlbp.compare("mazur", {"training.iterations": [1, 2]}), r"iterations=N says how many$"),
    (lambda: xlbp.compare("mazur", {"training.optimizer": ["sgd", "admm"]}), r"^vary={'training.optimizer': \[.*admm"),
    (lambda: xlbp.new(kind="rnn"), r"^kind goes with data=$|needs either steps=N"),
    (lambda: xlbp.new(shape=(0, 3)), r"^shape=0: give a whole number of at least 1$"),
    (lambda: xlbp.new(3), r"^data=3: give the path of a file$"),
    (lambda: xlbp.new(pd.DataFrame({"a": [1]})), r"^data=<DataFrame>: give the .* file; its to_csv\(\) writes one$"),
    (lambda: xlbp.new(optimizer="admm"), r"^optimizer: unknown optimizer 'admm'"),
    (lambda: xlbp.new(hidden=-1), r"^hidden=-1: give a whole number"),
    (lambda: xlbp.new(batch="most"), r"^batch='most': give a whole number of at least 1, or all$"),
    (lambda: xlbp.export("mazur", "tensorflow"), "unknown target 'tensorflow'"),
    (lambda: xlbp.mark("folder", "class.csv", output="m.csv", blank="gradients"), r"^kind, blank, seed, it"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_makes_no_sense_is_refused_in_pythons_words(
    call: Any, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, before any work, that speaks of keywords; nothing is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(xlbp.UsageError, match=message) as caught:
        call()
    assert not re.search(r"(^|\s)--?[a-z]", str(caught.value))
    assert list(tmp_path.iterdir()) == []


def test_a_book_that_exists(tmp_path: Path) -> None:
    """The remedy is the keyword; the command line speaks of its option."""
    book = tmp_path / "b.xlsx"
    book.touch()
    with pytest.raises(xlbp.WriteError, match=r"exists; give another name, or force=True to replace it$") as caught:
        xlbp.generate("mazur", book)
    assert caught.value.at_the_command_line.endswith("or --force to replace it")


def test_both_wordings() -> None:
    """Of an option with and without a value, of a verb, of any phrase; data in a message stays as it is."""
    error = xlbp.UsageError(
        f"{option('--jobs', 4)} {option('--force')} {verb('new', 'a b.csv')} {worded('x', 'y')} --z"
    )
    assert str(error) == "jobs=4 force=True xlbp.new('a b.csv') y --z"
    assert error.at_the_command_line == "--jobs 4 --force xlbp new 'a b.csv' x --z"


NO_MESSAGES = {  # modules whose texts with options no person in Python reads
    "errors.py",  # the table of both wordings
    "auditing/report/page_style.py",  # variables of a style sheet
    "auditing/report/text.py",  # what the command prints
    "recalc/gnumeric.py",  # options of other programs
    "recalc/libreoffice.py",
    "studio/composer.py",  # the commands that it runs, and shows
    "studio/stories.py",
    "workbook/lesson/commands.py",  # what a page for teachers tells to type
    "workbook/lesson/notes.py",
}


LONG, SHORT = re.compile(r"(^|\s|\()--[a-z]"), re.compile(r"(^|\s|\()--?[a-z]")  # options, and such as -o


def options_in_messages(path: Path) -> list[str]:
    """The texts of a module, docstrings aside, that name an option without both wordings; its bare name is a key."""
    nodes = [*ast.walk(ast.parse(path.read_text("utf-8")))]
    both = {"option", "worded", "verb", "one_of", "whole"}
    spoken = {
        id(inner)
        for call in nodes
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in both
        for inner in ast.walk(call)
    }
    raised = {id(inner) for node in nodes if isinstance(node, ast.Raise) for inner in ast.walk(node)}
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    others = [
        node for node in texts if id(node) not in spoken | docstrings and not re.fullmatch("--[a-z-]+", node.value)
    ]
    return [node.value for node in others if (SHORT if id(node) in raised else LONG).search(node.value)]


@pytest.mark.slow
def test_no_error_speaks_of_options_alone() -> None:
    """What is said below the command line has both wordings of every option."""
    modules = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
    below = {name: path for name, path in modules.items() if not name.startswith("cli/") and name not in NO_MESSAGES}
    assert {name: alone for name, path in below.items() if (alone := options_in_messages(path))} == {}


def test_this_law_can_be_broken(tmp_path: Path) -> None:
    """An error with a bare option is seen; one in both wordings is not."""
    module = tmp_path / "m.py"
    module.write_text("def f(x):\n    raise ValueError(f'{x} exists; say --force')\n")
    assert options_in_messages(module) == [" exists; say --force"]
    module.write_text("def f(x):\n    raise ValueError(f\"{x} exists; say {option('--force')}\")\n")
    assert options_in_messages(module) == []


@pytest.mark.slow
def test_calls_of_0_1_0_still_work(tmp_path: Path, mazur: Path) -> None:
    """By place and by the old names, with a warning that says how it is written now."""
    with pytest.warns(
        DeprecationWarning, match=r"call generate as generate\(..., overrides=..., language=..., force=..., v"
    ):
        made = xlbp.generate("one-product", tmp_path / "a.xlsx", ("training.iterations=2",), "de", True, False)
    assert (made.language, made.reports, len(made.losses)) == ("de", [], 3)
    with pytest.warns(DeprecationWarning, match=r"generate\(..., verify=...\)"):
        xlbp.generate("one-product", tmp_path / "b.xlsx", check_it=False)
    with pytest.warns(DeprecationWarning, match=r"verify\(..., engines=...\)"):
        assert xlbp.verify(mazur, engine_names=["saved"])[0].ok
    with pytest.warns(DeprecationWarning, match=r"compare\(..., overrides=...\)"):
        xlbp.compare(
            "mazur", {"training.learning_rate": [1, 2]}, tmp_path / "c.xlsx", ["training.iterations=2"], verify=False
        )
    with pytest.warns(DeprecationWarning, match="load_template"):
        assert xlbp.load_template(name="mazur").name == "mazur"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_argument_is_given_once() -> None:
    """By its place and by its keyword at once it is a TypeError, as for any function; none of both is dropped."""
    with pytest.raises(TypeError, match=r"generate\(\) takes 'language' once"):
        xlbp.generate("one-product", "a.xlsx", ("training.iterations=2",), "de", language="en")


def test_an_unknown_keyword() -> None:
    """A TypeError that names the nearest, also for an option's name; one argument too many is Python's own error."""
    with pytest.raises(TypeError, match=r"^generate\(\) takes no 'lang'; did you mean language\?$"):
        xlbp.generate("mazur", lang="de")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^trace\(\) takes no 'iteration'; did you mean iterations\?$"):
        xlbp.trace("mazur", iteration=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        xlbp.trace("mazur", 3)  # type: ignore[call-arg]


def test_progress_may_be_a_function(tmp_path: Path) -> None:
    """It is told of each step, and of shares from 0 to 1."""
    told: list[tuple[str, float | None]] = []
    xlbp.generate("one-product", tmp_path / "b.xlsx", progress=lambda step, share=None: told.append((step, share)))
    assert "writing the workbook" in [step for step, _ in told]
    assert all(share is None or 0 <= share <= 1 for _, share in told)


def test_the_package_shows_its_verbs_alone() -> None:
    """What <TAB> offers are the public names; each can be had, and nothing else can."""
    assert dir(xlbp) == sorted(xlbp.__all__)
    assert all(getattr(xlbp, name) for name in dir(xlbp))
    with pytest.raises(AttributeError, match="has no attribute 'generat'"):
        xlbp.generat  # type: ignore[attr-defined]  # noqa: B018
