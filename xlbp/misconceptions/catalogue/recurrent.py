"""Backpropagation through time: steps that are left out, states of another step, gates taken for one another."""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import permutations
from typing import cast

from xlbp.misconceptions.misconception import Change, Edge, Misconception, to
from xlbp.misconceptions.problem import KINDS_OF_STEPS, Problem
from xlbp.misconceptions.rewriting import put_in, rewritten
from xlbp.mistakes import Mistake
from xlbp.symbols.expr import Expr, const, if_positive, names_in, prev, ref, total
from xlbp.template import names
from xlbp.template.blocks.block import Axis, Role
from xlbp.template.blocks.recurrent import ALL, BEFORE, Gru, Lstm, Recurrent
from xlbp.template.layer import Node
from xlbp.template.quantity import Quantity

ZERO = const(0)
MOST_KEPT = 5  # steps that a truncated way back goes
MOST_EDGES = 1_000  # for which each loss is followed by itself


def through_time(problem: Problem) -> Iterator[Misconception]:
    """The way back to earlier steps: none, none by h, none by the cell; and the loss of the last step alone."""
    for node in problem.nodes(*KINDS_OF_STEPS):
        back = problem.edges_to_steps_before(node)
        about = f"a{node.layer}"
        of_states, of_cells = ([edge for edge in back if problem.quantity(edge[1]).letter == letter] for letter in "ac")
        yield Misconception(Mistake.TRUNCATED, about, slopes=dict.fromkeys(back, to(ZERO)))
        if of_cells:
            yield Misconception(Mistake.TRUNCATED, about, slopes=dict.fromkeys(of_states, to(ZERO)))
            cell = f"c{node.layer}"
            yield Misconception(Mistake.NO_MEMORY_PATH, cell, slopes=dict.fromkeys(of_cells, to(ZERO)))
    yield from _to_gates(problem)
    yield from _last_step(problem)


def truncations(problem: Problem) -> Iterator[Misconception]:
    """The way back cut after k steps: between windows of k, counted from the end or from the start, or for each loss.

    For k = 1 that is :func:`through_time`.
    """
    for node in problem.nodes(*KINDS_OF_STEPS):
        back = problem.edges_to_steps_before(node)
        steps = max((problem.quantity(user).indices[0] for user, _ in back), default=0)
        passes_all = cast(Recurrent, node.block).returns == ALL
        for k in range(2, min(steps, MOST_KEPT + 1)):
            about = f"a{node.layer}, k = {k}"
            for first in dict.fromkeys((steps % k, 0)):  # the same, where k divides the steps
                cut = [edge for edge in back if (problem.quantity(edge[1]).indices[0] - first) % k == 0]
                yield Misconception(Mistake.TRUNCATED, about, slopes=dict.fromkeys(cut, to(ZERO)))
            if passes_all and len(problem.edges) <= MOST_EDGES:
                yield Misconception(Mistake.TRUNCATED, about, columns=_by_each_loss(problem, node, k))


def _by_each_loss(problem: Problem, node: Node, k: int) -> dict[str, Change]:
    """The layer's gradients as sums over the steps that something is passed on at, each by k steps back alone."""
    inside = set(problem.elements(node, *(tensor.letter for tensor in problem.model.network.tensors_of(node))))
    own = {name for name in problem.parameters_of(node) if name in problem.row.parameters}
    steps = sorted({problem.quantity(name).indices[0] for name in inside})
    uses = [(user, name) for user, name in problem.edges if name in own]
    flows: dict[str, list[Expr]] = {}
    for last in steps:
        adjoints = _adjoints(problem, inside, range(max(last - k, 0) + 1, last + 1))
        for user, name in uses:
            if user in adjoints:
                flows.setdefault(name, []).append(adjoints[user] * problem.edges[user, name])
    samples = len(problem.model.marks)
    return {
        problem.row.gradients[name]: to(total(terms) / samples + problem.penalties_of(name))
        for name, terms in flows.items()
    }


def _adjoints(problem: Problem, inside: Container[str], window: range) -> dict[str, Expr]:
    """By each cell of a layer at some steps: the derivative by it of what the layer passes on at the last of them."""
    cells = [name for name in problem.columns if name in inside and problem.quantity(name).indices[0] in window]
    adjoints: dict[str, Expr] = {}
    for name in sorted(cells, key=lambda cell: problem.quantity(cell).indices[0], reverse=True):
        _put_adjoint(problem, name, inside, window[-1], adjoints)
    return adjoints


def _put_adjoint(problem: Problem, name: str, inside: Container[str], last: int, adjoints: dict[str, Expr]) -> None:
    """The sum over the cells that use one: those of the layer, and at the last step those behind it."""
    terms = []
    for user in problem.row.users.get(name, ()) if name not in adjoints else ():
        if user in inside and problem.quantity(user).indices[0] <= last:
            _put_adjoint(problem, user, inside, last, adjoints)
            terms.append(adjoints[user] * problem.edges[user, name])
        elif user not in inside and problem.quantity(name).indices[0] == last:
            terms.append(_behind(problem, user) * problem.edges[user, name])
    adjoints.setdefault(name, total(terms))


