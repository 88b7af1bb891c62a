"""The workers of a Dask cluster, on the loopback address: as good as processes of this machine, whoever dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.system.tasks import Counted, Deadly, three, times
from xlbp.cli import cli
from xlbp.errors import EngineError, UsageError
from xlbp.system import cluster as clusters
from xlbp.system.child import Limits
from xlbp.system.journal import journal_at
from xlbp.system.outcome import Failure, Outcome
from xlbp.system.pool import Machines, run_all

pytestmark = [
    pytest.mark.skipif(find_spec("distributed") is None, reason="an extra: pip install 'xlbp[cluster]'"),
    pytest.mark.slow,
    pytest.mark.whole_pictures,  # as the workers make them
    pytest.mark.skipif(os.name != "posix", reason="kills as POSIX has them"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),  # Dask's own
]
ROOT = Path(__file__).parents[2]
SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",
}


@dataclass
class Cluster:
    """A scheduler and its two workers, each with a nanny that begins it anew."""

    address: str
    scheduler: subprocess.Popen[bytes]

    @property
    def machines(self) -> Machines:
        return Machines(scheduler=self.address)


def free_port() -> int:
    """A port that nobody listens to."""
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        port: int = any_socket.getsockname()[1]
    return port


def started(*arguments: object) -> subprocess.Popen[bytes]:
    """A program of Dask, in a group of its own."""
    command = [sys.executable, "-m", *map(str, arguments), "--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    environment = {
        **os.environ,
        **SETTINGS,
        "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
    }
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for all tests."""
    port, folder = free_port(), tmp_path_factory.mktemp("workers")
    address = f"tcp://127.0.0.1:{port}"
    scheduler = started("distributed.cli.dask_scheduler", "--port", port)
    few = ("--nworkers", 2, "--nthreads", 1, "--local-directory", folder)
    workers = started("distributed.cli.dask_worker", address, *few)
    yield Cluster(address, scheduler)
    for process in (workers, scheduler):
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def results(outcomes: Iterable[Outcome[Any]]) -> list[Any]:
    """The results of all tasks, in their order; for a task without one why it has none."""
    in_order = sorted(outcomes, key=lambda outcome: outcome.number)
    return [outcome.failure or outcome.result for outcome in in_order]


def test_every_task_has_the_outcome_that_it_has_here(cluster: Cluster) -> None:
    """A crash, a hang, a fault, a refusal, and what can't be sent cost that task alone; files need no shared disk."""
    tasks = [1, 13, 2, 14, 15, 16, 17, *range(18, 30)]
    expected = [3, Failure.ENDED, 6, Failure.LATE, Failure.FAULT, Failure.REFUSED, Failure.FAULT]
    limits = Limits(seconds=1.0)
    assert results(run_all(times, tasks, cluster.machines, three, limits)) == expected + [3 * n for n in range(18, 30)]


def test_a_killed_worker_costs_nobody_anything_and_what_kills_two_is_left(cluster: Cluster, tmp_path: Path) -> None:
    """The tasks of a worker that dies are done by another; that the second dies, too, is the task's own doing."""
    once, always = tmp_path / "once", tmp_path / "always"
    for folder in (once, always):
        folder.mkdir()
    tasks = [Deadly(tmp_path, 0), Deadly(once, 1), Deadly(tmp_path, 0), Deadly(always, 99), Deadly(tmp_path, 0)]
    assert results(run_all(Deadly.done, tasks, cluster.machines)) == [2, 1, 2, Failure.ENDED, 2]
    assert len(list(always.iterdir())) == 2


def test_tasks_that_travel_together_have_each_their_own_outcome(cluster: Cluster, tmp_path: Path) -> None:
    """A crash, a fault or a refusal among many costs that task alone; a worker that dies, nobody else either."""
    tasks = [*range(18, 60), 13, 15, 16, *range(60, 100)]
    expected = {13: Failure.ENDED, 15: Failure.FAULT, 16: Failure.REFUSED}
    found = results(run_all(times, tasks, cluster.machines, three, Limits(seconds=60.0)))
    assert found == [expected.get(n, 3 * n) for n in tasks]
    always = tmp_path / "always"
    always.mkdir()
    many = [Deadly(tmp_path, 0)] * 40
    found = results(run_all(Deadly.done, [*many, Deadly(always, 99), *many], cluster.machines))
    assert found == [1] * 40 + [Failure.ENDED] + [1] * 40  # what is in the folder


