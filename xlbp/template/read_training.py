"""Reads [training]: iterations, learning rate, optimizer, schedule, clipping, penalties, batches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlbp.errors import counted
from xlbp.template import names
from xlbp.template.optimizers import EVERY_OPTIMIZER, OPTIMIZERS
from xlbp.template.schedules import ON_THE_PANEL, SCHEDULES
from xlbp.template.settings import SETTINGS
from xlbp.template.table import Table
from xlbp.template.template import Training

Settings = dict[str, float]
MOST_PIECES = 64  # each is an IF within the one before, and a spreadsheet takes 64 functions within each other
NETWORK_ONLY = ("batch_size", "shuffle", "l1", "l2")


@dataclass(frozen=True)
class Batches:
    """How the samples come into a row: so many at once (0: all), shuffled anew for each epoch by ``seed``, or not."""

    size: int = 0
    seed: int | None = None
    penalties: tuple[str, ...] = ()


def read_training(table: Table, network: bool) -> tuple[Training, Batches]:
    """The training, and how it takes its samples."""
    iterations = table.integer("iterations", 100, minimum=1)
    rate = table.number("learning_rate")
    if rate < 0:
        table.fail("learning_rate", f"learning_rate is {rate:g}, but must be at least 0: a negative step goes uphill")
    optimizer, settings = _optimizer(table)
    schedule, more, pieces = _schedule(table, iterations)
    clip, limit = _clip(table)
    batches, penalties = _batches(table) if network else (_no_batches(table), {})
    table.close()
    settings = {**settings, **more, **limit, **penalties}
    named: dict[str, float] = {names.setting(key): value for key, value in settings.items()}
    return Training(iterations, rate, optimizer, schedule, clip, named, pieces), batches


def _choice(table: Table, key: str, default: str, choices: Iterable[str]) -> tuple[str, Table]:
    """A choice written ``"adam"`` or ``{name = "adam", beta1 = 0.8}``: its name, and the table of its options."""
    value = table.get(key, default)
    if not isinstance(value, dict):
        return table.text(key, default, choices=choices), Table({}, (*table.path, key), table.document)
    inner = Table(value, (*table.path, key), table.document)
    return inner.text("name", choices=choices), inner


def _optimizer(table: Table) -> tuple[str, Settings]:
    name, options = _choice(table, "optimizer", "sgd", OPTIMIZERS)
    if name == "sgd" and options.has("momentum"):  # as PyTorch's SGD takes it
        name = "nesterov" if options.boolean("nesterov", False) else "momentum"
    optimizer = OPTIMIZERS[name]
    settings = {key: _number(options, key, default) for key, default in optimizer.options.items()}
    for key in (*optimizer.extras, *EVERY_OPTIMIZER):
        if key not in settings and (value := _number(options, key, 0.0)):
            settings[key] = value
    options.close()
    return name, settings


def _number(table: Table, key: str, default: float) -> float:
    """A number of the panel: whole, or not negative, or a share."""
    setting = SETTINGS[ON_THE_PANEL.get(key, key)]
    if setting.least is not None:
        return float(table.integer(key, int(default), minimum=setting.least))
    value = table.number(key, default)
    if value < 0 or (setting.is_share and value >= 1):
        table.fail(key, f"{key} is {value:g}, but must be {'from 0 to below 1' if setting.is_share else 'at least 0'}")
    return value


def _schedule(table: Table, iterations: int) -> tuple[str, Settings, int]:
    name, options = _choice(table, "schedule", "constant", SCHEDULES)
    if name == "piecewise":
        settings, pieces = _pieces(options)
    else:
        settings, pieces = {key: _number(options, key, default) for key, default in SCHEDULES[name].items()}, 0
    options.close()
    if name == "cosine" and not settings["period"]:
        settings["period"] = float(iterations)
    return name, {ON_THE_PANEL.get(key, key): value for key, value in settings.items()}, pieces


def _pieces(options: Table) -> tuple[Settings, int]:
    """``until`` ends each piece but the last, in iterations; ``rates`` has one number more."""
    until = options.as_row(options.get("until"), "until")
    rates = options.as_row(options.get("rates"), "rates")
    if len(rates) != len(until) + 1:
        options.fail(
            "rates", f"rates has {counted(len(rates), 'number')}, but until has {len(until)}: one more rate is needed"
        )
    if len(rates) > MOST_PIECES:
        options.fail("rates", f"rates has {len(rates)} numbers, but a formula takes {MOST_PIECES}; use fewer pieces")
    if list(until) != sorted(set(until)):
        options.fail("until", "until must grow from number to number")
    found = {f"until{n}": value for n, value in enumerate(until, start=1)}
    return found | {f"rate{n}": value for n, value in enumerate(rates, start=1)}, len(rates)


def _clip(table: Table) -> tuple[str, Settings]:
    given = [kind for kind in ("value", "norm") if table.has(f"clip_{kind}")]
    if len(given) > 1:
        table.fail("clip_norm", "choose one of clip_value and clip_norm")
    for kind in given:
        limit = table.number(f"clip_{kind}")
        if limit <= 0:
            table.fail(f"clip_{kind}", f"clip_{kind} is {limit:g}, but must be above 0")
        return kind, {f"clip_{kind}": limit}
    return "", {}


def _no_batches(table: Table) -> Batches:
    """A computation graph has no samples and no weights."""
    if table.get("batch_size", "all") not in ("all", 1):
        table.fail("batch_size", "batch_size goes with a [network]; a computation graph has no samples")
    for key in NETWORK_ONLY[1:]:
        if table.has(key):
            table.fail(key, f"{key} goes with a [network]; a computation graph has no samples and no weights")
    return Batches()


def _batches(table: Table) -> tuple[Batches, Settings]:
    value = table.get("batch_size", "all")
    if isinstance(value, str) and value != "all":
        table.fail("batch_size", f"batch_size must be a whole number or 'all', not the text {value[:40]!r}")
    size = 0 if value == "all" else table.integer("batch_size", minimum=1)
    shuffle = table.get("shuffle", False)
    inner = Table(shuffle if isinstance(shuffle, dict) else {}, (*table.path, "shuffle"), table.document)
    shuffled = isinstance(shuffle, dict) or table.boolean("shuffle", False)
    seed = inner.integer("seed", 0)
    inner.close()
    penalties = {key: _number(table, key, 0.0) for key in ("l1", "l2") if table.has(key)}
    used = {key: value for key, value in penalties.items() if value}
    return Batches(size, seed if shuffled else None, tuple(used)), used
