"""A template's network trained in PyTorch: autograd, torch.optim, and every quantity by xlbp's names.

Two things are read from the book itself: dropout's masks, which PyTorch would draw otherwise, and, with
``shuffle``, the order of the samples from the template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from parity.books import Book
from parity.optimizers import clip, kept, make_optimizer, make_schedule, numbers, shared
from xlbp.template.blocks.activation import Pointwise
from xlbp.template.layer import Layer
from xlbp.template.network import Network

Values = dict[str, list[float]]

ACTIVATIONS: dict[str, Callable[[Tensor, Layer], Tensor]] = {
    "identity": lambda z, layer: z,
    "sigmoid": lambda z, layer: torch.sigmoid(z),
    "tanh": lambda z, layer: torch.tanh(z),
    "relu": lambda z, layer: functional.relu(z),
    "leaky_relu": lambda z, layer: functional.leaky_relu(z, alpha_of(layer)),
    "elu": lambda z, layer: functional.elu(z, alpha_of(layer)),
    "softplus": lambda z, layer: functional.softplus(
        z, threshold=700
    ),  # above 20 PyTorch's default takes z itself, 2e-9 off
    "gelu": lambda z, layer: functional.gelu(z, approximate="tanh"),
    "silu": lambda z, layer: functional.silu(z),
    "hard_sigmoid": lambda z, layer: (
        functional.relu6(z + 3) / 6
    ),  # functional.hardsigmoid has the slope 1/6 in single precision only
    "softmax": lambda z, layer: functional.softmax(z, dim=1),
    "maxout": lambda z, layer: z.view(len(z), layer.units, layer.rows // layer.units).max(dim=2).values,
}
GATES: dict[str, Callable[[Tensor], Tensor]] = {
    "gelu": lambda z: torch.tanh((2 / torch.pi) ** 0.5 * (z + 0.044715 * z**3)),
    "silu": torch.sigmoid,
}

# of pre-activations, activations, targets, Huber's delta, and the reduction, which "none" leaves out
LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor, float, str], Tensor]] = {
    "mse": lambda z, a, t, d, how: functional.mse_loss(a, t, reduction=how),
    "mae": lambda z, a, t, d, how: functional.l1_loss(a, t, reduction=how),
    "huber": lambda z, a, t, d, how: functional.huber_loss(a, t, reduction=how, delta=d),
    "binary_cross_entropy": lambda z, a, t, d, how: functional.binary_cross_entropy_with_logits(z, t, reduction=how),
    # PyTorch has none of these three by output
    "cross_entropy": lambda z, a, t, d, how: (
        -t * functional.log_softmax(z, 1) if how == "none" else functional.cross_entropy(z, t)
    ),
    "half_squared_error": lambda z, a, t, d, how: (
        (a - t) ** 2 / 2 if how == "none" else functional.mse_loss(a, t, reduction="sum") / (2 * len(a))
    ),
    "hinge": lambda z, a, t, d, how: functional.relu(1 - t * a) if how == "none" else functional.relu(1 - t * a).mean(),
}


def scaled(network: Network) -> Tensor:
    """The inputs as the network sees them: by mean and population deviation, or range, of the training samples."""
    raw = torch.tensor(network.inputs)
    train = raw[: network.samples]
    if network.data.scale == "standard":
        return (raw - train.mean(0)) / train.std(0, unbiased=False)
    if network.data.scale == "minmax":
        least, most = train.min(0).values, train.max(0).values
        return (raw - least) / (most - least)
    return raw


def picked(network: Network, t: int) -> list[int]:
    """The samples of row t, from 0: draws t B to t B + B - 1 of the order, or of the samples round and round."""
    draws = range(t * network.batch, (t + 1) * network.batch)
    order = network.data.order
    return [order[n] - 1 if order else n % network.samples for n in draws] if network.picks else list(draws)[:0]


def alpha_of(layer: Layer) -> float:
    """The number that the shape of the layer's activation depends on."""
    return next(node.block.alpha for node in layer.nodes if isinstance(node.block, Pointwise))


