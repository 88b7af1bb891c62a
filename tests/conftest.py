"""Books made once for a whole run; a test that changes one makes a copy first."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.large_networks import NETWORKS
from tests.templates import FEW, FEWER
from xlbp.cli.command import SIGNALS, be_quick
from xlbp.pipeline import compare, generate
from xlbp.template.load import shipped
from xlbp.workbook.sheets import check, landscape
from xlbp.workbook.sheets.learned import plane

MakeBook = Callable[..., Path]
TEMPLATES = (*shipped(), *NETWORKS)
MOST_CASES = 2  # of a test, with --few
collect_ignore = [] if find_spec("resource") else ["test_bench.py"]  # it measures with what POSIX tells of a process

# The same examples in every CI run: a red run there must mean a change, not luck.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


# A run that was started in the background ignores interrupts, and so would every process that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Where no bytecode is kept, each of the hundreds of processes that the tests start compiles the whole package anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
be_quick()  # as the command is, and in those hundreds of processes, too


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--few`` is what ``make quick`` asks for."""
    parser.addoption("--few", action="store_true", help="two cases of each test, with templates that differ in kind")


def pytest_configure(config: pytest.Config) -> None:
    """The groups of tests are handed out in the order in which they are collected here: see below."""
    config.option.loadscopereorder = False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """With ``--dist loadgroup`` a process runs all tests of a template, or of a file, which share what they make."""
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByTemplateOrFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByTemplateOrFile(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end: Python need not look for garbage in it, neither now nor as tests run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes each begins with the groups of most slow tests.

    With ``--few``, a test of all shipped templates is one of a few that differ in kind, and two cases of each test run.
    """
    if config.getoption("--few"):
        items[:] = _few(items)
    if hasattr(config, "workerinput"):
        slow = Counter(group_of(item.nodeid) for item in items if item.get_closest_marker("slow"))
        items.sort(key=lambda item: -slow[group_of(item.nodeid)])


def _few(items: list[pytest.Item]) -> list[pytest.Item]:
    """The first :data:`MOST_CASES` of each test, of those with the templates of :data:`FEW` alone."""
    left_out = {*shipped()}.difference(FEW)
    cases: Counter[str] = Counter()
    few = []
    for item in items:
        function = item.nodeid.partition("[")[0]
        if cases[function] < MOST_CASES and not left_out.intersection(_texts(item)):
            cases[function] += 1
            few.append(item)
    return few


@cache
def group_of(test: str) -> str:
    """The template that a test is of, by what it is called and run with, or else its file."""
    file, _, called = test.partition("::")
    run_with = f"-{called.partition('[')[2][:-1]}-"
    return max((name for name in TEMPLATES if f"-{name}-" in run_with), key=len, default=file)


def _texts(item: pytest.Item) -> list[str]:
    """The texts that a test is run with."""
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return [value for value in params.values() if isinstance(value, str)]


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """What a signal does is a process's, so a command that runs within a test must not set it for the next one."""
    handlers = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in SIGNALS}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def no_learned_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """Books have no picture of what is learned: its small maps write a sigmoid shortly, and so round otherwise."""
    for place in ("sheets.registry", "opening"):
        monkeypatch.setattr(f"xlbp.workbook.{place}.picture_points", lambda contents: 0)


@pytest.fixture(scope="module", autouse=True)
def coarse_pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """The pictures of books have as few points as a book may have, and few gradients are checked.

    Each point is computed alike, and they are most of the cells.  A module that is about them, or about whole books
    as they are shipped, is marked ``whole_pictures``; test_every_cell.py verifies every cell of such books.
    """
    if request.node.get_closest_marker("whole_pictures"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        for sheet in (landscape, plane):
            patch.setattr(sheet, "SIZES", sheet.SIZES[-1:])
        patch.setattr(check, "MOST_CELLS", 6_000)
        yield


@pytest.fixture(scope="session")
def make_book(tmp_path_factory: pytest.TempPathFactory) -> MakeBook:
    """The book of a template, made once for the same request."""
    made: dict[tuple[object, ...], Path] = {}

    def make(template: str, iterations: int, *overrides: str, language: str = "en") -> Path:
        key = (template, iterations, overrides, language, landscape.SIZES)
        if key not in made:
            path = tmp_path_factory.mktemp("books") / f"{Path(template).stem}.xlsx"
            settings = (*overrides, f"training.iterations={iterations}")
            made[key] = generate(template, path, settings, language, check_it=False).path
        return made[key]

    return make


@pytest.fixture(scope="module")
def mazur(make_book: MakeBook) -> Path:
    """A small network: 2-2-2, 15 iterations."""
    return make_book("mazur", 15)


@pytest.fixture(scope="module")
def xor(make_book: MakeBook) -> Path:
    """A batch of four samples, 5 iterations."""
    return make_book("xor", 5)


@pytest.fixture(scope="module")
def graph(make_book: MakeBook) -> Path:
    """A computation graph, 20 iterations."""
    return make_book("into-backprop", 20)


@pytest.fixture(scope="module")
def diverging(make_book: MakeBook) -> Path:
    """A graph whose numbers leave the doubles' range after a few iterations."""
    return make_book("into-backprop", 20, "training.learning_rate=1e100")


@pytest.fixture(scope="session")
def large_batch_template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a template with eight samples, which stand on a sheet of their own."""
    rows = [[round(0.1 * i, 1), round(0.3 - 0.05 * i, 2)] for i in range(8)]
    text = (
        '[network]\n[[network.layers]]\nunits = 2\nactivation = "tanh"\nweights = [[0.1, 0.2], [0.3, -0.4]]\n'
        f"bias = 0.1\n[data]\ninputs = {rows}\ntargets = {rows[::-1]}\n[training]\nlearning_rate = 0.1\n"
    )
    path = tmp_path_factory.mktemp("templates") / "large-batch.toml"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.fixture(scope="module")
def large_batch(make_book: MakeBook, large_batch_template: str) -> Path:
    """A book with a data sheet, 4 iterations."""
    return make_book(large_batch_template, 4)


@pytest.fixture(scope="session")
def make_comparison(tmp_path_factory: pytest.TempPathFactory) -> MakeBook:
    """A book of several trainings, made once for the same request; of many samples it takes fewer side by side."""
    made: dict[tuple[object, ...], Path] = {}

    def make(template: str, iterations: int, *vary: str, language: str = "en") -> Path:
        key = (template, iterations, vary, language)
        if key not in made:
            path = tmp_path_factory.mktemp("comparisons") / "comparison.xlsx"
            settings = [f"training.iterations={iterations}", *FEWER.get(template, ())]
            made[key] = compare(template, vary, path, settings, language, check_it=False).path
        return made[key]

    return make
