"""Row after row: the mathematics of :mod:`xlbp.reference.network`, noted once and done again for each iteration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from xlbp.reference.data import Masks, Samples
from xlbp.reference.history import PIECE, Array, Arrays, Enough, Floors, History, Told, Trainer, never, untold
from xlbp.reference.network import FLOOR, Row, parameter_names, read_numbers, running_names
from xlbp.reference.optimizers import Kept, Optimizer
from xlbp.reference.recorder import Recorder, Table
from xlbp.reference.tape import Call, Tape, place_of
from xlbp.template import names
from xlbp.template.network import Network
from xlbp.template.template import Training


def train_network(
    network: Network,
    training: Training,
    inputs: Mapping[str, float],
    iterations: int,
    told: Told = untold,
    floors: Floors | None = None,
) -> History:
    """Every quantity of rows 0 to ``iterations``, from the numbers in ``inputs``; ``told`` hears the share done.

    What becomes of gradients that are very small, ``floors`` say.
    """
    return _trained(_Run(network, training, inputs, floors=floors), iterations, told)


def network_trainer(network: Network, training: Training, inputs: Mapping[str, float], iterations: int) -> Trainer:
    """The same training from other parameters, as often as it is asked for; its rows are noted for the first one."""
    run = _Run(network, training, inputs)

    def trained(parameters: Mapping[str, float], enough: Enough = never) -> History:
        own = {**inputs, **parameters}
        if run.varies:
            return _trained(_Run(network, training, own), iterations, untold, enough)
        run.start(own)
        run.failing = False
        return _trained(run, iterations, untold, enough)

    return trained


def _trained(run: _Run, iterations: int, told: Told, enough: Enough = never) -> History:
    """All rows, one after another; nothing if it was ``enough``."""
    table, done = Table(iterations + 1, run.names), 0

    def go_on() -> bool:
        """From where it stands; whether it is enough."""
        nonlocal done
        while done <= iterations:
            run.row(done, table.numbers[done])
            if not done % PIECE:
                told(done / (iterations + 1))
            done += 1
            if enough(run.names, table.numbers[done - 1]):
                return True
        return False

    try:
        with np.errstate(over="raise", divide="raise", invalid="raise", under="ignore"):
            is_enough = go_on()
    except FloatingPointError:  # the training diverges here: go on with errors as NaN
        run.failing = True
        with np.errstate(all="ignore"):
            is_enough = go_on()
    return {} if is_enough else table.history() | {names.ITERATION: np.arange(float(done))}


def network_rows_apart(
    network: Network,
    training: Training,
    inputs: Mapping[str, float],
    settings: Sequence[Mapping[str, float]],
    iteration: int,
) -> History:
    """A row as far as the loss, for each setting of the parameters: the samples and masks of ``iteration``."""
    run = _Run(network, training, inputs, first=iteration, to_loss=True)
    table = Table(len(settings), run.names)
    with np.errstate(all="ignore"):
        for place, setting in zip(table.numbers, settings, strict=True):
            run.start({**inputs, **setting})
            run.row(0, place)
    return table.history()


class _Program(NamedTuple):
    """A row's calls, what of it is recorded, and what goes on to the next row, each with its place there."""

    calls: list[Call]
    names: list[str]
    recorded: list[Array]
    onward: list[tuple[Array, Array]]  # to, from