def test_versions_that_differ_are_told(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a sentence, before any work: results of another xlbp can't be trusted."""
    monkeypatch.setattr(clusters, "__version__", "0.0.1")
    with pytest.raises(EngineError, match=r"^the worker tcp://\S+ has Python 3\.\d+ and xlbp \S+, but here .*0\.0\.1"):
        next(run_all(times, [1], cluster.machines, three))


def test_an_address_at_which_nobody_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As is one that is none."""
    monkeypatch.setattr(clusters, "PATIENCE", 0.5)
    with pytest.raises(EngineError, match=r"^no scheduler answers at tcp://127\.0\.0\.1:"):
        next(run_all(times, [1], Machines(scheduler=f"tcp://127.0.0.1:{free_port()}"), three))
    with pytest.raises(UsageError, match="scheduler='here': give the address"):
        Machines(scheduler="here")


def test_books_are_made_and_verified_there_as_here(cluster: Cluster, tmp_path: Path) -> None:
    """With the data file that a template names, and its notes; the lines and the books are the same."""
    (tmp_path / "x.csv").write_text("x,t\n0.5,1\n0.25,0\n")
    (tmp_path / "my.toml").write_text(
        "[network]\n[[network.layers]]\nunits = 1\nactivation = 'sigmoid'\nweights = [[0.5]]\n"
        "[data]\nfile = 'x.csv'\ninputs = ['x']\ntargets = ['t']\n[training]\niterations = 2\nlearning_rate = 0.5\n"
    )
    (tmp_path / "bad.toml").write_text("[network]\n")
    said = {}
    for where in ("here", "there"):
        folder = tmp_path / "books"
        more = ["--scheduler", cluster.address] if where == "there" else ["--jobs", "1"]
        command = [
            "generate",
            *(str(tmp_path / name) for name in ("my.toml", "bad.toml")),
            "-o",
            str(folder),
            "--notes",
        ]
        made = CliRunner().invoke(cli, [*command, *more])
        checked = CliRunner().invoke(cli, ["verify", str(folder / "my.xlsx"), str(folder / "no.xlsx"), *more])
        said[where] = (
            made.exit_code,
            made.output,
            checked.exit_code,
            checked.output,
            (folder / "my-notes.md").read_text(),
        )
        assert (made.exit_code, checked.exit_code) == (2, 3)
        folder.rename(tmp_path / where)
    assert said["here"] == said["there"]


def test_a_lost_scheduler_ends_the_run_which_is_taken_up_elsewhere(cluster: Cluster, tmp_path: Path) -> None:
    """In one sentence; what was done is not done again.  This test is the last one, for it ends the cluster."""
    files = [tmp_path / f"{number}.txt" for number in range(1, 9)]
    for number, file in enumerate(files, start=1):
        file.write_text("word " * number)
    tasks, path = [Counted(file, tmp_path / "log") for file in files], tmp_path / "journal"
    taken = []

    def count_until_it_is_lost() -> None:
        with journal_at(path, "counting") as kept:
            for outcome in run_all(Counted.done, tasks + 500 * tasks[:1], cluster.machines, journal=kept):
                taken.append(outcome.number)
                if len(taken) == 4:
                    cluster.scheduler.kill()

    with pytest.raises(EngineError, match=rf"^the scheduler {cluster.address} was lost; .* results in .*journal"):
        count_until_it_is_lost()
    (tmp_path / "log").write_text("")
    with journal_at(path, "counting") as kept:
        assert results(run_all(Counted.done, tasks, 1, journal=kept)) == list(range(1, 9))
    again = (tmp_path / "log").read_text().split()
    assert not {f"{number + 1}.txt" for number in taken[:-1] if number < 8} & set(again)
