"""A ``.keras`` file as data: its configuration and its arrays, without Keras and without running anything of it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from xlbp.errors import UnreadableError, reading
from xlbp.interchange.draft import Array
from xlbp.interchange.model_files import LARGEST, bytes_of_model
from xlbp.interchange.packages import needed

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
ARRAYS = "vars"  # the group of a layer's arrays


@dataclass(frozen=True)
class KerasModel:
    """A model's configuration, and by the name of each layer its arrays, by the part of the layer that has them."""

    config: Mapping[str, Any]
    arrays: Mapping[str, Mapping[str, Sequence[Array]]]

    @property
    def compiled(self) -> Mapping[str, Any]:
        """How it was compiled: its loss and its optimizer."""
        return self.config.get("compile_config") or {}

    @property
    def layers(self) -> Sequence[Mapping[str, Any]]:
        """The configurations of its layers, in order."""
        layers: Sequence[Mapping[str, Any]] = self.config["config"]["layers"]
        return layers


def read_keras_file(path: Path) -> KerasModel:
    """What a ``.keras`` file holds.

    Raises UsageError for a file that would have to be unpickled, UnreadableError for what is no such file, EngineError
    without h5py.
    """
    content = bytes_of_model(path)
    h5py = needed("h5py", "reading a .keras file")
    with reading(path, "the Keras model"), zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise UnreadableError(f"{path}: it unpacks to more than {LARGEST // 1_000_000} MB; no model for a workbook")
        config = json.loads(archive.read(CONFIG))
        with h5py.File(io.BytesIO(archive.read(WEIGHTS)), "r") as weights:
            return KerasModel(config, _arrays(path, h5py, weights, config["config"]["layers"]))


def _arrays(
    path: Path, h5py: Any, weights: Any, layers: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, list[Array]]]:
    """By layer, the arrays by part.  Raises UnreadableError where all together are too large for memory."""
    groups = _groups_by_name(weights, layers)
    stored = {name: _stored_in(path, h5py, weights[f"layers/{group}"], "") for name, group in groups.items()}
    sizes = [_size_of(dataset) for parts in stored.values() for datasets in parts.values() for dataset in datasets]
    if sum(sizes) > LARGEST:
        raise UnreadableError(f"{path}: its arrays have {sum(sizes) / 1e6:,.0f} MB; no model for a workbook")
    return {name: {part: list(map(_read, each)) for part, each in parts.items()} for name, parts in stored.items()}


def _groups_by_name(weights: Any, layers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By the name of each layer the group that has its arrays: as the group says, or by its class and number."""
    stored = weights.get("layers", {})
    told = {str(stored[group][ARRAYS].attrs.get("name", "")): group for group in stored if ARRAYS in stored[group]}
    counts: dict[str, int] = {}
    groups = {}
    for layer in layers:
        plain = _snake(layer["class_name"])
        number = counts.get(plain, 0)
        counts[plain] = number + 1
        name = layer["config"]["name"]
        group = told.get(name, f"{plain}_{number}" if number else plain)
        if group in stored:
            groups[name] = group
    return groups


def _snake(name: str) -> str:
    """``MaxPooling2D`` is max_pooling2d, as Keras calls the group of its first one."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _stored_in(path: Path, h5py: Any, group: Any, part: str) -> dict[str, list[Any]]:
    """The datasets of a group, and of the groups within it, by where these stand, not read yet."""
    stored: dict[str, list[Any]] = {}
    for name in group:
        inner = _member(path, h5py, group, name)
        if name == ARRAYS:
            stored[part] = [_dataset(path, _member(path, h5py, inner, str(n))) for n in range(len(inner))]
        elif hasattr(inner, "keys"):
            stored |= _stored_in(path, h5py, inner, f"{part}/{name}".strip("/"))
    return stored


def _member(path: Path, h5py: Any, group: Any, name: str) -> Any:
    """What stands in a group under a name; links lead nowhere else."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise UnreadableError(f"{path}: {group.name}/{name} is a link to somewhere else, which is not followed")
    return group[name]


def _dataset(path: Path, dataset: Any) -> Any:
    if dataset.external is not None or dataset.is_virtual:
        raise UnreadableError(f"{path}: {dataset.name} stands in another file, which is not opened")
    return dataset


def _read(dataset: Any) -> Array:
    return np.asarray(dataset[()], dtype=np.float64)


def _size_of(dataset: Any) -> int:
    """Bytes of a dataset in memory, where its numbers become doubles."""
    return int(dataset.size * max(dataset.dtype.itemsize, np.dtype(np.float64).itemsize))
