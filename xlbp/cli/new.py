"""The command ``xlbp new``: click only."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import click

from xlbp.cli.common import SETTINGS, language_option
from xlbp.datafile.form import Form
from xlbp.datafile.numbers import DECIMALS
from xlbp.errors import UsageError
from xlbp.lang import default_language, load_texts
from xlbp.starter.kinds import DENSE, KINDS
from xlbp.starter.wishes import Wishes, header_of, one_of, separator_of
from xlbp.template.not_a_template import must_be_data
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.samples.file_form import DROP, POLICIES

SHAPE = re.compile(r"[0-9]+(x[0-9]+)*")


UNITS = re.compile(r"[0-9]+([,x+-][0-9]+)*")  # as 4, or 4,3: also as others write layers, 4x3, 4-3


@click.command(context_settings=SETTINGS)
@click.argument("data", metavar="[FILE]", required=False)
@click.option("--from-csv", "source", metavar="FILE", help="The same as FILE: CSV, .xlsx, .ods, .json, .npz.")
@click.option("--target", "targets", multiple=True, metavar="COLUMN", help="What to predict; default the last column.")
@click.option("--inputs", metavar="A,B,...", help="Columns to predict it from; default all others that hold numbers.")
@click.option("--kind", metavar="dense|rnn|cnn", default=DENSE, help="For sequences rnn, for pictures cnn; else dense.")
@click.option("--shape", metavar="8x8", help="For cnn: the rows and columns of a picture, row by row in the inputs.")
@click.option("--steps", type=int, metavar="N", help="For rnn: each row is a sequence of N steps, one after the other.")
@click.option("--sequence", metavar="COLUMN", default="", help="For rnn: each row is a step of the sequence named.")
@click.option("--step", metavar="COLUMN", default="", help="Which step it is; default the order of the rows.")
@click.option(
    "--hidden",
    multiple=True,
    metavar="N,...",
    help="Units of the hidden layers, as 4 or 4,3; filters of a cnn; may be repeated.",
)
@click.option("--activation", metavar="NAME", help="Of the hidden layers; default tanh, of a cnn relu.")
@click.option("--optimizer", metavar="NAME", default="adam", help="Default adam.")
@click.option("-n", "--iterations", type=int, metavar="N", help="Rows after the first; default what keeps it small.")
@click.option("--batch", metavar="N|all", help="Samples in each row; default what keeps it small.")
@click.option("--test", type=float, metavar="X", help="Kept from training: a share as 0.2, or a number of samples.")
@click.option("--sheet", metavar="NAME", default="", help="The sheet of an .xlsx or .ods file.")
@click.option("--separator", metavar="SIGN", default="", help="Between the cells: comma, semicolon, tab, bar, blanks.")
@click.option("--decimal", metavar=".|,", default="", help="The decimal sign of the file.")
@click.option("--encoding", metavar="NAME", default="", help="Of a text file, as cp1252 or gb18030.")
@click.option("--header", metavar="LINE|none", help="The line with the names of the columns; default the first one.")
@click.option(
    "--missing", metavar="drop|mean|category", default=DROP, help="Rows with missing cells; default leaves them out."
)
@click.option("-o", "--output", metavar="PATH", help="The template; default NAME.toml of the CSV file, here.")
@language_option
@click.option("--force", is_flag=True, help="Replace the template if it exists.")
def new(
    data: str | None, source: str | None, output: str | None, language: str | None, force: bool, **asked: Any
) -> None:
    """Write a template to edit: for your own data, FILE; without it, of a small network for exclusive or.

    \b
    Examples:
      xlbp new
      xlbp new iris.csv
      xlbp new houses.csv --target price --inputs area,rooms --hidden 6 -o houses.toml
      xlbp new marks.xlsx --sheet 2024 --missing mean
      xlbp new digits.csv --kind cnn --shape 8x8
      xlbp new waves.csv --kind rnn --sequence wave --step step
    """
    from xlbp.pipeline import noisy_start
    from xlbp.starter.make import write_template, written_text

    if data is not None and source is not None:
        raise UsageError(f"the data are given twice, as {data!r} and as --from-csv {source!r}; leave one of them out")
    source = data if data is not None else source
    if source is not None:
        must_be_data(source)
    wishes = _wishes(**asked)
    texts = load_texts(language or default_language())
    csv_file, path = (Path(name) if name else None for name in (source, output))
    made = write_template(csv_file, path, wishes, force, texts, find_noise=noisy_start)
    click.echo(written_text(made, texts))


def _wishes(
    targets: tuple[str, ...],
    inputs: str | None,
    kind: str,
    shape: str | None,
    steps: int | None,
    hidden: tuple[str, ...],
    activation: str | None,
    optimizer: str,
    batch: str | None,
    sheet: str,
    separator: str,
    decimal: str,
    encoding: str,
    header: str | None,
    missing: str,
    **others: Any,
) -> Wishes:
    """What was asked for, with what is usual for this kind of network; the ``others`` are taken as they are."""
    usual = KINDS[one_of("--kind", kind, tuple(KINDS))]
    return Wishes(
        targets=targets,
        inputs=_columns(inputs),
        kind=kind,
        shape=_shape(shape),
        steps=_steps(steps),
        hidden=_hidden(hidden, usual.hidden),
        activation=one_of("--activation", activation or usual.activation, usual.activations),
        optimizer=one_of("--optimizer", optimizer, tuple(OPTIMIZERS)),
        batch=_batch(batch),
        form=Form(encoding, sheet, separator_of(separator), header=header_of(header)),
        decimal=one_of("--decimal", decimal, ("", *DECIMALS)),
        missing=one_of("--missing", missing, POLICIES),
        **others,
    )


def _hidden(texts: tuple[str, ...], usual: tuple[int, ...]) -> tuple[int, ...]:
    """``4,3`` is two layers, as is ``4`` and ``3``; a single 0 is none."""
    units: list[int] = []
    for text in texts:
        plain = re.sub(r"[\s()\[\]]", "", text).rstrip(",")
        if not UNITS.fullmatch(plain):
            raise UsageError(f"--hidden {text}: give the units of each hidden layer, as in --hidden 4 or --hidden 4,3")
        units += map(int, re.split("[,x+-]", plain))
    return () if units == [0] else tuple(units) or usual


def _columns(text: str | None) -> tuple[str, ...]:
    """``a,b``; a name that has a comma in it stands in quotes, as in a CSV file."""
    if text is None:
        return ()
    found = tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))
    if not all(found) or not found:
        raise UsageError(f"--inputs {text!r}: write the names of columns with commas between them, as in a,b")
    return found


def _shape(text: str | None) -> tuple[int, ...]:
    """``8x8``, or ``3x8x8`` with channels."""
    if text is None:
        return ()
    if not SHAPE.fullmatch(text):
        raise UsageError(f"--shape {text}: give rows and columns, as in 8x8")
    return tuple(map(int, text.split("x")))


def _steps(steps: int | None) -> int | None:
    if steps is not None and steps < 1:
        raise UsageError(f"--steps {steps}: give a whole number of at least 1")
    return steps


def _batch(text: str | None) -> int | None:
    """A number of samples; 0 stands for all of them."""
    if text is None or text == "all":
        return None if text is None else 0
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(f"--batch {text}: give a whole number of at least 1, or all")
    return int(text)
