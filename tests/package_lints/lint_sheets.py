"""What a sheet says of itself: its protection, its groups, the rules of its entries."""

from __future__ import annotations

from collections.abc import Iterator

from tests.package_lints.package import MAIN, Package


def charts_are_protected_with_their_cells(package: Package) -> Iterator[str]:
    """On a protected sheet no chart can be dragged off or deleted."""
    for title, part in package.sheets.items():
        for protection in package.root(part).iter(f"{MAIN}sheetProtection"):
            if protection.get("sheet") == "1" and {protection.get("objects"), protection.get("scenarios")} != {"1"}:
                yield f"{title}: cells are protected, objects and scenarios are not"


def depth_of_groups_is_said(package: Package) -> Iterator[str]:
    """The sheet's measures say how deep rows and columns are grouped: Excel leaves no room for the signs else."""
    for title, part in package.sheets.items():
        root = package.root(part)
        said = next(root.iter(f"{MAIN}sheetFormatPr"))
        for kind, element in (("Col", "col"), ("Row", "row")):
            deepest = max((int(each.get("outlineLevel", 0)) for each in root.iter(f"{MAIN}{element}")), default=0)
            if int(said.get(f"outlineLevel{kind}", 0)) != deepest:
                yield f"{title}: outlineLevel{kind} is not {deepest}"


def rules_of_entries_have_no_equals_sign(package: Package) -> Iterator[str]:
    """A formula of a validation stands without the sign with which a cell's is typed."""
    for title, part in package.sheets.items():
        for rule in package.root(part).iter(f"{MAIN}dataValidation"):
            for formula in (rule.findtext(f"{MAIN}formula1", ""), rule.findtext(f"{MAIN}formula2", "")):
                if formula.startswith("="):
                    yield f"{title}!{rule.get('sqref')}: {formula}"
