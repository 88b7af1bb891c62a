"""Where one begins: templates, load_template, new."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlbp import pipeline
from xlbp.datafile.form import Form
from xlbp.datafile.numbers import DECIMALS
from xlbp.errors import UsageError, option
from xlbp.lang import default_language, load_texts
from xlbp.starter.kinds import DENSE, KINDS
from xlbp.starter.make import Written, write_template
from xlbp.starter.wishes import Wishes, header_of, one_of, separator_of
from xlbp.template import load
from xlbp.template.not_a_template import must_be_data
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.samples.file_form import DROP, POLICIES
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.template.template import Template
from xlbp.verbs.called import path_of, texts, verb, whole

ALL = "all"


@verb()
def templates() -> list[Template]:
    """The templates that come with xlbp.

    Returns
    -------
    list of Template
        Each with its ``name``, ``kind`` and ``title``.

    Examples
    --------
    >>> import xlbp
    >>> "mazur" in [template.name for template in xlbp.templates()]
    True

    """
    return [load.load_template(name) for name in load.shipped()]


@verb(("overrides",), {"name": "template"})
def load_template(template: Source, *, iterations: int | None = None, overrides: Overrides = ()) -> Template:
    """Load a template, and check all that it says.

    Parameters
    ----------
    template, iterations, overrides
        As for :func:`generate`.

    Returns
    -------
    Template
        Frozen values, which every verb takes for a template.

    Raises
    ------
    TemplateError
        The template says something impossible; the message points at the place.
    UsageError
        There is no such template.

    Examples
    --------
    >>> import xlbp
    >>> xlbp.load_template({
    ...     "network": {"loss": "mse", "layers": [{"units": 1, "weights": [[0.5]], "bias": 0.1}]},
    ...     "data": {"inputs": [[1], [2]], "targets": [[3], [5]]},
    ...     "training": {"iterations": 10, "learning_rate": 0.1},
    ... })
    Template(template: 1 → 1 identity, mse, sgd, 10 iterations)

    """
    return load.load_template(template, overrides_of(overrides, iterations))


@verb()
def new(
    data: Path | str | None = None,
    output: Path | str | None = None,
    *,
    targets: str | Sequence[str] = (),
    inputs: str | Sequence[str] = (),
    kind: str = DENSE,
    shape: Sequence[int] = (),
    steps: int | None = None,
    sequence: str = "",
    step: str = "",
    hidden: int | Sequence[int] | None = None,
    activation: str | None = None,
    optimizer: str = "adam",
    iterations: int | None = None,
    batch: int | str | None = None,
    test: float | None = None,
    sheet: str = "",
    separator: str = "",
    decimal: str = "",
    encoding: str = "",
    header: int | str | None = None,
    missing: str = DROP,
    language: str | None = None,
    force: bool = False,
) -> Written:
    """Write a template to edit: for your own data file; without one, of a small network for exclusive or.

    Parameters
    ----------
    data
        CSV, .xlsx, .ods, .json or .npz.
    output
        The template; by default NAME.toml of the data, here.
    targets
        The columns to predict; by default the last one.
    inputs
        The columns to predict them from; by default all others that hold numbers.
    kind
        ``"dense"``, ``"rnn"`` for sequences, ``"cnn"`` for pictures.
    shape
        For ``"cnn"``: rows and columns of a picture.
    steps
        For ``"rnn"``: each row is a sequence of so many steps.
    sequence, step
        For ``"rnn"``: the column that names a row's sequence, and the one that numbers its steps.
    hidden
        Units of the hidden layers: 4, or (4, 3); 0 for none.
    activation, optimizer
        Of the hidden layers, and of the training.
    iterations, batch
        Rows after the first, and samples in each; ``"all"`` of them.  By default what keeps the book small.
    test
        Kept from training: a share as 0.2, or a number of samples.
    sheet, separator, decimal, encoding, header
        How the file is to be read, where that is in doubt.
    missing
        What becomes of rows with missing cells: ``"drop"``, ``"mean"`` or ``"category"``.
    language
        Of the words in the template.
    force
        Whether a template that exists is replaced.

    Returns
    -------
    Written
        Where the template is (``path``), and what it has.

    Raises
    ------
    UsageError
        There is no such column, or keywords do not fit each other.
    UnreadableError
        The file makes no data for a network.
    WriteError
        The template can't be written there.

    Examples
    --------
    >>> import xlbp
    >>> written = xlbp.new(output="first.toml", hidden=3)
    >>> xlbp.load_template(written.path)
    Template(first: 2 → 3 tanh → 1 identity, mse, adam, 200 iterations)

    """
    usual = KINDS[one_of("--kind", kind, tuple(KINDS))]
    if data is not None:
        must_be_data(str(data))
    wishes = Wishes(
        targets=texts(targets),
        inputs=texts(inputs),
        kind=kind,
        shape=tuple(whole("--shape", each, least=1) or 1 for each in shape),
        steps=whole("--steps", steps, least=1),
        sequence=sequence,
        step=step,
        hidden=usual.hidden if hidden is None else _hidden(hidden),
        activation=one_of("--activation", activation or usual.activation, usual.activations),
        optimizer=one_of("--optimizer", optimizer, tuple(OPTIMIZERS)),
        iterations=whole("--iterations", iterations, least=1),
        batch=_batch(batch),
        test=test,
        form=Form(encoding, sheet, separator_of(separator), header=header_of(header)),
        decimal=one_of("--decimal", decimal, ("", *DECIMALS)),
        missing=one_of("--missing", missing, POLICIES),
    )
    words = load_texts(language or default_language())
    return write_template(path_of(data), path_of(output), wishes, force, words, find_noise=pipeline.noisy_start)


def _hidden(units: int | Sequence[int]) -> tuple[int, ...]:
    """The units of each hidden layer; a single 0 is none."""
    layers = tuple(units) if isinstance(units, Sequence) else (units,)
    return () if layers == (0,) else tuple(whole("--hidden", each) or 0 for each in layers)


def _batch(samples: int | str | None) -> int | None:
    """A number of samples; 0 stands for all of them."""
    if isinstance(samples, str):
        if samples == ALL:
            return 0
        raise UsageError(f"{option('--batch', samples)}: give a whole number of at least 1, or all")
    return whole("--batch", samples, least=1)
