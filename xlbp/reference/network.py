"""One row of a network by hand: forward, loss, backward block by block, update.

Rows are samples: with B samples and n outputs, dE/dA and the like are (B, n), or (B, ...) of any other shape, and
belong to each sample's own loss; the mean over the batch enters with the gradients.
(Rumelhart, Hinton and Williams, Nature 323, 1986; Goodfellow et al., Deep Learning, 2016, 6.5.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from operator import add
from typing import Any, TypeAlias, cast

import numpy as np

from xlbp.reference.arithmetic import features_last, in_order, shared_out, total_of_places
from xlbp.reference.blocks import BLOCKS
from xlbp.reference.data import Samples
from xlbp.reference.forward import (
    Passed,
    averaged_steps,
    forward,
    numbers_of,
    outputs_of,
    put_losses,
    settings_of,
    weights_of_classes,
)
from xlbp.reference.history import Array, Arrays
from xlbp.reference.losses import LOSSES, counted_targets
from xlbp.reference.notes import LayerNotes, Notes, only, spread
from xlbp.reference.optimizers import Kept, Moved, Optimizer
from xlbp.reference.recorder import Recorder
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.layer import INPUT, Node
from xlbp.template.losses import LOSSES as RECORDS
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity, shape_of

Gradients: TypeAlias = dict[tuple[int, str], Array]
FLOOR = "floor of d"  # and a parameter's key: below it a gradient counts as 0


def parameter_names(network: Network) -> dict[str, Sequence[Quantity]]:
    """What the elements of ``W1`` (n, m) and ``b1`` (n,) or (1,) are called, in order; a shared one once, at home."""
    each = network.each_parameter()
    return {f"{parameter.letter}{node.layer}": parameter.elements(node.layer) for node, parameter in each}


def running_names(network: Network) -> dict[str, tuple[str, Sequence[Quantity]]]:
    """By the key of each running statistic, ``rm1``: the key of what it starts from, and its elements' names."""
    each = ((node, tensor) for node, tensor in network.each_tensor() if tensor.role is Role.RUNNING)
    return {
        f"{tensor.letter}{node.layer}": (
            f"{node.block.running[tensor.letter]}{node.layer}",
            tensor.elements(node.layer),
        )
        for node, tensor in each
    }


def numbers_by_key(network: Network, numbers: Mapping[str, float]) -> dict[str, Array]:
    """``W1`` (n, m), ``b1`` (n,) or (1,), and so on; running statistics, unless they are told, as they start."""
    return read_numbers(parameter_names(network), running_names(network), numbers)


def read_numbers(
    parameters: Mapping[str, Sequence[Quantity]],
    running: Mapping[str, tuple[str, Sequence[Quantity]]],
    numbers: Mapping[str, float],
) -> dict[str, Array]:
    """The same where the names are known; see :func:`parameter_names` and :func:`running_names`."""
    by_key = {
        key: np.array([numbers[name] for name in called]).reshape(shape_of(called))
        for key, called in parameters.items()
    }
    for key, (start, called) in running.items():
        is_told = called[0] in numbers
        by_key[key] = np.array([numbers[name] for name in called]) if is_told else by_key[start].copy()
    return by_key


