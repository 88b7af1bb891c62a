"""``xlbp import``: a model becomes a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlbp.cli.common import FILE, SETTINGS, set_option
from xlbp.errors import UsageError

WEIGHTS = ".safetensors"


@click.command("import", context_settings=SETTINGS)
@click.argument("source", metavar="MODEL|WEIGHTS", type=FILE)
@click.option("--into", metavar="TEMPLATE", help="With WEIGHTS: the template that they go into.")
@click.option("--data", metavar="CSV", type=FILE, help="Samples to train on; without them, two are made up.")
@click.option("--target", "targets", multiple=True, metavar="COLUMN", help="What to predict; default the last column.")
@click.option("--inputs", metavar="A,B,...", help="Columns to predict it from; default all others.")
@click.option("--loss", metavar="NAME", help="Default what suits the last activation.")
@click.option("--optimizer", metavar="NAME", help="Default sgd, or what a Keras model was compiled with.")
@click.option("--learning-rate", type=float, metavar="X", help="Default what suits the optimizer.")
@click.option("-n", "--iterations", type=int, metavar="N", help="Rows after the first; default 100.")
@set_option
@click.option("-o", "--output", type=FILE, metavar="NAME.toml", help="The template; default the model's name, here.")
@click.option("--force", is_flag=True, help="Replace the template if it exists.")
def import_(
    source: Path, into: str | None, overrides: tuple[str, ...], output: Path | None, force: bool, **asked: Any
) -> None:
    """Write a template of a model that was made elsewhere, ONNX or Keras; or put weights into a template.

    Nothing is unpickled: .pt, .pth, .h5 and the like are refused. PyTorch's modules come by Python: xlbp.from_torch.

    \b
    Examples:
      xlbp import model.onnx
      xlbp import model.keras --data iris.csv --target species -o mine.toml
      xlbp import weights.safetensors --into mine.toml -o trained.toml
    """
    from xlbp.interchange.import_file import import_model, import_weights

    if source.suffix.lower() == WEIGHTS:
        if into is None:
            raise UsageError(f"{source}: weights alone have no layers; name the template they go into with --into")
        _refuse(asked, "goes with a model, not with weights")
        imported = import_weights(source, into, output, overrides, force)
    else:
        if into is not None or overrides:
            raise UsageError("--into and --set go with weights, a file that ends in .safetensors")
        imported = import_model(source, output, asked["data"], _columns(asked), _training(asked), force)
    click.echo(str(imported.path))
    click.echo(f"  {imported.template.model.outline()}")
    for note in imported.notes:
        click.echo(f"  {note}")
    click.echo(f"  make its workbook: xlbp generate {imported.path}")


def _refuse(asked: dict[str, Any], why: str) -> None:
    """Refuse options that were given."""
    for key, value in asked.items():
        if value:
            option = "--target" if key == "targets" else f"--{key.replace('_', '-')}"
            raise UsageError(f"{option} {why}; leave it out")


def _columns(asked: dict[str, Any]) -> Any:
    """The columns that were named."""
    from xlbp.interchange.import_file import Columns

    if asked["data"] is None and (asked["targets"] or asked["inputs"]):
        raise UsageError("--target and --inputs name columns of a table; give it with --data")
    inputs = tuple(name.strip() for name in (asked["inputs"] or "").split(",") if name.strip())
    return Columns(inputs, asked["targets"])


def _training(asked: dict[str, Any]) -> Any:
    """How it is to be trained, as far as that was told."""
    from xlbp.interchange.drafted_text import Training
    from xlbp.interchange.import_file import with_options

    told = {key: asked[key] for key in ("loss", "optimizer", "learning_rate", "iterations")}
    return with_options(Training(), told)
