"""Conditional formats."""

from __future__ import annotations

from collections.abc import Iterator

from tests.package_lints.package import MAIN, Package

STYLES = "xl/styles.xml"


def grounds_are_background_colours(package: Package) -> Iterator[str]:
    """The solid ground of a conditional format has its colour in ``bgColor``, from which alone Excel takes it."""
    for number, style in enumerate(package.root(STYLES).iter(f"{MAIN}dxf")):
        for pattern in style.iter(f"{MAIN}patternFill"):
            ground, ink = (pattern.find(f"{MAIN}{name}Color") for name in ("bg", "fg"))
            if ground is None or not ground.get("rgb"):
                yield f"{STYLES}: differential style {number} has no bgColor"
            elif ink is not None and ink.get("rgb") != ground.get("rgb"):
                yield f"{STYLES}: differential style {number} has another fgColor than bgColor"
