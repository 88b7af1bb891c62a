"""A network as a script: data, parameters, then the loop with forward pass, loss, backward pass and update."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlbp.interchange.numpy_script.axes import along_features
from xlbp.interchange.numpy_script.blocks import BLOCKS
from xlbp.interchange.numpy_script.data import Data
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import assigned_array, assigned_number
from xlbp.interchange.numpy_script.losses import outputs_of, put_loss, put_weights, start
from xlbp.interchange.numpy_script.node import TESTS, At, Passes, called, setting
from xlbp.interchange.numpy_script.optimizers import Update
from xlbp.interchange.numpy_script.script import Script
from xlbp.interchange.numpy_script.sheet import Sheet
from xlbp.interchange.source import Source
from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Parameter, Role
from xlbp.template.layer import INPUT, Node
from xlbp.template.losses import LOSSES as RECORDS
from xlbp.template.network import Network


@dataclass(frozen=True)
class NetworkScript:
    """Writes the parts of a script one after the other."""

    source: Source

    @cached_property
    def network(self) -> Network:
        """What is trained."""
        return self.source.template.model.network

    @property
    def numbers(self) -> Mapping[str, float]:
        """What it starts from."""
        return self.source.numbers

    @cached_property
    def sheet(self) -> Sheet:
        """What comments say."""
        return Sheet(self.source.contents)

    @cached_property
    def data(self) -> Data:
        """The samples."""
        return Data(self.network, self.numbers, self.sheet)

    @cached_property
    def update(self) -> Update:
        """How the parameters move."""
        return Update(self.source.template.training, self.numbers)

    @cached_property
    def homes(self) -> dict[str, tuple[Node, Parameter]]:
        """Every parameter by what it is called, with the node whose own it is."""
        return {called(p.letter, node.layer): (node, p) for node, p in self.network.each_parameter()}

    @cached_property
    def trained(self) -> list[str]:
        """The parameters that training moves."""
        return [name for name, (node, p) in self.homes.items() if p.letter not in node.frozen]

    @cached_property
    def used(self) -> frozenset[int]:
        """The places of the nodes that the outputs depend on."""
        found = {len(self.network.nodes) - 1}
        for place in range(len(self.network.nodes) - 1, -1, -1):
            if place in found:
                found.update(self.network.nodes[place].inputs)
        return frozenset(found - {INPUT})

    @cached_property
    def needed(self) -> frozenset[int]:
        """The places of the nodes whose derivatives lead to a parameter that is trained."""
        found: set[int] = set()
        for place, node in enumerate(self.network.nodes):
            own = (called(p.letter, node.layer) if p.home is None else called(p.home[1], p.home[0])
                   for p in self.network.parameters_of(node))  # fmt: skip
            if any(name in self.trained for name in own) or found.intersection(node.inputs):
                found.add(place)
        return frozenset(found)

    def written(self) -> Script:
        """The whole script."""
        top, before, loop = Lines(), Lines(), Lines()
        self.data.put(top)
        self.put_parameters(top)
        self.put_settings(top)
        self.data.put_choice(loop)
        training = self.passes("", loop)
        self.put_pass(training, "forward")
        self.put_penalties(loop)
        printed = ["iteration", names.LOSS]
        if self.network.data.test:
            self.put_pass(self.passes(TESTS, loop), "the samples that are kept from training")
            printed.append(f"{names.LOSS}{TESTS}")
        loop.add(f"print({', '.join(printed)})")
        self.put_backward(training)
        loop.comment("update")
        self.update.put({name: f"d{name}" for name in self.trained}, loop)
        loop.lines += training.after.lines
        self.put_batch(top, loop)
        self.put_before(before)
        return Script(top, before, loop)

    def passes(self, suffix: str, lines: Lines) -> Passes:
        """A forward pass, and its way back, that are not written yet."""
        outputs = {INPUT: f"X{suffix}"}
        indexes = self.data.indexes
        return Passes(self.network, self.sheet, frozenset(self.trained), indexes, suffix, lines, outputs=outputs)

    # the top

    def put_parameters(self, lines: Lines) -> None:
        """The initial parameters."""
        lines.comment("initial parameters: a row for each unit, a column for each of its inputs")
        for name, (node, parameter) in self.homes.items():
            elements = parameter.elements(node.layer)
            values = np.array([self.numbers[element] for element in elements]).reshape(parameter.shape)
            is_trained = name in self.trained
            told = self.sheet.about(elements) if is_trained else f"{self.sheet.symbols(elements)}: not trained"
            if values.ndim == 0 and not is_trained:
                lines.add(assigned_number(name, float(values)), told)
                continue
            first, *others = assigned_array(name, values)
            lines.add(first, told)
            lines.lines += others

    def put_settings(self, lines: Lines) -> None:
        """The other numbers of the panel."""
        lines.comment("training")
        lines.lines += self.update.settings()
        for node in self.network.nodes:
            for key in node.block.settings:
                value = self.numbers[names.setting(f"{key}{node.layer}")]
                lines.add(assigned_number(setting(key, node.layer), value))
        if self.network.weighs:
            weights = np.array([self.numbers[name] for name in self.network.weights_of_classes])
            lines.lines += assigned_array("omega", weights)
        if self.network.is_random:
            lines.add(assigned_number("seed", math.floor(self.numbers[names.setting("seed")])))

    def put_before(self, lines: Lines) -> None:
        """What the loop starts from besides numbers: random numbers, running statistics, what an optimizer keeps."""
        if self.network.is_random:
            lines.functions.add("lehmer")
            lines.add("random = lehmer(69621 * (seed + 31337) % (2**31 - 1))")
        for node, tensor in self.network.each_tensor():
            if tensor.role is Role.RUNNING:
                start = called(node.block.running[tensor.letter], node.layer)
                lines.add(f"{tensor.letter}{node.layer} = {start}", self.sheet.about(tensor.elements(node.layer)))
        lines.lines += self.update.before(self.trained)

    def put_batch(self, top: Lines, loop: Lines) -> None:
        """How many samples there are, where the loop asks for it."""
        sizes = {"B": str(self.network.batch), f"B{TESTS}": str(self.network.data.test)}
        for name, size in sizes.items():
            if any(re.search(rf"\b{name}\b", line.partition("#")[0]) for line in loop.lines):
                top.add(f"{name} = {size}", "samples in a row" if name == "B" else "samples for testing")

    # the loop

    def put_pass(self, passes: Passes, title: str) -> None:
        """The forward pass and its loss."""
        network, lines = self.network, passes.lines
        lines.comment(title)
        for place, node in enumerate(network.nodes):
            if place in self.used:
                rule = BLOCKS[node.block.kind]
                lines.lines += [f"# {rule.title}"] if rule.title else []
                passes.outputs[place] = rule.forward(At(passes, node))
        if passes.training:
            lines.comment("loss")
        weight = put_weights(passes, along_features(network.output_shape))
        put_loss(passes, outputs_of(passes, weight, self.targets_sum_to_one), f"{names.LOSS}{passes.suffix}")

    @property
    def targets_sum_to_one(self) -> bool:
        """Whether the targets of each sample, or step, are shares of a whole."""
        network = self.network
        if network.data.classes:
            numbers = [self.numbers[names.CLASS + mark] for mark in self.data.marks]
            return all(number in range(len(network.data.classes)) for number in numbers)
        targets = self.data.table(network.aimed_at, network.target_shape)
        axis = network.target_shape.place(*FEATURES)
        return axis is not None and bool(np.all(targets.sum(axis=axis + 1) == 1))

    def put_penalties(self, lines: Lines) -> None:
        """What l1 and l2 add to the loss."""
        sums = {"l1": "l1 * ({})", "l2": "l2 / 2 * ({})"}
        each = {"l1": "np.sum(np.abs({}))", "l2": "np.sum({}**2)"}
        for kind in self.network.penalties:
            total = " + ".join(each[kind].format(name) for name in self.weights)
            lines.add(f"E = E + {sums[kind].format(total)}", self.sheet.about([names.penalty(kind)]))

    @property
    def weights(self) -> list[str]:
        """The parameters that penalties are on."""
        return [name for name, (_, parameter) in self.homes.items() if parameter.role is Role.WEIGHT]

    def put_backward(self, passes: Passes) -> None:
        """From the loss back to every parameter that is trained."""
        network, lines = self.network, passes.lines
        lines.comment("backward" + (": of each sample's own loss; the mean comes with the parameters"
                                    if network.batch > 1 else ""))  # fmt: skip
        last = len(network.nodes) - 1
        skips = bool(RECORDS[network.loss].logits_of)  # the last activation
        first = network.nodes[last].inputs[0] if skips else last
        passes.flows[first] = [self.loss_flow(passes)]
        for place in range(first, INPUT, -1):
            if place in self.needed and place in passes.flows:
                self.put_node_backward(passes, place)
        for name in self.trained:
            if not any(re.match(rf"d{name}\b", line) for line in lines.lines):
                lines.add(f"d{name} = np.zeros_like({name})", "the loss does not depend on it")

    def loss_flow(self, passes: Passes) -> str:
        """The derivative of each sample's loss by the outputs, or by their logits."""
        weight = "rho" if any(line.startswith("rho = ") for line in passes.lines.lines) else ""
        return start(self.network, outputs_of(passes, weight, self.targets_sum_to_one))

    def put_node_backward(self, passes: Passes, place: int) -> None:
        """Back through a node: the derivative by what it passes on, then its own lines, then its gradients."""
        node, terms, flow = self.network.nodes[place], passes.flows[place], f"d{passes.outputs[place]}"
        at = At(passes, node, flow, self.needed)
        if terms != [flow]:
            letter = "" if node.block.is_view else node.block.output(*at.shapes).letter
            at.line(f"{flow} = {' + '.join(terms)}", f"d{letter}" if letter else "")
        rule = BLOCKS[node.block.kind]
        passes.lines.lines += [f"# {rule.title_back}"] if rule.title_back else []
        rule.backward(at)
        for name in self.trained:
            if self.first_users[name] == place and name in passes.gradients:
                self.put_gradient(passes, name)

    @cached_property
    def first_users(self) -> dict[str, int]:
        """The lowest place at which each trained parameter is used on the way to the loss; -1 where it is nowhere."""
        found: dict[str, int] = {}
        for name in self.trained:
            users = map(self.network.place_of, self.network.users_of(*self.homes[name]))
            found[name] = min((place for place in users if place in self.used), default=INPUT)
        return found

    def put_gradient(self, passes: Passes, name: str) -> None:
        """A parameter's gradient: the mean over the batch, with the slopes of the penalties."""
        terms, gradient = passes.gradients[name], f"d{name}"
        mean = f" / {passes.batch}" if self.network.batch > 1 else ""
        total = " + ".join(terms)
        text = f"({total}){mean}" if len(terms) > 1 and mean else f"{total}{mean}"
        if name in self.weights:
            slopes = {"l1": f"l1 * np.sign({name})", "l2": f"l2 * {name}"}
            text += "".join(f" + {slopes[kind]}" for kind in self.network.penalties)
        if text == gradient:
            return
        node, parameter = self.homes[name]
        told = self.sheet.about([element.gradient for element in parameter.elements(node.layer)])
        passes.lines.add(f"{gradient} = {text}", told)
