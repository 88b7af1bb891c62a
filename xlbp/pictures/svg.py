"""What an SVG is made of, and a picture that a notebook shows by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

FONT = "font-family:system-ui,sans-serif;font-size:12px"
INK, PALE = "#333333", "#dddddd"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")  # told apart by any eye


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture of so many pixels; a notebook shows it, ``save`` writes it as a file."""

    width: float
    height: float
    svg: str

    def __repr__(self) -> str:
        return f"Picture({self.width:.0f} × {self.height:.0f})"

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: Path | str) -> Path:
        """Write the picture as an .svg file, and return its path."""
        Path(path).write_text(self.svg, "utf-8")
        return Path(path)


def picture(width: float, height: float, parts: Iterable[str], title: str = "") -> Picture:
    """The parts on a white ground; ``title`` is what a screen reader says."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" role="img"'
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" style="{FONT}">'
    ground = f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>'
    said = f"<title>{escape(title)}</title>" if title else ""
    return Picture(width, height, f"{head} {box}{said}{ground}{''.join(parts)}</svg>")


def line(x: float, y: float, to_x: float, to_y: float, colour: str = INK, width: float = 1) -> str:
    """A straight line."""
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:.1f}"/>'


def path(points: Iterable[tuple[float, float]], colour: str) -> str:
    """A line through points."""
    through = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{through}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"/>'


def circle(x: float, y: float, radius: float, fill: str = "white", stroke: str = INK) -> str:
    """A circle."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" stroke="{stroke}"/>'


def box(x: float, y: float, width: float, height: float, fill: str = "white", stroke: str = "none") -> str:
    """A rectangle."""
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {size} fill="{fill}" stroke="{stroke}"/>'


def text(x: float, y: float, words: str, anchor: str = "middle", colour: str = INK) -> str:
    """Words; ``anchor`` is start, middle or end."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(words)}</text>'


def label(x: float, y: float, words: str) -> str:
    """Words in the middle of lines, which their white rim keeps away."""
    rim = f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" stroke="white" stroke-width="4">{escape(words)}</text>'
    return rim + text(x, y, words)