def _behind(problem: Problem, user: str) -> Expr:
    """The derivative by a cell behind the layer: 1 of a loss, its cell, or what it is."""
    if user in problem.row.seeds:
        return const(1)
    if user in problem.row.gradients:
        return ref(problem.row.gradients[user])
    users = problem.row.users.get(user, ())
    return total(_behind(problem, other) * problem.edges[other, user] for other in users)


def slopes_between_steps(problem: Problem) -> Iterator[Misconception]:
    """What goes back to the step before is U times the derivative by the state, where that by the sums is meant."""
    for node in problem.nodes(*KINDS_OF_STEPS):
        activated = {z: a for arguments in problem.activations.values() for a, z in arguments.items()}
        slopes: dict[Edge, Change] = {}
        for user, name in problem.edges_to_steps_before(node):
            if user in activated:
                slopes[user, name] = to(problem.edges[user, name] / problem.edges[activated[user], user])
        if slopes:
            yield Misconception(Mistake.NO_SLOPE, f"a{node.layer}", slopes=slopes)


def _to_gates(problem: Problem) -> Iterator[Misconception]:
    """A gate that learns nothing: what it multiplies passes back nothing to it."""
    for node in problem.nodes(Lstm.kind, Gru.kind):
        for gate in cast(Lstm | Gru, node.block).gates:
            inside = set(problem.elements(node, gate))
            edges = [edge for edge in problem.edges if edge[1] in inside]
            yield Misconception(Mistake.NO_PATH, f"{gate}{node.layer}", slopes=dict.fromkeys(edges, to(ZERO)))


def _last_step(problem: Problem) -> Iterator[Misconception]:
    """Of a sequence with a loss at each step."""
    if not problem.model.loss or problem.model.network.outputs_apart.axes != (Axis.STEP,):
        return
    steps = problem.model.network.outputs_apart[0]
    edges = [(seed, name) for seed in problem.row.seeds for name in problem.row.slopes[seed]]
    early = [(seed, name) for seed, name in edges if problem.quantity(name).indices[0] < steps]
    if early:
        yield Misconception(Mistake.LAST_STEP_ONLY, slopes=dict.fromkeys(early, to(ZERO)))


def one_step(problem: Problem) -> Iterator[Misconception]:
    """The gradient of a layer's parameters by the last step that was computed: the first one, or the last."""
    if not problem.relations.has_tensors:
        return
    network = problem.model.network
    for layer in network.layers:
        node = layer.nodes[0]
        apart = network.shape_of(network.place_of(node)) if node.block.kind not in KINDS_OF_STEPS else None
        steps = node.block.apart(*network.inputs_of(node))
        if steps.axes != (Axis.STEP,) or (apart is not None and apart.axes[:1] != (Axis.STEP,)):
            continue
        own = {name for name in problem.parameters_of(node) if name in problem.row.parameters}
        edges = _at_steps(problem, own)
        for only in (1, steps[0]):
            others = [(user, name) for user, name in edges if problem.quantity(user).indices[0] != only]
            about = ", ".join(problem.by_tensor(sorted(own)))
            if others:
                yield Misconception(Mistake.ONE_STEP, about, slopes=dict.fromkeys(others, to(ZERO)))


def _at_steps(problem: Problem, parameters: Container[str]) -> list[Edge]:
    """The uses of some parameters by cells of blocks; penalties use them, too, but at no step."""
    return [(user, name) for user, name in problem.edges if name in parameters and problem.quantity(user).block]


def states(problem: Problem) -> Iterator[Misconception]:
    """dU pairs the delta of a step with h of that step."""
    for node in problem.nodes(*KINDS_OF_STEPS):
        recurrent = {name for name in problem.parameters_of(node) if name.letter == "U"}
        slopes: dict[Edge, Change] = {}
        for user, name in _at_steps(problem, recurrent):
            now = {used: ref(other) for used in names_in(problem.edges[user, name])
                   if (other := _state_at(problem, used, problem.quantity(user))) is not None}  # fmt: skip
            slopes[user, name] = to(put_in(problem.edges[user, name], now))
        yield Misconception(Mistake.SAME_STEP, f"U{node.layer}", slopes=slopes)


def carried(problem: Problem) -> Iterator[Misconception]:
    """A row that goes on from the state in which the row above ended, and not from the start."""
    for node in problem.nodes(*KINDS_OF_STEPS):
        starts = {name for name in problem.parameters_of(node) if problem.relations.role(name) is Role.START}
        states_of = problem.elements(node, "a", "c")
        cells: dict[str, Change] = {
            name: to(put_in(problem.columns[name].expr, _ends(problem.quantity(name), starts, states_of)))
            for name in problem.elements(node, *(tensor.letter for tensor in problem.model.network.tensors_of(node)))
            if starts.intersection(names_in(problem.columns[name].expr))
        }
        yield Misconception(Mistake.STATE_CARRIED, f"a{node.layer}", cells=cells)


