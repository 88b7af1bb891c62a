"""The smallest change of a formula that makes it right: found by trying, and proved by the numbers of many points.

Downward from a wrong cell, every part of its formula is asked what it would have to be worth, were all else
right; where a small change gives just that at every point, it is a hypothesis of what went wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from xlbp.audit.calculation.expressions import occurrences, signed_terms, substituted
from xlbp.audit.reading.syntax import Cell
from xlbp.audit.repair.hypotheses import (
    DEAREST,
    DEPTH,
    FACTORS,
    INVERSES,
    RTOL,
    Edit,
    Fix,
    Part,
    Scene,
    agree,
    alike,
    branch,
    choices,
    needed,
    scale_of,
    together,
)
from xlbp.audit.repair.omissions import Omissions
from xlbp.audit.repair.transposing import transposed
from xlbp.audit.truth.chains import Vector
from xlbp.graph.expr import Expr, const, names_in, ref


class Search(Omissions):
    """Looks for changes of the formula that stands at the points."""

    def fixes(self, wanted: Vector, depth: int = 0) -> list[Fix]:
        """The changes that give ``wanted``, the most plausible first."""
        found = self.repair(self.expr, wanted, depth)
        return sorted(found, key=lambda fix: fix.cost)[:12]

    def repair(self, node: Expr, wanted: Vector, depth: int) -> list[Fix]:
        """All changes of one part of the formula that make it worth ``wanted``."""
        value = self.of(node)
        if agree(value, wanted):
            return [Fix(0.0, node)]
        if depth > DEPTH or not np.isfinite(wanted[~np.isnan(wanted)]).all():
            return []
        found = [] if node.op == "const" else [*self._whole(node, value, wanted)]
        if node.op == "ref":
            found += self._references(node, wanted)
            found += self._deeper(node, wanted, depth)
        elif node.op in ("add", "sub", "mul", "div", "neg", "if_positive", "pow"):
            found += self._operators(node, wanted)
            found += self._substitutions(node, wanted)
            found += self._sums(node, wanted, depth) if node.op in ("add", "sub") else []
            found += self._arguments(node, wanted, depth)
        elif node.op == "const":
            found += self._number(node, wanted)
        else:
            found += self._substitutions(node, wanted)
        return sorted((f for f in found if f.cost <= DEAREST), key=lambda fix: fix.cost)[:12]

    def _whole(self, node: Expr, value: Vector, wanted: Vector) -> Iterator[Fix]:
        """The part as it stands, but for a sign, a factor or a term."""
        if agree(-value, wanted):
            yield Fix(1.05, -node, (Edit("sign", node, -node),))
        twos = [arg for arg in node.args if node.op == "mul" and arg.op == "const" and arg.payload in FACTORS]
        for rest in (arg for arg in node.args if twos and arg is not twos[0]):
            if agree(self.of(rest), wanted):
                yield Fix(0.85, rest, (Edit("half", node, rest),))
        for factor in FACTORS:
            if agree(value * factor, wanted):
                new = node * 2 if factor == 2 else node / 2
                yield Fix(1.1, new, (Edit("half", node, new),))
        for count in self.scene.counts:
            for new, worth in ((node / const(count), value / count), (node * const(count), value * count)):
                if count > 1 and agree(worth, wanted):
                    yield Fix(1.08, new, (Edit("mean", node, new),))
        yield from self.missing_slope(node, value, wanted)
        yield from self.slope_too_many(node, value, wanted)
        yield from self.missing_term(node, value, wanted)
        if node.op in ("mul", "add", "div", "sub") and len(node.args) == 2:
            yield from self._one_too_many(node, wanted)

    def _one_too_many(self, node: Expr, wanted: Vector) -> Iterator[Fix]:
        for arg in node.args:
            if arg.op != "const" and agree(self.of(arg), wanted):
                yield Fix(1.4, arg, (Edit("extra", node, arg),))

    def _deeper(self, node: Expr, wanted: Vector, depth: int) -> list[Fix]:
        """The reference is right, but the cell that it refers to is not."""
        at = self.slots[str(node.payload)].at
        asked: dict[Cell, float] = {}
        origins: dict[Cell, int] = {}
        for point, origin, value in zip(self.points, self.origins, wanted, strict=True):
            cell = at(point)
            if np.isnan(value):
                continue
            if cell in asked and abs(asked[cell] - value) > RTOL * max(abs(value), abs(asked[cell])) + 1e-300:
                return []
            asked[cell] = float(value)
            origins.setdefault(cell, origin)
        asked = {cell: value for cell, value in asked.items() if self.scene.is_backward(cell)}
        said = [self.scene.holds(cell) for cell in asked]
        if said and all(one is True for one in said):
            return []
        trusted = -0.5 if said and all(one is False for one in said) else 0.02
        found: list[Fix] = []
        for part in alike(self.scene.cells, asked):
            fixes = below(self.scene, part, tuple(origins[cell] for cell in part), depth + 1)
            if not fixes or len(part) < len(asked):
                return []  # all of them, or the search would take a part for the whole
            found = [Fix(f.cost + trusted, node, (), f.parts) for f in fixes]
        return found

    def _operators(self, node: Expr, wanted: Vector) -> Iterator[Fix]:
        """Another operator between the same two, or the two exchanged; one of the two may be another cell as well."""
        if node.op == "neg" and agree(self.of(node.args[0]), wanted):
            yield Fix(0.9, node.args[0], (Edit("sign", node, node.args[0]),))
        if len(node.args) != 2 or node.op == "pow":
            return
        left, right = node.args
        if node.op == "sub" and agree(self.of(right - left), wanted):
            yield Fix(0.9, right - left, (Edit("sign", node, right - left),))
        for op in ("add", "sub", "mul", "div"):
            if op == node.op:
                continue
            new = Expr(op, (left, right))
            if agree(self.of(new), wanted):
                yield Fix(1.0, new, (Edit("operator", node, new),))
                continue
            for k, arg in enumerate(node.args):
                if arg.op == "ref":
                    yield from self._other_leaf(op, node, k, wanted)

    def _other_leaf(self, op: str, node: Expr, k: int, wanted: Vector) -> Iterator[Fix]:
        kept = self.of(node.args[1 - k])
        with np.errstate(all="ignore"):
            need = INVERSES[op][k](kept, wanted)
        for fix in self._references(node.args[k], need):
            if fix.edits[0].hint == "reference":
                args = (fix.expr, node.args[1]) if k == 0 else (node.args[0], fix.expr)
                new = Expr(op, args)
                yield Fix(1.0 + fix.cost, new, (Edit("operator", node, Expr(op, node.args)), *fix.edits))

    def _substitutions(self, node: Expr, wanted: Vector) -> Iterator[Fix]:
        """One cell stands for another wherever it occurs in this part."""
        for name in dict.fromkeys(names_in(node)):
            times = occurrences(node, name)
            decides = node.op == "if_positive" and name in names_in(node.args[0])
            inside = node.op in ("pow", "square") or not self._is_arithmetic(node)  # where no part can be asked for
            if times < 2 and not decides and not inside:
                continue
            times = max(times, 2) if decides or not inside else times  # an IF asks for the slope of an activation
            old = ref(name)
            for other, reference in self.others:
                if other == name:
                    continue
                new = substituted(node, old, ref(other))
                if agree(self.of(new), wanted):
                    cost = 1.0 + self.distance(self.slots[name], reference)
                    cost -= self.kinship(self.slots[name], reference)
                    yield Fix(cost, new, (Edit("reference", old, ref(other), times),))

    @staticmethod
    def _is_arithmetic(node: Expr) -> bool:
        return node.op in ("add", "sub", "mul", "div", "neg", "if_positive")

    def _arguments(self, node: Expr, wanted: Vector, depth: int) -> list[Fix]:
        """One argument is at fault, the others are right."""
        found: list[Fix] = []
        for k, arg in enumerate(node.args):
            others = [self.of(a) for i, a in enumerate(node.args) if i != k]
            need = branch(k, others, wanted) if node.op == "if_positive" else needed(node.op, k, others, wanted)
            if need is None:
                continue
            for fix in self.repair(arg, need, depth + 1):
                args = (*node.args[:k], fix.expr, *node.args[k + 1 :])
                edits = fix.edits
                if node.op in ("mul", "div") and fix.expr is const(1):
                    continue  # a factor that is 1 is no factor
                if arg.op == "const" and node.op not in ("mul", "div"):
                    edits = tuple(replace(edit, hint="constant") for edit in edits)
                found.append(Fix(fix.cost + 0.001, Expr(node.op, args), edits, fix.parts))
        return found

    def _sums(self, node: Expr, wanted: Vector, depth: int) -> list[Fix]:
        """A sum over paths: every term has its own path, whatever the other terms are."""
        terms = list(signed_terms(node))
        if len(terms) < 2:
            return []
        found: list[Fix] = []
        for chain in self.chains:
            scale = scale_of(chain.adjoint, wanted)
            if scale is None or len(chain.flows) < 2:
                continue
            found += self._terms_to_flows(terms, [flow.value * scale for flow in chain.flows], depth)
        return found

    def _terms_to_flows(self, terms: list[tuple[int, Expr]], flows: list[Vector], depth: int) -> Iterator[Fix]:
        left = list(range(len(flows)))
        open_terms: list[int] = []
        for k, (sign, term) in enumerate(terms):
            hit = next((f for f in left if agree(sign * self.of(term), flows[f])), None)
            if hit is None:
                open_terms.append(k)
            else:
                left.remove(hit)
        if len(open_terms) != len(left) or not left:
            return
        orders = itertools.permutations(left) if len(left) <= 3 else [tuple(left)]
        for order in orders:
            tried: list[list[Fix]] = []
            for k, f in zip(open_terms, order, strict=True):
                sign, term = terms[k]
                tried.append(self.repair(term, sign * flows[f], depth + 1))
                if not tried[-1]:
                    break
            else:
                for chosen in choices(tried):
                    yield together(terms, open_terms, chosen)


def below(scene: Scene, asked: Mapping[Cell, float], origins: tuple[int, ...], depth: int) -> list[Fix]:
    """The changes of the formula in some cells that all have it alike, to be worth what is asked of them.

    ``origins`` says which of the scene's points each cell was reached from.
    """
    points = tuple(asked)
    key = (points, tuple(asked.values()))
    if key not in scene.seen:
        scene.seen[key] = []  # a cell that needs itself
        compiled = scene.cells.compiled(points[0])
        if compiled is None:
            return []
        search = Search(scene, points, compiled, origins)
        wanted = np.array(list(asked.values()))
        found = [*transposed(scene.cells, asked)]
        for fix in search.fixes(wanted, depth):
            here = (Part(points, fix.expr, search.slots, wanted, fix.edits),) if fix.edits else ()
            found.append(Fix(fix.cost, fix.expr, (), (*fix.parts, *here)))
        scene.seen[key] = found
    return scene.seen[key]