class _Run:
    """The parameters as they move; ``first`` is the iteration that row 0 stands for.

    Rows that go ``to_loss`` alone each have parameters of their own; an error in them is an error of that row.

    A row is noted once (:mod:`xlbp.reference.tape`) and then done again for each iteration.  The first one is
    noted apart, for there is no row above it; so is a row of a training that diverges.
    """

    def __init__(
        self,
        network: Network,
        training: Training,
        inputs: Mapping[str, float],
        first: int = 0,
        floors: Floors | None = None,
        to_loss: bool = False,
    ) -> None:
        self.network, self.inputs, self.first, self.to_loss = network, inputs, first, to_loss
        self.failing = to_loss
        self.samples, self.masks = Samples(network, inputs), Masks(network, inputs)
        self.optimizer = Optimizer(training, inputs, left=floors.left if floors else 0.0)
        self.called, self.running = parameter_names(network), running_names(network)
        self.varies = bool(network.picks or self.masks.layers or floors) or self.optimizer.varies
        self.floors = self._by_key(floors.levels if floors else {})
        self.now: dict[str, Array] = {}
        self.kept: dict[str, Kept] = {}
        self.start(inputs)
        self.given, self.shares = self.new(0), self.optimizer.shares(first)
        self.shared = {name: np.asarray(value) for name, value in self.shares.items()}
        self.programs: dict[tuple[bool, bool], _Program] = {}
        self.names = self.program(True).names

    def _by_key(self, floors: Mapping[str, Array]) -> dict[str, Array]:
        """The floors of each parameter's gradients, (T + 1, elements), where they have some."""
        keys = {key: called for key, called in self.called.items() if called[0] in floors}
        return {key: np.stack([floors[name] for name in called], axis=1) for key, called in keys.items()}

    def start(self, inputs: Mapping[str, float]) -> None:
        """The parameters of the first row."""
        for key, values in read_numbers(self.called, self.running, inputs).items():
            np.copyto(self.now.setdefault(key, np.empty_like(values)), values)

    def new(self, t: int) -> dict[str, Array]:
        """What row t has new: its samples and masks."""
        now, network = self.first + t, self.network
        x, target = self.samples.row(now)
        found = {"x": x, "t": target}
        if network.picks:
            numbers = np.array(self.samples.numbers(now), dtype=float)
            found["numbers"] = np.where(numbers > 0, numbers, np.nan)
            found["epoch"] = np.asarray(float(now * network.batch // network.samples + 1))
        found |= self.masks.row(now)
        for key, floors in self.floors.items():
            found[FLOOR + key] = floors[t].reshape(self.now[key].shape)
        return found

    def row(self, t: int, into: Array) -> None:
        """One iteration: forward, loss, backward, update; its numbers go ``into`` a row of the table."""
        if t and self.varies:
            for name, value in self.new(t).items():
                self.given[name][...] = value
            self.shares = self.optimizer.shares(self.first + t)
            for name, share in self.shares.items():
                self.shared[name][...] = share
        program = self.program(t == 0)
        for call in program.calls:
            call()
        np.concatenate(program.recorded, out=into)
        for place, value in program.onward:
            np.copyto(place, value)
        if self.varies:
            self.optimizer.remember(self.shares)

    def program(self, is_first: bool) -> _Program:
        """The calls of a row, noted when it is first done."""
        key = (is_first, self.failing)
        if key not in self.programs:
            self.programs[key] = self._noted(is_first)
        return self.programs[key]

    def _noted(self, is_first: bool) -> _Program:
        tape, record = Tape(), Recorder(self.failing)
        given, shared, now = map(tape.given_all, (self.given, self.shared, self.now))
        above = {} if is_first else {key: tape.given_all(kept) for key, kept in self.kept.items()}
        row = Row(self.network, self.samples, self.optimizer, record)
        onward: list[tuple[Array, Array]] = []
        with np.errstate(all="ignore"):
            if self.to_loss:
                row.to_loss(given, now)
            else:
                moved = row.done(given, shared, now, above)
                onward = _onward(self.now, moved.parameters)
                for key, kept in moved.kept.items():
                    onward += _onward(self.kept.setdefault(key, {}), kept)
        recorded = [place_of(value.reshape(-1)) for value in record.values]
        return _Program(tape.calls([*recorded, *(value for _, value in onward)]), record.names, recorded, onward)


def _onward(places: dict[str, Array], values: Arrays) -> list[tuple[Array, Array]]:
    """Where each value goes for the next row, and the place it comes from."""
    found = [(places.setdefault(name, np.empty(value.shape)), place_of(value)) for name, value in values.items()]
    return [(place, value) for place, value in found if place is not value]