class Row:
    """The mathematics of one row."""

    def __init__(self, network: Network, samples: Samples, optimizer: Optimizer, record: Recorder) -> None:
        self.network, self.samples, self.optimizer = network, samples, optimizer
        self.called, self.inputs = parameter_names(network), optimizer.inputs
        self.settings, self.running = settings_of(network, optimizer.inputs), running_names(network)
        self.notes = Notes(network, record, network.marks)
        self.tests = Notes(network, record, network.test_marks, training=False)
        self.homes = {f"{p.letter}{node.layer}": (node, p) for node, p in network.each_parameter()}
        self.class_weights = weights_of_classes(network, optimizer.inputs)
        self.weights = [key for key, (_, p) in self.homes.items() if p.role is Role.WEIGHT]
        self.trained = [key for key, (node, p) in self.homes.items() if p.letter not in node.frozen]

    def put_parameters(self, key: str, value: Array, called: Callable[[Quantity], str]) -> None:
        """Record something that each element of a parameter has; ``called`` makes its name of the element's."""
        self.notes.record.put([called(name) for name in self.called[key]], value)

    def to_loss(self, given: Arrays, now: Arrays) -> tuple[Passed, int, Array, Arrays]:
        """The row as far as the loss: what :meth:`backward` takes."""
        for key in self.trained:
            self.put_parameters(key, now[key], str)
        for key, (_, called) in self.running.items():
            self.notes.record.put(called, now[key])
        x, target = self.batch(given)
        now = {**now, **self.settings}
        numbers = {**now, **self.drawn(given)}
        passed = forward(self.notes, x, numbers)
        return passed, *self.loss(passed, target, now), numbers

    def done(self, given: Arrays, shared: Arrays, now: Arrays, above: Mapping[str, Kept]) -> Moved:
        """One iteration: forward, loss, backward, update.  ``shared`` is what all parameters share in the step."""
        flows = self.backward(*self.to_loss(given, now))
        gradients = {
            key: self.gradient(key, self.parts(key, flows, now[key]), now[key]) for key in reversed(self.trained)
        }
        self.test({**now, **self.settings})
        floors = {key: given[FLOOR + key] for key in self.trained if FLOOR + key in given}
        moved = self.update({key: gradients[key] for key in self.trained}, shared, now, above, floors)
        return moved._replace(parameters={**moved.parameters, **self.notes.carried})

    def batch(self, given: Arrays) -> tuple[Array, Array]:
        """Inputs and targets of the row, recorded."""
        if self.network.picks:
            called = [names.of_input(names.SAMPLE, 0, mark) for mark in self.notes.marks]
            self.notes.record.put(called, given["numbers"])
            self.notes.put_one(names.EPOCH, given["epoch"])
        if self.network.stored:
            self.notes.put("t", "", given["t"])
        return self.notes.put("a", 0, given["x"]), given["t"]

    def drawn(self, given: Arrays) -> dict[str, Array]:
        """Dropout's masks, recorded with the random numbers they come from."""
        masks: dict[str, Array] = {}
        for node, tensor in self.network.each_tensor():
            if tensor.role is Role.RANDOM:
                key = f"{tensor.letter}{node.layer}"
                masks[key] = self.notes.put(tensor.letter, node.layer, given[key])
        return masks

    def loss(self, passed: Passed, target: Array, now: Arrays) -> tuple[int, Array]:
        """Record the losses; return where the way back starts, and the derivative of the loss by that node's output.

        A loss that takes the logits passes the last activation by.
        """
        network, loss = self.network, LOSSES[self.network.loss]
        outputs = outputs_of(self.notes, passed, target, self.class_weights)
        samples, hits = put_losses(self.notes, outputs)
        count = len(samples)
        if network.data.accuracy and count > 1:
            self.notes.put_one(names.HITS, shared_out(in_order(hits), count))
        mean = shared_out(in_order(samples), count)
        if network.penalties:
            mean = self.notes.put_one(names.DATA_LOSS, mean)
            for kind in network.penalties:
                mean = mean + self.notes.put_one(names.penalty(kind), self.penalty(kind, now))
        self.notes.put_one(names.LOSS, mean)
        steps, shape = averaged_steps(network), network.output_shape
        flow = self.notes.cleaned(loss.start_over(outputs, shape.extent(*FEATURES), steps))
        if not RECORDS[network.loss].logits_of:
            return len(network.nodes) - 1, flow
        if f"lse{network.last}" in self.notes.tensors:
            self.notes.put("dlse", network.last, in_order(features_last(counted_targets(outputs, steps), shape)))
        return network.nodes[-1].inputs[0], flow

    def penalty(self, kind: str, now: Arrays) -> Array:
        """l2/2 times the sum of the squares of all weights, or l1 times the sum of their sizes."""
        size = self.inputs[names.setting(kind)]
        weights = [now[key].ravel() for key in self.weights]
        sums = [in_order(w * w if kind == "l2" else np.abs(w)) for w in weights]
        return (size / 2 if kind == "l2" else size) * in_order(np.stack(sums))

    def backward(self, passed: Passed, first: int, flow: Array, numbers: Arrays) -> Gradients:
        """From the output of the node at ``first`` back to the inputs: the sums of the gradients over the samples.

        Each by the place of the node and its letter there, and step by step where the node uses it at several.
        """
        network = self.network
        flows: dict[int, list[Array]] = {first: [flow]}  # from each user of a node's output, the last one first
        reached = {first: np.ones(network.shape_of(first).without(*FEATURES), dtype=bool)}
        sums: Gradients = {}
        for place in range(first, INPUT, -1):
            if place not in flows:
                continue
            node = network.nodes[place]
            reach = BLOCKS[node.block.kind].reached
            places = [reach(node.block, shape, reached[place]) for shape in network.inputs_of(node)]
            notes = LayerNotes(self.notes, node, places[0] if node.block.is_view else reached[place])
            used_at = places[0] if node.block.couples else notes.reached
            if not node.block.apart(*notes.shapes):  # such a gradient has a single place
                used_at = np.asarray(used_at.any())
            flow = only(reduce(add, reversed(flows[place])), spread(reached[place], network.shape_of(place)))
            own = numbers_of(network, node, numbers)
            gradients, *below = self.through(node, notes, own, passed.kept[place], flow)
            for letter, gradient in gradients.items():
                sums[place, letter] = only(gradient, used_at.reshape(-1, *[1] * (len(gradient.shape) - 1)))
            for source, derivative, there in zip(node.inputs, below, places, strict=True):
                flows.setdefault(source, []).append(self.notes.cleaned(derivative))
                reached[source] = reached[source] | there if source in reached else there
        return sums

    def through(self, node: Node, notes: LayerNotes, own: Arrays, kept: object, flow: Array) -> tuple[Any, ...]:
        """Back through a node: its gradients by letter, place by place, and the derivatives by what it takes."""
        if not node.block.is_view:  # a view notes all derivatives itself
            flow = notes.put(f"d{node.block.output(*notes.shapes).letter}", flow)
        return BLOCKS[node.block.kind].backward(notes, node.block, own, kept, flow)

    def parts(self, key: str, flows: Gradients, value: Array) -> Array:
        """What each step, or place, of each node that uses a parameter adds to its gradient: (places, ...)."""
        node, parameter = self.homes[key]
        places = self.network.places_of(node, parameter)
        parts: list[Array] = []
        for user in self.network.users_of(node, parameter):
            shape = (sum(layer == str(user.layer) for layer, _ in places), *value.shape)
            home = (node.layer, parameter.letter)
            letters = [parameter.letter] if user is node else []
            letters += [letter for letter, shared in user.shared.items() if shared == home]
            met = [(self.network.place_of(user), letter) for letter in letters]
            there = [flows[use].reshape(*shape) for use in met if use in flows]
            parts.append(reduce(add, there) if there else np.zeros(shape))  # a node may lead nowhere
        each = parts[0] if len(parts) == 1 else np.concatenate(parts)
        if called := [name for name, _ in self.network.parts_of(node, parameter)]:
            self.notes.record.put(called, np.moveaxis(each, 0, -1))
        return each

    def gradient(self, key: str, parts: Array, parameter: Array) -> Array:
        """The mean over the batch, with the slopes of the penalties; of weights also its length."""
        mean = shared_out(total_of_places(parts), self.network.batch)
        is_weight = key in self.weights
        for kind in self.network.penalties if is_weight else ():
            slope = parameter if kind == "l2" else np.sign(parameter)
            mean = mean + self.inputs[names.setting(kind)] * slope
        self.put_parameters(key, mean, names.gradient)
        if is_weight:
            element = self.called[key][0]
            self.notes.put_one(names.norm(int(element.block), element.letter), np.sqrt(in_order((mean * mean).ravel())))
        return mean

    def test(self, now: Arrays) -> None:
        """The samples that are kept from training, without dropout; then their mean."""
        if not len(self.samples.test_x):
            return
        passed = forward(self.tests, self.samples.test_x, now)
        losses, hits = put_losses(self.tests, outputs_of(self.tests, passed, self.samples.test_t, self.class_weights))
        self.notes.put_one(names.LOSS + names.TEST, in_order(losses) / len(losses))
        if self.network.data.accuracy:
            self.notes.put_one(names.HITS + names.TEST, in_order(hits) / len(hits))

    def update(
        self, gradients: Arrays, shared: Arrays, now: Arrays, above: Mapping[str, Kept], floors: Arrays
    ) -> Moved:
        """The parameters of the next row, and what the optimizer keeps."""
        moved = self.optimizer.move(now, gradients, above, shared, self.notes.cleaned, floors)
        for key in gradients:
            self.put_parameters(key, moved.parameters[key], names.updated)
            for letter, value in moved.kept[key].items():
                self.put_parameters(key, value, partial(names.kept, letter))
        for letter, number in moved.shared.items():
            self.notes.put_one(names.kept(letter, ""), cast(Array, number))
        return moved
