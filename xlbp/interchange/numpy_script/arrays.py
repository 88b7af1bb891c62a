"""A formula of arrays as a script: a line for each step, and on the way back a rule for each operation."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.interchange.numpy_script.array_rules import (
    BACK,
    REDUCTIONS,
    Back,
    axis_of,
    options_of,
    shapes_of_terms,
    to_shape,
)
from xlbp.interchange.numpy_script.formula import Formula
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.operations import filled, operation
from xlbp.interchange.numpy_script.script import Script
from xlbp.interchange.numpy_script.terms import added, enclosed
from xlbp.interchange.numpy_script.views import Shares, written
from xlbp.interchange.source import Source
from xlbp.template.array_graph import ArrayGraph, ArrayStep
from xlbp.template.array_views import Argument, names_of

# Of how many arguments a line is made, where the others are steps on a way that NumPy goes by itself.
SEEN = {"softmax": 1, "logsumexp": 1, "variance": 1}


def arrays_script(source: Source) -> Script:
    """The script of a formula of arrays."""
    graph = source.template.model.arrays
    formula = Formula(source, graph.shapes, tuple(graph.variables), tuple(graph.fixed))
    writer = ArraysScript(graph, formula)
    return formula.script(writer.forward(), writer.backward())


def arguments_of(step: ArrayStep) -> tuple[Argument, ...]:
    """The arguments that stand in its line."""
    return step.arguments[: SEEN.get(step.operation)]


@dataclass(frozen=True)
class ArraysScript:
    """Writes a formula of arrays."""

    graph: ArrayGraph
    formula: Formula

    @property
    def steps(self) -> list[ArrayStep]:
        """Those that have a line: what the template names, and what that is computed from."""
        asked = {self.graph.objective, *self.graph.formulas}
        found = []
        for step in reversed(self.graph.steps):
            if step.name in asked:
                found.append(step)
                asked.update(name for each in arguments_of(step) for name in names_of(each))
        return found[::-1]

    def forward(self) -> Lines:
        """The steps, one after the other; those of one formula under it."""
        lines = Lines()
        steps = self.steps
        for place, step in enumerate(steps):
            formula = self.formula_of(place, steps)
            if formula:
                lines.comment(formula)
            lines.add(f"{self.formula.names[step.name]} = {self.value(step, lines)}", self.formula.about(step.name))
        return lines

    def formula_of(self, place: int, steps: list[ArrayStep]) -> str:
        """The formula of the template that the step at this place begins, if it takes several."""
        before = steps[place - 1].name if place else ""
        is_first = not before or before in self.graph.formulas
        owner = next((step.name for step in steps[place:] if step.name in self.graph.formulas), "")
        return f"{owner} = {self.graph.formulas[owner]}" if is_first and owner != steps[place].name and owner else ""

    def value(self, step: ArrayStep, lines: Lines) -> str:
        """The right side of a step's line."""
        arguments = [written(each, self.formula.names) for each in arguments_of(step)]
        first, shape = arguments[0], self.graph.shape_of(step.arguments[0])
        if step.operation in REDUCTIONS:
            return f"{REDUCTIONS[step.operation]}({first}{options_of(step, shape)})"
        if step.operation in ("softmax", "logsumexp"):
            lines.functions.add(step.operation)
            is_last = step.axes == (len(shape) - 1,)
            text = f"{step.operation}({first}{'' if is_last else f', {axis_of(step)}'})"
            squeezed = step.operation == "logsumexp" and len(step.shape) != len(shape)
            return f"np.squeeze({text}, {axis_of(step)})" if squeezed else text
        if step.operation == "matmul":
            return " @ ".join(map(enclosed, arguments))
        rule = operation(step.operation, arguments)
        lines.functions.update(rule.uses)
        return filled(rule.value, arguments)

    def backward(self) -> Lines:
        """From the objective back to the variables."""
        lines = Lines()
        shares, moving = Shares(lines), self.graph.derived | set(self.graph.variables)
        lines.add(f"{self.formula.d(self.graph.objective)} = 1")
        for step in reversed(self.steps):
            is_objective = step.name == self.graph.objective
            if step.name not in moving or not (is_objective or step.name in shares.terms):
                continue
            if not is_objective:
                self.put_derivative(step.name, shares, lines)
            terms = self.terms(step, lines)
            for argument, term in zip(arguments_of(step), terms, strict=False):
                if moving.intersection(names_of(argument)):
                    shares.hand_back(argument, term)
        for name in self.graph.variables:
            self.put_derivative(name, shares, lines)
        return lines

    def terms(self, step: ArrayStep, lines: Lines) -> list[str]:
        """What a step adds to the derivatives by its arguments, each in the argument's shape."""
        arguments = [written(each, self.formula.names) for each in arguments_of(step)]
        shapes = [self.graph.shape_of(each) for each in arguments_of(step)]
        value, flow = self.formula.names[step.name], self.formula.d(step.name)
        if step.operation in BACK:
            terms = BACK[step.operation](Back(step, arguments, shapes, value, flow))
        else:
            rule = operation(step.operation, arguments)
            lines.functions.update(rule.uses_back)
            terms = [filled(text, arguments, value, flow) for text in rule.terms]
        shape = shapes_of_terms(step, shapes)
        return [to_shape(term, each, own) for term, each, own in zip(terms, shape, shapes, strict=False)]

    def put_derivative(self, name: str, shares: Shares, lines: Lines) -> None:
        """The derivative by an array: the sum of its terms, or where some are of a part of it gathered there."""
        terms = shares.terms.get(name, [])
        d, shape, told = self.formula.d(name), self.graph.shapes[name], self.formula.about_derivative(name)
        if terms and not any(key for key, _ in terms):
            lines.add(f"{d} = {added([text for _, text in terms])}", told)
            return
        lines.add(f"{d} = np.zeros({shape})", told)
        for key, text in terms:
            lines.add(f"{d}[{key}] += {text}" if key else f"{d} += {text}")
