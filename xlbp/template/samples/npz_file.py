"""NumPy's .npz files, a zip of arrays: read without NumPy, and without ever running what a pickle holds.

An array is a magic number, a header that says its type, order and shape, and its numbers as they lie in memory
(numpy.lib.format, versions 1 to 3).  Inside xlbp, and in the books that it makes, a file is text: see :func:`npz_text`.
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import struct
import sys
import zipfile
from array import array
from collections.abc import Sequence
from itertools import product
from typing import TypeAlias

MAGIC = b"\x93NUMPY"
SUFFIX = ".npy"
TYPES = {  # by kind and bytes, as NumPy writes them: the code of the array module; halves are unpacked apart
    **{"f4": "f", "f8": "d", "b1": "B"},
    **{"i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"},
}
HALF, TEXT = "f2", "U"
DIGITS = {"f2": (3, "e"), "f4": (6, "f")}  # the digits that such numbers surely have, and their code in a struct
DTYPE = re.compile(r"[<>|=]?([fiub]\d|U\d+)")
Value: TypeAlias = float | int | str | None


def npz_text(data: bytes, largest: int) -> str:
    """The file as JSON, ``{"x": {"shape": [2, 3], "values": [...]}}``, the last index of the values running fastest.

    Values that are no finite number are null, and so is an array whose type is neither numbers nor texts.
    Raises ValueError, whose message continues "the data file ...", for what is no such file or more than ``largest``
    bytes when unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            if sum(entry.file_size for entry in file.infolist()) > largest:
                raise ValueError(f"holds more than {largest // 1_000_000} MB when unpacked")
            arrays = {name.removesuffix(SUFFIX): _array(file.read(name)) for name in sorted(file.namelist())}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, struct.error, SyntaxError) as error:
        raise ValueError(f"is no readable .npz file: {error}") from None
    return json.dumps(arrays, ensure_ascii=False, separators=(",", ":"))


def _array(data: bytes) -> dict[str, object] | None:
    """An array's shape and values; None for a type that is not read, as Python objects."""
    if not data.startswith(MAGIC) or len(data) < len(MAGIC) + 6:
        raise ValueError("is no readable .npz file: one of its entries is no array")
    size = 2 if data[len(MAGIC)] == 1 else 4
    start = len(MAGIC) + 2 + size
    (length,) = struct.unpack("<H" if size == 2 else "<I", data[start - size : start])
    header = ast.literal_eval(data[start : start + length].decode("utf-8").strip())
    descr, shape = str(header["descr"]), tuple(int(extent) for extent in header["shape"])
    kind = DTYPE.fullmatch(descr)
    if kind is None or (kind[1] not in TYPES and kind[1] not in (HALF,) and kind[1][0] != TEXT):
        return None
    values = _values(data[start + length :], kind[1], descr[0] == ">", math.prod(shape))
    in_order = [values[place] for place in _by_columns(shape)] if header["fortran_order"] else values
    return {"shape": list(shape), "values": in_order}


def _values(data: bytes, kind: str, is_big: bool, count: int) -> list[Value]:
    """The values in the order of memory."""
    if kind[0] == TEXT:
        return _texts(data, int(kind[1:]), "utf-32-be" if is_big else "utf-32-le", count)
    size = int(kind[1])
    if len(data) < size * count:
        raise ValueError("is no readable .npz file: one of its arrays is cut short")
    if kind == HALF:
        numbers: Sequence[float] = struct.unpack(f"{'>' if is_big else '<'}{count}e", data[: size * count])
    else:
        numbers = array(TYPES[kind], data[: size * count])
        if is_big != (sys.byteorder == "big") and isinstance(numbers, array):
            numbers.byteswap()
    return [_rounded(number, kind) if math.isfinite(number) else None for number in numbers]


def _texts(data: bytes, length: int, encoding: str, count: int) -> list[Value]:
    size = 4 * length
    return [data[n * size : (n + 1) * size].decode(encoding).rstrip("\0") for n in range(count)]


def _rounded(number: float, kind: str) -> float:
    """A number of few bits as a person would write it: 0.1, which is 0.100000001490116 in single precision."""
    if kind not in DIGITS or float(number).is_integer():
        return number
    digits, code = DIGITS[kind]
    packed = struct.pack(code, number)
    while struct.pack(code, value := float(f"{number:.{digits}g}")) != packed:
        digits += 1
    return value


def _by_columns(shape: Sequence[int]) -> list[int]:
    """Where each element lies in memory if the first index runs fastest there, in the order of the last one fastest."""
    strides = [math.prod(shape[:axis]) for axis in range(len(shape))]
    return [sum(i * stride for i, stride in zip(index, strides, strict=True)) for index in product(*map(range, shape))]
