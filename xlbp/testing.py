"""For the tests of somebody's own backpropagation: numbers must be those of a template.

>>> from xlbp.testing import assert_matches
>>> assert_matches("mazur", {"dW2": [[0.08216704056423078, 0.08266762784753326],
...                                  [-0.022602540477475067, -0.02274024221597822]]})
Checked(mazur: 4 numbers, all agree)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlbp.checking.reading.values import Numbers
    from xlbp.checking.result import Checked
    from xlbp.template.sources import Overrides, Source

__all__ = ["assert_matches"]
USUAL = 1e-9
LONGER = "leave them out, make training.iterations larger, or pass strict=False"


def assert_matches(
    template: Source, numbers: Numbers, rtol: float = USUAL, overrides: Overrides = (), *, strict: bool = True
) -> Checked:
    """Raise AssertionError unless these numbers are those of a template's training, and all of them were compared.

    The message is the diagnosis: the first number that departs, which factor of its formula is off, and the mistake
    that explains the most.  ``template`` is the name of a shipped one or a path, ``numbers`` as
    :func:`xlbp.check` takes them.  ``rtol`` is the relative tolerance; with the usual one, numbers of 32 bits
    may be off by 1e-5, and rounded ones by half a unit of their last place.  With ``strict=False`` names
    that are unknown, arrays of another shape and rows beyond the training are left out; what follows from rounding
    noise always is, but something must be compared.  Returns what was compared.
    """
    __tracebackhide__ = True  # a failing test shows its own line
    from xlbp.pipeline import check  # noqa: PLC0415 - importing this must cost nothing

    checked = check(template, numbers, overrides, None if rtol == USUAL else rtol)
    if not checked.ok:
        raise AssertionError(str(checked))
    if strict and checked.beyond:
        raise AssertionError(f"not compared: rows beyond the training, {checked.beyond:,} of them; {LONGER}\n{checked}")
    left_out = [*checked.unknown, *checked.misshapen]
    if strict and left_out:
        listed = ", ".join(left_out)
        raise AssertionError(f"not compared: {listed}; call them as xlbp does, or pass strict=False\n{checked}")
    return checked
