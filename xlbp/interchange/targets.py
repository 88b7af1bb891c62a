"""The table of what a training can be exported to."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xlbp.errors import UsageError, option
from xlbp.interchange.source import Source, source_of
from xlbp.system.atomic import FOLDER, check_target, make_folder, replacing
from xlbp.template.sources import Overrides
from xlbp.template.sources import Source as TemplateSource


@dataclass(frozen=True)
class Target:
    """A ``module`` here with a function ``write(source, iteration) -> bytes``, and what its file ends in.

    ``of_an_iteration`` is what holds one state of the network; a script trains from the start and takes no iteration.
    """

    module: str
    suffix: str
    of_an_iteration: bool = False

    @property
    def write(self) -> Callable[[Source, int], bytes]:
        """The writer, imported when it is called for."""
        writer: Callable[[Source, int], bytes] = importlib.import_module(f"xlbp.interchange.{self.module}").write
        return writer


TARGETS: dict[str, Target] = {
    "numpy": Target("numpy_script", ".py"),
    "pytorch": Target("pytorch_script", ".py"),
    "keras": Target("keras_script", ".py"),
    "onnx": Target("onnx_model", ".onnx", of_an_iteration=True),
}


@dataclass(frozen=True, repr=False)
class Exported:
    """What was written: ``to`` is a key of :data:`TARGETS`."""

    path: Path
    to: str
    template: str
    iteration: int | None = None  # whose parameters a model has; None for a script
    iterations: int = 0  # of the training after the first

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {**vars(self), "path": str(self.path)}

    def __repr__(self) -> str:
        of = "" if self.iteration is None else f" at iteration {self.iteration}"
        return f"Exported({self.path}: {self.template}{of} for {self.to})"


def export_to(
    source: TemplateSource, to: str, output: Path | str | None, iteration: int | None, overrides: Overrides, force: bool
) -> Exported:
    """Write what a training becomes; see :func:`xlbp.pipeline.export`.

    Raises UsageError for what can't be written so, WriteError for a place where nothing can be.
    """
    target = _requested(to, iteration)
    training = source_of(source, overrides)
    name = f"{training.template.name}-{to}{target.suffix}"
    path = FOLDER / name if output is None else Path(output)
    check_target(path, force, target.suffix, folder_comes=output is None)
    iterations = training.template.training.iterations
    last = iterations if iteration is None else iteration
    written = target.write(training, last)
    make_folder(path.parent)
    with replacing(path, force) as temporary:
        temporary.write_bytes(written)
    return Exported(path, to, training.template.name, last if target.of_an_iteration else None, iterations)


def exported(source: TemplateSource, to: str, iteration: int | None, overrides: Overrides) -> bytes:
    """What :func:`export_to` would write, for a terminal or a pipe."""
    target, training = _requested(to, iteration), source_of(source, overrides)
    return target.write(training, training.template.training.iterations if iteration is None else iteration)


def _requested(to: str, iteration: int | None) -> Target:
    """A target by its name.  Raises UsageError for one that there is not, or that has no iteration."""
    if to not in TARGETS:
        raise UsageError(f"unknown target {to!r}; choose one of {', '.join(TARGETS)}")
    target = TARGETS[to]
    if iteration is not None and not target.of_an_iteration:
        raise UsageError(f"a script for {to} trains from the start; {option('--iteration')} goes with onnx")
    return target
