"""Biases: forgotten in the sums, or with a gradient of one sample alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbp.misconceptions.misconception import Change, Misconception, times, to
from xlbp.misconceptions.problem import KINDS_OF_STEPS, Problem
from xlbp.misconceptions.rewriting import put_in, without_terms
from xlbp.misconceptions.told import Rows, Told
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, names_in, ref, topological
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


def trained_twice(problem: Problem) -> Iterator[Misconception]:
    """A recurrent layer with two biases, of which each moves by the gradient: their sum, or one of them, is told."""
    for node in problem.nodes(*KINDS_OF_STEPS):
        own = [name for name in problem.parameters_of(node) if name in problem.row.parameters and problem.is_bias(name)]
        pairs = ((name, problem.relations.updated(name)) for name in own)
        columns: dict[str, Change] = {moved: _twice(ref(name)) for name, moved in pairs if moved is not None}
        if len(problem.by_tensor(own)) == 1 and columns:
            about = problem.tensor_of(own[0])
            yield Misconception(Mistake.TWO_BIASES, about, columns=columns)
            yield Misconception(Mistake.TWO_BIASES, about, columns=columns, told=_one_of_two(own))


def _twice(parameter: Expr) -> Change:
    """p + 2 (p+ - p)."""
    return lambda moved: 2 * moved - parameter


def _one_of_two(biases: Sequence[str]) -> Told:
    """The bias that starts from the template's numbers, where the other one starts from 0: it has half of the way."""

    def told(rows: Rows) -> Rows:
        halves = {name: (rows[name][0] + rows[name]) / 2 for name in biases if name in rows}
        return {**rows, **halves}

    return told


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
