"""A page's calculation on Node, without a browser: quick, and the same engine as Chromium's."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from xlbp.livepage.machine import Machine, asset

WRITE = "require('fs').writeSync(1, Buffer.from({0}.buffer));\n"


def ran(script: str) -> bytes:
    """What a script writes.  Raises AssertionError if it fails or complains."""
    done = subprocess.run(["node", "-"], input=script.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()[-2000:]
    return done.stdout


def numbers(script: str) -> NDArray[np.float64]:
    """The doubles that a script writes."""
    return np.frombuffer(ran(script))


def values(expression: str, *arguments: NDArray[np.float64]) -> NDArray[np.float64]:
    """An expression of a, b, c, element by element."""
    return several_values([expression], *arguments)[0]


def several_values(expressions: Sequence[str], *arguments: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The same of several expressions, by one Node."""
    given = "".join(
        f"const {n} = new Float64Array({_array(each)});\n" for n, each in zip("xyz", arguments, strict=False)
    )
    places = ",".join(f"{n}[i]" for n in "xyz"[: len(arguments)])
    of = ",".join("abc"[: len(arguments)])
    loops = "".join(WRITE.format(f"x.map((_, i) => (({of}) => {text})({places}))") for text in expressions)
    found = numbers(asset("arithmetic.js") + asset("functions.js") + given + loops)
    return list(found.reshape(len(expressions), -1).copy())


def _array(of: NDArray[np.float64]) -> str:
    words = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return "[" + ",".join(words.get(text, text) for text in map(repr, of.tolist())) + "]"


def rows(machine: Machine, trials: Sequence[Mapping[str, float]], script: str = "") -> list[NDArray[np.float64]]:
    """Every quantity of every row, for each of these inputs; by another ``script`` than the machine's own if given."""
    columns, iterations = len(machine.columns), machine.template.training.iterations
    typed = json.dumps([[trial[name] for name in machine.typed] for trial in trials])
    drive = f"""
        const R = rowsOf({columns}, {iterations}), P = new Float64Array({len(machine.panel)});
        for (const typed of {typed}) {{ trainInto(R, P, typed, {columns}, {iterations}); {WRITE.format("R")} }}
    """
    found = numbers((script or machine.calculation) + drive)
    return list(found.reshape(len(trials), -1, columns))
