"""Sheets by further hands: written before the audit was mended for them, each with the slips its author might make."""

from tests.auditing.styles.hands import (
    arrays,
    chinese,
    classes,
    copied,
    in_a_list,
    latex,
    least_squares,
    named,
    parabola,
    samples,
    sideways,
    unheaded,
)

STYLES = tuple(
    module.STYLE
    for module in (
        arrays,
        chinese,
        classes,
        copied,
        in_a_list,
        latex,
        least_squares,
        named,
        parabola,
        samples,
        sideways,
        unheaded,
    )
)
