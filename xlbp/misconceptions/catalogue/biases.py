"""Biases: forgotten in the sums, or with a gradient of one sample alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.misconceptions.misconception import Change, Misconception, times, to
from xlbp.misconceptions.problem import Problem
from xlbp.misconceptions.rewriting import put_in, without_terms
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import const, names_in, topological
from xlbp.template.blocks.block import Role


def forgotten(problem: Problem) -> Iterator[Misconception]:
    """z = W x: in a layer, or in all."""
    tensors = problem.by_tensor(_biases(problem))
    for tensor, lost in tensors.items():
        yield _without(problem, tensor, lost)
    if len(tensors) > 1:
        yield _without(problem, ", ".join(tensors), [name for lost in tensors.values() for name in lost])


def _without(problem: Problem, about: str, lost: Sequence[str]) -> Misconception:
    names = set(lost)
    using = (column for column in problem.of_phase("forward") if names.intersection(names_in(column.expr)))
    return Misconception(Mistake.NO_BIAS, about, cells={c.name: to(without_terms(c.expr, names)) for c in using})


def _biases(problem: Problem) -> list[str]:
    """What is added as it is: biases by their role, or numbers of a computation graph."""
    names = dict.fromkeys(
        str(arg.payload)
        for column in problem.of_phase("forward")
        for node in topological(column.expr)
        for arg in (node.args if node.op == "add" else ())
        if arg.op == "ref"
    )
    return [name for name in names if _is_bias(problem, name)]


def _is_bias(problem: Problem, name: str) -> bool:
    if problem.relations.has_tensors:
        return problem.relations.role(name) is Role.BIAS
    return name in problem.row.parameters or name in problem.row.program.panel


def gradients(problem: Problem) -> Iterator[Misconception]:
    """The gradient of a bias, and then that of anything, by the first sample of the batch or by the last."""
    marks = problem.model.marks
    if len(marks) == 1:
        return
    groups = sorted(problem.parameter_groups, key=lambda group: not problem.is_bias(group[1][0]))
    for about, parameters in [*groups, ("", problem.parameters)]:
        columns = [problem.row.gradients[name] for name in parameters]
        of_biases = about and problem.is_bias(parameters[0])
        if of_biases:
            mean_again = dict.fromkeys(columns, times(1 / len(marks)))
            yield Misconception(Mistake.MEAN_FOR_SUM, about, columns=mean_again)
        for mark in (marks[-1], marks[0]):
            for factor in (1, len(marks)):
                alone = dict.fromkeys(columns, of_sample(problem, mark, factor))
                if of_biases:
                    yield Misconception(Mistake.BIAS_OF_ONE_SAMPLE, about, columns=alone)
                else:
                    yield Misconception(Mistake.ONE_SAMPLE, mark, columns=alone)


def of_sample(problem: Problem, mark: str, factor: float) -> Change:
    """What a sample adds to the mean, or as if it were the only one."""
    marks = {other for other in problem.model.marks if other != mark}
    others = {name: const(0) for name, quantity in problem.row.quantities.items() if quantity.sample in marks}
    return lambda expr: put_in(expr, others) * factor