def _ends(cell: Quantity, starts: set[Quantity], states_of: list[Quantity]) -> dict[str, Expr]:
    """By each start: what the unit's state, or cell, of the same sample was in the end, one row above."""
    ends: dict[str, Expr] = {}
    for start in starts:
        letter = "c" if start.letter == "cstart" else "a"
        own = [name for name in states_of if (name.letter, name.sample) == (letter, cell.sample)]
        last = next(name for name in reversed(own) if name.indices[-1] == start.indices[-1])
        ends[start] = if_positive(ref(names.ITERATION), prev(last), ref(start))
    return ends


def _state_at(problem: Problem, state: str, user: Quantity) -> Quantity | None:
    """For the state that a cell takes, or for what the layer starts from: the state of the cell's step and sample."""
    quantity = problem.quantity(state)
    if quantity.letter == "a" or problem.relations.role(state) is Role.START:
        return quantity.lettered("a").at(user.indices[0], quantity.indices[-1]).sampled(user.sample)
    return None


def gates(problem: Problem) -> Iterator[Misconception]:
    """The rows of the gates in another order; the GRU's z turned round; its reset at the other place."""
    for node in problem.nodes(Gru.kind):
        states_of = problem.elements(node, "a")
        turned: dict[str, Change] = {h: _turned(h.lettered("z")) for h in states_of}
        yield Misconception(Mistake.GATE_TURNED, f"z{node.layer}", cells=turned)
        yield Misconception(Mistake.GATE_RESET, f"r{node.layer}", cells=_reset_elsewhere(problem, node))
    for node in problem.nodes(Lstm.kind, Gru.kind):
        gates_of = cast(Lstm | Gru, node.block).gates
        for order in permutations(range(len(gates_of))):
            if order != tuple(range(len(gates_of))):
                called = ", ".join(gates_of[order.index(place)] for place in range(len(gates_of)))
                yield Misconception(Mistake.GATE_ORDER, called, cells=_reordered(problem, node, order))


def _turned(gate: str) -> Change:
    return lambda expr: put_in(expr, {gate: 1 - ref(gate)})


def _reordered(problem: Problem, node: Node, order: tuple[int, ...]) -> dict[str, Change]:
    """Each gate's sums with the rows of W, U and b at another gate's place."""
    block = cast(Lstm | Gru, node.block)
    gates_of, units = block.gates, block.units
    cells: dict[str, Change] = {}
    for gate, taken in zip(gates_of, order, strict=True):
        shift = (taken - gates_of.index(gate)) * units
        for name in problem.elements(node, f"z{gate}", *(("p",) if gate == "n" else ())):
            rows = {used: ref(_row_below(problem.quantity(used), shift))
                    for used in names_in(problem.columns[name].expr)
                    if problem.quantity(used).letter in ("W", "U", "b") and problem.quantity(used).indices}  # fmt: skip
            cells[name] = to(put_in(problem.columns[name].expr, rows))
    return cells


def _row_below(parameter: Quantity, shift: int) -> Quantity:
    row, *others = parameter.indices
    return parameter.at(row + shift, *others)


def _reset_elsewhere(problem: Problem, node: Node) -> dict[str, Change]:
    """r after the product with U for before it, or before it for after it."""
    return {z: _after(problem, z) if cast(Gru, node.block).reset == BEFORE else _before(problem, z)
            for z in problem.elements(node, "zn")}  # fmt: skip


def _after(problem: Problem, z: Quantity) -> Change:
    """W x + U (r h) + b becomes W x + r (U h) + b."""
    parts = [name for name in names_in(problem.columns[z].expr) if problem.quantity(name).letter == "p"]
    own_reset = ref(z.lettered("r"))
    pasts = {p: own_reset * _past_in(problem, problem.columns[p].expr) for p in parts}
    return lambda expr: put_in(expr, pasts)


def _past_in(problem: Problem, product: Expr) -> Expr:
    """The state in r h."""
    return next(ref(name) for name in names_in(product) if problem.quantity(name).letter != "r")


def _before(problem: Problem, z: Quantity) -> Change:
    """W x + b + r (U h + c) becomes W x + b + U (r h) + c."""
    r, p = ref(z.lettered("r")), ref(z.lettered("p"))
    part = problem.columns[z.lettered("p")].expr
    pasts = {name: ref(name) * ref(z.lettered("r").at(z.indices[0], problem.quantity(name).indices[-1]))
             for name in names_in(part) if _state_at(problem, name, z) is not None}  # fmt: skip
    return lambda expr: rewritten(expr, lambda node: put_in(part, pasts) if set(node.args) == {r, p} else None)