def started(layer: Layer, letter: str) -> Tensor:
    """A parameter of the layer as it starts, in its shape; a single bias as (1,)."""
    shape = next(parameter.shape for parameter in layer.parameters if parameter.letter == letter)
    return torch.tensor(layer.nodes[0].start[letter]).reshape(shape or (1,))


class TorchNetwork:
    """The parameters as leaves, and what is recorded of every iteration."""

    def __init__(self, book: Book) -> None:
        assert isinstance(book.template.model, Network)
        self.network, self.training, self.columns = book.template.model, book.template.training, book.columns
        self.found: Values = {}
        self.weights = [started(layer, "W").requires_grad_() for layer in self.network.layers]
        self.biases = [
            started(layer, "b").requires_grad_(layer.trains_bias) if layer.biases else None
            for layer in self.network.layers
        ]
        self.parameters = [p for p in (*self.weights, *self.biases) if p is not None and p.requires_grad]
        self.optimizer = make_optimizer(self.training, self.parameters)
        self.schedule = make_schedule(self.training, self.optimizer)
        self.x, self.t = scaled(self.network), torch.tensor(self.network.targets)

    def put(self, name: str, value: float | Tensor) -> None:
        """Record one number."""
        self.found.setdefault(name, []).append(value.item() if isinstance(value, Tensor) else float(value))

    def put_units(self, quantity: str, values: Tensor, marks: Sequence[str]) -> None:
        """Record (B, n)."""
        for mark, row in zip(marks, values.detach().tolist(), strict=True):
            for i, value in enumerate(row, start=1):
                self.put(f"{quantity}[{i}]{mark}", value)

    def put_samples(self, quantity: str, values: Tensor, marks: Sequence[str]) -> None:
        """Record (B,)."""
        for mark, value in zip(marks, values.detach().tolist(), strict=True):
            self.put(f"{quantity}{mark}", value)

    def named(self) -> Iterator[tuple[str, Tensor, list[str]]]:
        """Each parameter's tensor with its letter and the names of its elements in their order."""
        for n, layer in enumerate(self.network.layers, start=1):
            w, b = self.weights[n - 1], self.biases[n - 1]
            rows, columns = w.shape
            yield f"W{n}", w, [f"[{i},{j}]" for i in range(1, rows + 1) for j in range(1, columns + 1)]
            if b is not None and b.requires_grad:
                yield f"b{n}", b, [""] if layer.shares_bias else [f"[{i}]" for i in range(1, len(b) + 1)]

    def put_parameters(self, pattern: str, values: Callable[[Tensor], Tensor]) -> None:
        """Record a quantity of every parameter; ``{0}`` in the pattern is its letter and ``{1}`` its index."""
        for letter, p, indices in self.named():
            for index, value in zip(indices, values(p).detach().ravel().tolist(), strict=True):
                self.put(pattern.format(letter, index), value)

    def masks(self, t: int, n: int, layer: Layer, marks: Sequence[str]) -> Tensor:
        """Dropout's masks of row t as the book has them, (B, n); each is 0 or 1 / (1 - p)."""
        names = [[f"q{n}[{i}]{mark}" for i in range(1, layer.units + 1)] for mark in marks]
        found = torch.tensor([[float(self.columns[name][t]) for name in row] for row in names])
        kept_value = torch.tensor(1 / (1 - self.network.constants()[f"$drop{n}"]))
        assert ((found == 0) | torch.isclose(found, kept_value, rtol=1e-15, atol=0)).all()
        return found

    def forward(self, x: Tensor, t: int | None, marks: Sequence[str]) -> list[dict[str, Tensor]]:
        """z, a and h of each layer; ``t`` is None where the samples are for testing, which know no dropout."""
        layers, h = [], x
        for n, layer in enumerate(self.network.layers, start=1):
            b = self.biases[n - 1]
            z = (
                functional.linear(h, self.weights[n - 1])
                if b is None
                else functional.linear(h, self.weights[n - 1], b.expand(layer.rows))
            )
            a = ACTIVATIONS[layer.activation](z, layer)
            h = a * self.masks(t, n, layer, marks) if t is not None and layer.dropout else a
            layers.append({"z": z, "a": a, "h": h})
            for letter in ("z", "a", *("h" if h is not a else "")):
                self.put_units(f"{letter}{n}", layers[-1][letter], marks)
            self.helpers(n, layer, z, marks, t is not None)
        return layers

    def helpers(self, n: int, layer: Layer, z: Tensor, marks: Sequence[str], training: bool) -> None:
        """The cells that softmax, maxout and the gated activations need besides."""
        if layer.activation == "softmax":
            most = z.max(1).values
            self.put_samples(f"m{n}", most, marks)
            self.put_units(f"u{n}", torch.exp(z - most[:, None]), marks)
            self.put_samples(f"S{n}", torch.exp(z - most[:, None]).sum(1), marks)
            self.put_samples(f"lse{n}", torch.logsumexp(z, 1), marks)
        if layer.activation == "maxout" and training:
            pieces = z.view(len(z), layer.units, layer.rows // layer.units)
            wins = functional.one_hot(pieces.max(2).indices, layer.rows // layer.units)
            self.put_units(f"k{n}", wins.reshape(z.shape).double(), marks)
        if layer.activation in GATES:
            self.put_units(f"g{n}", GATES[layer.activation](z), marks)

    def losses(self, layers: list[dict[str, Tensor]], target: Tensor, marks: Sequence[str], alone: str) -> Tensor:
        """The mean loss of these samples; records errors, the losses of outputs and samples, and hits.

        ``alone`` is what the loss of a sample is called besides its mark.
        """
        network, last = self.network, layers[-1]
        z, a, rule = last["z"], last["a"], LOSSES[self.network.loss]
        each = rule(z, a, target, network.loss_shape, "none")
        self.put_units("e", a - target, marks)
        self.put_units("E", each, marks)
        single = [
            rule(z[k : k + 1], a[k : k + 1], target[k : k + 1], network.loss_shape, "mean") for k in range(len(a))
        ]
        self.put_samples(alone, torch.stack(single), marks)
        if network.data.accuracy:
            hits = self.hits(z, a, target)
            self.put_samples("hits", hits, marks)
            if "" not in marks:
                self.put("hits@T" if marks[0].startswith("@T") else "hits", hits.mean())
        return rule(z, a, target, network.loss_shape, "mean")

    def hits(self, z: Tensor, a: Tensor, target: Tensor) -> Tensor:
        """Whether the predicted class is the target's: by argmax, or of one output by its threshold."""
        if target.shape[1] > 1:
            predicted = target.gather(1, a.argmax(1, keepdim=True))[
                :, 0
            ]  # target.argmax(1) where one target is largest
            return (predicted == target.max(1).values).double()
        if self.network.loss == "hinge":
            return ((a > 0) == (target > 0)).double()[:, 0]
        shown, middle = (z, 0.0) if self.network.loss == "binary_cross_entropy" else (a, 0.5)
        return ((shown > middle) == (target > 0.5)).double()[:, 0]

    def penalty(self) -> Tensor:
        """l2 / 2 sum w^2 + l1 sum |w|, of the weights only."""
        s, total = numbers(self.training), torch.tensor(0.0)
        for kind in self.network.penalties:
            sums = [(w * w).sum() / 2 if kind == "l2" else w.abs().sum() for w in self.weights]
            value = s[kind] * torch.stack(sums).sum()
            self.put(f"E{kind}", value)
            total = total + value
        return total

    def row(self, t: int) -> None:
        """One iteration, recorded."""
        network, marks = self.network, self.network.marks
        self.put_parameters("{0}{1}", lambda p: p)
        chosen = picked(network, t)
        x, target = (v[chosen] if chosen else v[: network.samples] for v in (self.x, self.t))
        self.put_units("a0", x, marks)
        self.put_units("t", target, marks)
        if chosen:
            self.put(":epoch", t * network.batch // network.samples + 1)
            self.put_samples("s[0]", torch.tensor(chosen) + 1.0, marks)
        layers = self.forward(x, t, marks)
        for layer in layers:
            for value in layer.values():
                value.retain_grad()
        data = self.losses(layers, target, marks, "Edata" if network.penalties and len(marks) == 1 else "E")
        whole = data + self.penalty()
        if network.penalties or len(marks) > 1:
            self.put("E", whole)
        if network.penalties and len(marks) > 1:
            self.put("Edata", data)
        for p in self.parameters:
            p.grad = None
        whole.backward()
        self.gradients(layers, marks)
        with torch.no_grad():
            self.test()
        self.update()

    def gradients(self, layers: list[dict[str, Tensor]], marks: Sequence[str]) -> None:
        """dE/dz and so on of each sample's own loss, the slopes f', and the gradients of the parameters."""
        for n, layer in enumerate(self.network.layers, start=1):
            for letter, value in layers[n - 1].items():
                if value.grad is not None:
                    self.put_units(f"d{letter}{n}", value.grad * len(marks), marks)
            z = layers[n - 1]["z"].detach().requires_grad_()
            if layer.activation not in ("softmax", "maxout"):
                a = ACTIVATIONS[layer.activation](z, layer)
                self.put_units(f"f'{n}", torch.autograd.grad(a.sum(), z)[0], marks)
            if layer.activation == "softmax":
                self.put_samples(f"dlse{n}", self.log_sum_exp_flow(n, layers[n - 1], marks), marks)
        self.put_parameters("d{0}{1}", lambda p: p.grad)
        for n, w in enumerate(self.weights, start=1):
            self.put(f"|dW{n}|", torch.linalg.vector_norm(w.grad))

    def log_sum_exp_flow(self, n: int, layer: dict[str, Tensor], marks: Sequence[str]) -> Tensor:
        """dE/dlse: the targets' sum where the loss takes the logits, else -sum of dE/da a."""
        a = layer["a"].detach()
        if self.network.loss == "cross_entropy" and n == len(self.network.layers):
            columns = [[self.found[f"t[{i}]{mark}"][-1] for i in range(1, a.shape[1] + 1)] for mark in marks]
            return torch.tensor(columns).sum(1)
        assert layer["a"].grad is not None
        return -(layer["a"].grad * len(marks) * a).sum(1)

    def test(self) -> None:
        """The samples kept from training, in evaluation mode, by the row's own parameters."""
        marks = self.network.test_marks
        if marks:
            x, target = self.x[self.network.samples :], self.t[self.network.samples :]
            self.put("E@T", self.losses(self.forward(x, None, marks), target, marks, "E"))

    def update(self) -> None:
        """Clip, step, and record what the optimizer keeps."""
        training, optimizer = self.training, self.optimizer
        self.put(":rate", optimizer.param_groups[0]["lr"])
        for name, value in clip(training, self.parameters).items():
            self.put(name, value)
        decay = 0.0 if training.optimizer in ("adamw", "lion") else numbers(training).get("weight_decay", 0.0)
        self.put_parameters("g:{0}{1}", lambda p: p.grad + decay * p)
        optimizer.step()
        for letter in kept(training, optimizer, self.parameters[0]):
            self.put_parameters(f"{letter}:{{0}}{{1}}", lambda p, letter=letter: kept(training, optimizer, p)[letter])
        for name, value in shared(training, optimizer, self.parameters[0]).items():
            self.put(name, value)
        self.schedule.step()
        self.put_parameters("{0}+{1}", lambda p: p)


def trained(book: Book) -> Values:
    """Every quantity by name, a number for each iteration."""
    run = TorchNetwork(book)
    for t in range(book.template.training.iterations + 1):
        run.row(t)
    return run.found
