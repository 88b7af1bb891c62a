"""Which kind of model is written by what."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.interchange.numpy_script.arrays import arrays_script
from xlbp.interchange.numpy_script.network import network_script
from xlbp.interchange.numpy_script.scalars import scalars_script
from xlbp.interchange.numpy_script.script import Script
from xlbp.interchange.source import Source

KINDS: dict[str, Callable[[Source], Script]] = {
    "network": network_script,
    "scalars": scalars_script,
    "arrays": arrays_script,
}
