"""docs/benchmark.svg: the growth curves, both axes logarithmic, drawn without a library.

Okabe and Ito's colours, a mark of its own for each line, and a ground of its own, so that the picture stands on a
white page and on a dark one; where the reader's system is dark, ground and ink are too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from tools.bench.plan import Curve, Panel

COLOURS = ("#D55E00", "#E69F00", "#0072B2", "#56B4E9", "#009E73", "#CC79A7")
WIDTH, HEIGHT, LEFT, TOP, LEGEND = 460, 400, 62, 40, 110  # of a panel, and the room around its plot
STYLE = """<style>
.ground { fill: #ffffff } text { fill: #222222; font: 12px sans-serif } .title { font-weight: bold; font-size: 14px }
.grid { stroke: #dddddd; stroke-width: 1 } .line { fill: none; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) {
  .ground { fill: #16191d } text { fill: #e6e6e6 } .grid { stroke: #3a3f45 }
}
</style>"""
Place = Callable[[float], float]


def picture(panels: Sequence[Panel]) -> str:
    """Two panels side by side, as many rows as it takes."""
    rows = math.ceil(len(panels) / 2)
    drawn = "".join(
        f'<g transform="translate({n % 2 * WIDTH},{n // 2 * HEIGHT})">{_panel(panel)}</g>\n'
        for n, panel in enumerate(panels)
    )
    size = f'viewBox="0 0 {2 * WIDTH} {rows * HEIGHT}" width="{2 * WIDTH}" height="{rows * HEIGHT}"'
    ground = '<rect class="ground" width="100%" height="100%" rx="8"/>'
    name = "; ".join(panel.title for panel in panels)
    label = f'role="img" aria-label="{escape(name)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {label}>\n{STYLE}\n{ground}\n{drawn}</svg>\n'


def _panel(panel: Panel) -> str:
    points = [point for curve in panel.curves for point in curve.points]
    bottom, right = HEIGHT - LEGEND, WIDTH - 20
    x = _scale([p[0] for p in points], LEFT, right)
    y = _scale([p[1] for p in points], bottom, TOP)
    parts = [f'<text class="title" x="{LEFT}" y="24">{escape(panel.title)}</text>']
    parts += [_vertical(x(value), bottom, value) for value in ticks([p[0] for p in points])]
    parts += [_horizontal(y(value), right, value) for value in ticks([p[1] for p in points])]
    parts.append(f'<text x="{right}" y="{bottom + 32}" text-anchor="end">{escape(panel.x)}</text>')
    parts.append(f'<text x="{right}" y="24" text-anchor="end">{escape(panel.y)}</text>')
    parts += [_curve(n, curve, x, y) + _legend(n, curve, bottom + 50) for n, curve in enumerate(panel.curves)]
    return "".join(parts)


def ticks(values: Sequence[float]) -> list[float]:
    """1, 2 and 5 times the powers of ten between the smallest and the largest; over many decades the powers alone."""
    low, high = bounds(values)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if high / low < 200 else (1,)
    found = [step * 10.0**power for power in powers for step in steps]
    return [value for value in found if low * 0.999 <= value <= high * 1.001]


def bounds(values: Sequence[float]) -> tuple[float, float]:
    """From a little below the smallest to a little above the largest."""
    return min(values) / 1.25, max(values) * 1.25


def _scale(values: Sequence[float], start: float, end: float) -> Place:
    low, high = map(math.log10, bounds(values))
    return lambda value: start + (math.log10(value) - low) / (high - low) * (end - start)


def _vertical(x: float, bottom: float, value: float) -> str:
    label = f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_number(value)}</text>'
    return f'<path class="grid" d="M{x:.1f} {TOP}V{bottom}"/>{label}'


def _horizontal(y: float, right: float, value: float) -> str:
    label = f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(value)}</text>'
    return f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>{label}'


def _curve(number: int, curve: Curve, x: Place, y: Place) -> str:
    places = [(x(a), y(b)) for a, b in curve.points]
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    line = f'<path class="line" stroke="{COLOURS[number]}" d="M{path}"/>'
    return line + "".join(_mark(number, a, b) for a, b in places)


def _mark(number: int, x: float, y: float) -> str:
    """A circle, square, diamond, triangle up, triangle down, or cross: never colour alone."""
    shapes = (
        "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
        "m-4-4h8v8h-8z",
        "m0-5.5l5.5 5.5l-5.5 5.5l-5.5-5.5z",
        "m0-5l5 9h-10z",
        "m0 5l5-9h-10z",
        "m-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
    )
    return f'<path fill="{COLOURS[number]}" d="M{x:.1f} {y:.1f}{shapes[number]}"/>'


def _legend(number: int, curve: Curve, top: float) -> str:
    x, y = LEFT + number % 2 * 205, top + number // 2 * 20
    label = escape(curve.label.replace("`", ""))
    return _mark(number, x, y - 4) + f'<text x="{x + 12}" y="{y}">{label}</text>'


def _number(value: float) -> str:
    if value >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if value >= 1e3 else f"{value:g}"
