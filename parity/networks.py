"""A template's network trained in PyTorch: autograd, torch.optim, and every quantity by xlbp's names.

Two things are read from the book itself: dropout's masks, which PyTorch would draw otherwise, and, with
``shuffle``, the order of the samples from the template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from parity.books import Book
from parity.losses import Outputs
from parity.optimizers import clip, kept, make_optimizer, make_schedule, numbers, shared
from parity.twins import TWINS, Surroundings, Twin
from parity.twins.twin import Parameters
from xlbp.template.blocks.block import FEATURES, Role
from xlbp.template.blocks.block import Tensor as BookTensor
from xlbp.template.layer import INPUT, Node
from xlbp.template.losses import OUTPUTS, SAMPLES
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity, norm, quantity

Values = dict[str, list[float]]
LOGITS = ("cross_entropy", "binary_cross_entropy")  # the losses that take what comes into the last activation


def scaled(network: Network) -> Tensor:
    """The inputs as the network sees them: feature by feature, by mean and population deviation, or range.

    These are the training samples', with all of their steps or places.
    """
    raw = torch.tensor(network.inputs).reshape(-1, *network.input_shape)
    place = network.input_shape.place(*FEATURES)
    together = [axis for axis in range(raw.dim()) if place is None or axis != place + 1]
    train = raw[: network.samples]
    if network.data.scale == "standard":
        return (raw - train.mean(together, keepdim=True)) / train.std(together, unbiased=False, keepdim=True)
    if network.data.scale == "minmax":
        least, most = train.amin(together, keepdim=True), train.amax(together, keepdim=True)
        return (raw - least) / (most - least)
    return raw


def picked(network: Network, t: int) -> list[int]:
    """The samples of row t, from 0: draws t B to t B + B - 1 of the order, or of the samples round and round."""
    draws = range(t * network.batch, (t + 1) * network.batch)
    order = network.data.order
    return [order[n] - 1 if order else n % network.samples for n in draws] if network.picks else list(draws)[:0]


class TorchNetwork:
    """The parameters as leaves, and what is recorded of every iteration."""

    def __init__(self, book: Book) -> None:
        assert isinstance(book.template.model, Network)
        self.network, self.training, self.columns = book.template.model, book.template.training, book.columns
        self.found: Values = {}
        self.leaves = {
            (node.layer, parameter.letter): torch.tensor(node.start[parameter.letter])
            .reshape(parameter.shape or (1,))
            .requires_grad_()
            for node, parameter in self.network.each_parameter()
        }
        self.trained = {
            (node.layer, parameter.letter): parameter.elements(node.layer)
            for node, parameter in self.network.each_parameter()
            if parameter.letter not in node.frozen
        }
        self.parameters = [self.leaves[home] for home in self.trained]
        self.optimizer = make_optimizer(self.training, self.parameters)
        self.schedule = make_schedule(self.training, self.optimizer)
        self.running = {node.layer: self.first_running(node) for node in self.network.nodes if node.block.running}
        self.x = scaled(self.network)
        self.t = torch.tensor(self.network.targets).reshape(-1, *self.network.output_shape)

    def first_running(self, node: Node) -> Parameters:
        """What a node's running statistics start from."""
        return {letter: self.leaves[node.layer, start].detach() for letter, start in node.block.running.items()}

    def put(self, name: str, value: float | Tensor) -> None:
        """Record one number."""
        self.found.setdefault(name, []).append(value.item() if isinstance(value, Tensor) else float(value))

    def put_samples(self, elements: Callable[[str], Sequence[Quantity]], values: Tensor, marks: Sequence[str]) -> None:
        """Record (samples, ...), what each sample's elements are called by its mark."""
        for mark, row in zip(marks, values.detach(), strict=True):
            for name, value in zip(elements(mark), row.ravel().tolist(), strict=True):
                self.put(name, value)

    def put_tensor(
        self, tensor: BookTensor, layer: int, values: Tensor, marks: Sequence[str], called: Callable[[Quantity], str]
    ) -> None:
        """Record a layer's tensor, or what each element of it has: of every sample, or once where they share it."""
        if tensor.of_batch:
            for name, value in zip(tensor.elements(layer), values.ravel().tolist(), strict=True):
                self.put(called(name), value)
            return
        self.put_samples(lambda mark: list(map(called, tensor.elements(layer, mark))), values, marks)

    def put_alone(self, letter: str, values: Tensor, marks: Sequence[str]) -> None:
        """Record (samples,)."""
        for mark, value in zip(marks, values.detach().tolist(), strict=True):
            self.put(f"{letter}{mark}", value)

    def put_parameters(self, called: Callable[[Quantity], str], values: Callable[[Tensor], Tensor]) -> None:
        """Record a quantity of every trained parameter."""
        for home, elements in self.trained.items():
            numbers_of = values(self.leaves[home]).detach().ravel().tolist()
            for name, value in zip(elements, numbers_of, strict=True):
                self.put(called(name), value)

    def forward(self, x: Tensor, t: int | None, marks: Sequence[str]) -> list[Twin]:
        """A twin for each node; ``t`` is None where the samples are for testing, which know no dropout."""
        twins: list[Twin] = []
        outputs = {INPUT: x}
        for place, node in enumerate(self.network.nodes):
            twin = TWINS[node.block.kind](node, self.surroundings(node, t, marks))
            outputs[place] = twin(*(outputs[source] for source in node.inputs))
            twins.append(twin)
        return twins

    def surroundings(self, node: Node, t: int | None, marks: Sequence[str]) -> Surroundings:
        """The shapes of a node's inputs, its parameters or those that it shares, and its masks in row t."""
        each = self.network.parameters_of(node)
        parameters = {p.letter: self.leaves[p.home or (node.layer, p.letter)] for p in each}
        mask = None if t is None else lambda of: self.mask(of, t, marks)
        return Surroundings(self.network.inputs_of(node), parameters, mask, self.running.get(node.layer, {}))

    def mask(self, node: Node, t: int, marks: Sequence[str]) -> Tensor:
        """Dropout's masks of row t as the book has them; each is 0 or 1 / (1 - p)."""
        tensor = next(tensor for tensor in self.network.tensors_of(node) if tensor.letter == "q")
        columns = [[float(self.columns[name][t]) for name in tensor.elements(node.layer, mark)] for mark in marks]
        masks = torch.tensor(columns).reshape(-1, *tensor.shape)
        kept_value = torch.tensor(1 / (1 - self.network.constants()[f"$drop{node.layer}"]))
        assert ((masks == 0) | torch.isclose(masks, kept_value, rtol=1e-15, atol=0)).all()
        return masks

    def put_cells(self, twins: Iterable[Twin], marks: Sequence[str]) -> None:
        """What every node computes."""
        for twin in twins:
            tensors = {tensor.letter: tensor for tensor in self.network.tensors_of(twin.node)}
            for letter, values in twin.values().items():
                self.put_tensor(tensors[letter], twin.node.layer, values, marks, str)

    def outputs(self, twins: list[Twin], target: Tensor) -> Outputs:
        """What the loss takes."""
        last = twins[-1]
        logits = last.inputs[0] if self.network.loss in LOGITS else last.output
        return Outputs(self.network, logits, last.output, target)

    def put_losses(self, outputs: Outputs, marks: Sequence[str], alone: str) -> None:
        """Errors, the losses of outputs, steps and samples, and hits; ``alone`` is what a sample's loss is called."""
        network = self.network
        self.put_samples(lambda m: network.each_target("e", m), outputs.values - outputs.targets, marks)
        self.put_samples(lambda m: network.each_target("E", m), outputs.by_output(), marks)
        apart = bool(network.outputs_apart)
        self.put_weights(outputs, marks)
        if apart and network.output_shape.extent(*FEATURES) > 1:
            self.put_samples(lambda m: network.each_apart("E", m), outputs.by_place(), marks)
        self.put_alone(alone, outputs.by_sample(), marks)
        if network.data.accuracy:
            hits = outputs.hits()
            if apart:
                self.put_samples(lambda m: network.each_apart("hits", m), hits, marks)
            of_samples = hits.reshape(len(hits), -1).mean(1)
            self.put_alone("hits", of_samples, marks)
            if "" not in marks:
                self.put("hits@T" if marks[0].startswith("@T") else "hits", of_samples.mean())

    def put_weights(self, outputs: Outputs, marks: Sequence[str]) -> None:
        """What each sample, step or output counts for by the weight of its class."""
        network = self.network
        if network.weighs == OUTPUTS:
            self.put_samples(lambda m: network.each_target("rho", m), outputs.relative_weights(), marks)
        if network.weighs == SAMPLES:
            for letter, values in (("omega", outputs.class_weights()), ("rho", outputs.relative_weights())):
                called = lambda m, letter=letter: network.each_apart(letter, m) or [quantity(letter, sample=m)]  # noqa: E731
                self.put_samples(called, values.reshape(len(marks), -1), marks)
            self.put("omega@T" if marks[0].startswith("@T") else "omega", outputs.class_weights().mean())

    def penalty(self) -> Tensor:
        """l2 / 2 sum w^2 + l1 sum |w|, of the weights only."""
        s, total = numbers(self.training), torch.tensor(0.0)
        each = self.network.each_parameter()
        weights = [self.leaves[node.layer, p.letter] for node, p in each if p.role is Role.WEIGHT]
        for kind in self.network.penalties:
            sums = [(w * w).sum() / 2 if kind == "l2" else w.abs().sum() for w in weights]
            value = s[kind] * torch.stack(sums).sum()
            self.put(f"E{kind}", value)
            total = total + value
        return total

    def row(self, t: int) -> None:
        """One iteration, recorded."""
        network, marks = self.network, self.network.marks
        self.put_parameters(str, lambda p: p)
        chosen = picked(network, t)
        x, target = (v[chosen] if chosen else v[: network.samples] for v in (self.x, self.t))
        self.put_samples(lambda m: network.passed(INPUT, m, in_row=True), x, marks)
        self.put_samples(lambda m: network.each_target("t", m), target, marks)
        if chosen:
            self.put(":epoch", t * network.batch // network.samples + 1)
            self.put_alone("s[0]", torch.tensor(chosen) + 1.0, marks)
        twins = self.forward(x.clone().requires_grad_(), t, marks)
        self.put_cells(twins, marks)
        outputs = self.outputs(twins, target)
        data = outputs.mean()
        self.put_losses(outputs, marks, "Edata" if network.penalties and len(marks) == 1 else "E")
        whole = data + self.penalty()
        if network.penalties or len(marks) > 1:
            self.put("E", whole)
        if network.penalties and len(marks) > 1:
            self.put("Edata", data)
        for leaf in self.leaves.values():
            leaf.grad = None
        whole.backward()
        self.put_gradients(twins, outputs, marks)
        with torch.no_grad():
            self.test()
        self.running |= {twin.node.layer: twin.carried for twin in twins if twin.carried}
        self.update()

    def put_gradients(self, twins: list[Twin], outputs: Outputs, marks: Sequence[str]) -> None:
        """dE/dz and so on of each sample's own loss, the local slopes, and the gradients of the parameters."""
        for twin in twins:
            flows = {letter: flow * len(marks) for letter, flow in twin.gradients().items()}
            if twin is twins[-1] and self.network.loss == "cross_entropy":
                flows = {"lse": outputs.log_sum_exp_flow()}
            self.put_flows(twin, flows, marks)
        self.put_parameters(lambda name: name.gradient, lambda p: p.grad)
        self.put_parts(twins, len(marks))
        for node, parameter in self.network.each_parameter():
            if parameter.role is Role.WEIGHT:
                length = torch.linalg.vector_norm(self.leaves[node.layer, parameter.letter].grad)
                self.put(norm(node.layer, parameter.letter), length)

    def put_flows(self, twin: Twin, flows: dict[str, Tensor], marks: Sequence[str]) -> None:
        """The derivatives by a node's cells, and its local slopes."""
        layer = twin.node.layer
        for tensor in self.network.tensors_of(twin.node):
            if tensor.letter in flows:
                self.put_tensor(tensor, layer, flows[tensor.letter], marks, lambda name: name.gradient)
            for letter, slopes in twin.slopes().items() if tensor.slope else ():
                self.put_tensor(tensor, layer, slopes, marks, lambda name, f=letter: name.lettered(f))

    def put_parts(self, twins: list[Twin], samples: int) -> None:
        """What steps, places, or layers add to the gradient of a parameter that they share; summed over samples."""
        found = {twin.node.layer: twin.parts() for twin in twins if twin.parameters}
        for node, parameter in self.network.each_parameter():
            if not self.network.parts_of(node, parameter):
                continue
            home = node.layer, parameter.letter
            letters = {user.layer: _letters_in(user, home) for user in self.network.users_of(node, parameter)}
            for (layer, place), number in self.network.places_of(node, parameter).items():
                uses = [found[int(layer)][letter, place] for letter in letters[int(layer)]]
                part = torch.stack(uses).sum(0) * samples
                for name, value in zip(parameter.elements(node.layer), part.ravel().tolist(), strict=True):
                    self.put(name.gradient.part(number), value)

    def test(self) -> None:
        """The samples kept from training, in evaluation mode, by the row's own parameters."""
        marks = self.network.test_marks
        if marks:
            x, target = self.x[self.network.samples :], self.t[self.network.samples :]
            twins = self.forward(x, None, marks)
            self.put_cells(twins, marks)
            outputs = self.outputs(twins, target)
            self.put_losses(outputs, marks, "E")
            self.put("E@T", outputs.mean())

    def update(self) -> None:
        """Clip, step, and record what the optimizer keeps."""
        training, optimizer = self.training, self.optimizer
        self.put(":rate", optimizer.param_groups[0]["lr"])
        for name, value in clip(training, self.parameters).items():
            self.put(name, value)
        decay = 0.0 if training.optimizer in ("adamw", "lion") else numbers(training).get("weight_decay", 0.0)
        self.put_parameters(lambda name: name.state("g"), lambda p: p.grad + decay * p)
        optimizer.step()
        for letter in kept(training, optimizer, self.parameters[0]):
            self.put_parameters(
                lambda name, k=letter: name.state(k), lambda p, k=letter: kept(training, optimizer, p)[k]
            )
        for name, value in shared(training, optimizer, self.parameters[0]).items():
            self.put(name, value)
        self.schedule.step()
        self.put_parameters(lambda name: name.updated, lambda p: p)


def _letters_in(user: Node, home: tuple[int, str]) -> list[str]:
    """What a node calls a parameter, its own or one that it shares: an attention may ask with its own keys."""
    own = [home[1]] if user.layer == home[0] else []
    return own + [letter for letter, other in user.shared.items() if other == home]


def trained(book: Book) -> Values:
    """Every quantity by name, a number for each iteration."""
    run = TorchNetwork(book)
    for t in range(book.template.training.iterations + 1):
        run.row(t)
    return run.found
