"""Packages that xlbp does without but for one thing each: imported when that is asked for."""

from __future__ import annotations

import importlib
from types import ModuleType

from xlbp.errors import EngineError

EXTRAS = {  # by the package: what installs it
    "h5py": "pip install 'xlbp[keras]'",
    "keras": "pip install keras",
    "onnx": "pip install 'xlbp[onnx]'",
    "safetensors": "pip install 'xlbp[safetensors]'",
    "tomlkit": "pip install 'xlbp[safetensors]'",
    "torch": "pip install torch",
}


def needed(name: str, what: str) -> ModuleType:
    """The package, or a module in it as ``onnx.helper``, for ``what`` is to be done.

    Raises EngineError where it is not installed, saying how to get it.
    """
    package = name.split(".", maxsplit=1)[0]
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.split(".", maxsplit=1)[0] != package:
            raise
        raise EngineError(f"{what} needs the package {package}, which is not there; {EXTRAS[package]}") from None
