"""PyTorch modules as people write them: one for each layer and each way to call it, and drawn stacks of layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Sequence = nn.Sequential


class Case(NamedTuple):
    """What builds a module, the shape of its samples, its loss; ``tokens`` are whole numbers below that."""

    build: Callable[[], nn.Module]
    inputs: tuple[int, ...]
    loss: Any = nn.MSELoss()
    tokens: int = 0


class LastStep(nn.Module):
    """A recurrent layer, of which the last step is taken in one of three ways."""

    def __init__(self, recurrent: nn.Module, way: str) -> None:
        super().__init__()
        self.recurrent, self.way = recurrent, way
        self.out = nn.Linear(recurrent.hidden_size, 2)

    def forward(self, x: Tensor) -> Tensor:
        states, last = self.recurrent(x)
        if self.way == "state":
            return self.out((last[0] if isinstance(self.recurrent, nn.LSTM) else last)[-1])
        return self.out(states[:, -1, :] if self.way == "step" else states)


class Residual(nn.Module):
    """Arrows past layers, and a join."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.norm, self.out = nn.LayerNorm(3), nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        hidden = x + torch.relu(self.first(x))
        hidden = self.norm(hidden + self.second(hidden))
        return self.out(torch.cat([hidden, x], dim=-1))


class Language(nn.Module):
    """A small transformer for the next token: positions, a causal mask, tied weights."""

    def __init__(self, norm_first: bool, positions: str) -> None:
        super().__init__()
        self.tokens = nn.Embedding(5, 4)
        self.places = nn.Embedding(6, 4) if positions == "looked up" else None
        self.rows = None if positions == "looked up" else nn.Parameter(torch.randn(1, 6, 4))
        block = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True, norm_first=norm_first,
                                           activation=nn.GELU("tanh") if norm_first else nn.ReLU())  # fmt: skip
        self.blocks = nn.TransformerEncoder(block, 2, enable_nested_tensor=False)
        self.out = nn.Linear(4, 5, bias=False)
        self.out.weight = self.tokens.weight

    def forward(self, x: Tensor) -> Tensor:
        steps = x.size(1)
        rows = self.rows if self.places is None else self.places(torch.arange(steps))
        mask = nn.Transformer.generate_square_subsequent_mask(steps)
        return self.out(self.blocks(self.tokens(x) + rows, mask=mask))


class Attending(nn.Module):
    """Attention of its own, with a mask that is a buffer."""

    def __init__(self, bias: bool) -> None:
        super().__init__()
        self.rise = nn.Linear(2, 4)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True, bias=bias)
        self.out = nn.Linear(4, 1)
        self.register_buffer("mask", torch.triu(torch.ones(5, 5, dtype=torch.bool), 1))

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.rise(x)
        taken, _ = self.attention(hidden, hidden, hidden, attn_mask=self.mask, need_weights=False)
        return self.out(hidden + taken).squeeze(-1)


class WrittenOut(nn.Module):
    """Attention as a course writes it, with a mask or without, or by PyTorch's own function."""

    def __init__(self, way: str, bias: bool) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(2, 3, bias=bias) for _ in range(3))
        self.out, self.way = nn.Linear(3, 2), way

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.query(x), self.key(x), self.value(x)
        if self.way == "function":
            return self.out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        scores = q @ k.transpose(-2, -1) / math.sqrt(3)
        if self.way == "masked":
            steps = x.shape[1]
            scores = scores.masked_fill(torch.tril(torch.ones(steps, steps)) == 0, float("-inf"))
        return self.out(torch.softmax(scores, dim=-1) @ v)


class Turned(nn.Module):
    """Axes turned for a convolution, and back for a recurrent layer."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(2, 3, 3, padding=1)
        self.recurrent = nn.GRU(3, 2, batch_first=True)
        self.out = nn.Linear(2, 1)

    def forward(self, x: Tensor) -> Tensor:
        hidden = functional.relu(self.convolution(x.transpose(1, 2))).permute(0, 2, 1)
        _, state = self.recurrent(hidden)
        return self.out(state.squeeze(0))


class TurnedFlat(nn.Module):
    """A flatten of turned axes, whose order the next layer's weights follow; dropout of a module in eval()."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.out = nn.Conv1d(2, 3, 2), nn.Linear(12, 2)

    def forward(self, x: Tensor) -> Tensor:
        hidden = functional.dropout(functional.relu(self.convolution(x)), 0.5, self.training)
        return self.out(hidden.transpose(1, 2).reshape(x.shape[0], -1))


class Functions(nn.Module):
    """Functions in place of modules, and parameters of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.first, self.second = nn.Conv2d(1, 2, 2), nn.Linear(8, 6), nn.Linear(6, 2)
        self.weights, self.bias = nn.Parameter(torch.randn(2, 3)), nn.Parameter(torch.randn(3))

    def forward(self, x: Tensor) -> Tensor:
        maps = functional.max_pool2d(functional.relu(self.convolution(x.unsqueeze(1))), 2)
        hidden = functional.leaky_relu(self.first(maps.view(maps.size(0), -1)))
        hidden = torch.sigmoid(self.second(hidden))
        return functional.log_softmax(hidden @ self.weights + self.bias, dim=1)


class Twice(nn.Module):
    """One layer called twice, and means over the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.out = nn.Linear(2, 2), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.inner(self.inner(x).tanh()).tanh()
        return self.out(torch.cat((hidden.mean(dim=1), hidden.amax(dim=1)), dim=1))


class Frozen(nn.Module):
    """A layer that is not trained."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 2)
        self.first.weight.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(torch.tanh(self.first(x)))


def _maps() -> nn.Module:
    return Sequence(nn.Conv2d(2, 3, (3, 2), stride=(2, 1)), nn.Tanh(), nn.AvgPool2d((1, 2), stride=1),
                    nn.Conv2d(3, 2, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 1))  # fmt: skip


CASES: dict[str, Case] = {
    "classes": Case(lambda: Sequence(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 3)), (3,), nn.CrossEntropyLoss()),
    "logarithms": Case(
        lambda: Sequence(nn.Linear(3, 4), nn.LeakyReLU(0.2), nn.Linear(4, 3), nn.LogSoftmax(-1)), (3,), nn.NLLLoss()
    ),
    "softmax twice": Case(
        lambda: Sequence(nn.Linear(3, 4), nn.ELU(0.7), nn.Linear(4, 3), nn.Softmax(1)), (3,), nn.CrossEntropyLoss()
    ),
    "weighted": Case(lambda: Sequence(nn.Linear(3, 4), nn.GELU(approximate="tanh"), nn.Linear(4, 3)), (3,),
                     nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 3.0]))),
    "yes or no": Case(lambda: Sequence(nn.Linear(3, 4), nn.SiLU(), nn.Linear(4, 1), nn.Sigmoid()), (3,), nn.BCELoss()),
    "logits": Case(lambda: Sequence(nn.Linear(3, 4), nn.Softplus(), nn.Linear(4, 2)), (3,),
                   nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0, 3.0]))),
    "huber": Case(lambda: Sequence(nn.Linear(3, 4, bias=False), nn.Tanh(), nn.Linear(4, 2)), (3,),
                  nn.HuberLoss(delta=0.5)),
    "absolute": Case(lambda: Sequence(nn.Linear(3, 4), nn.Tanh(), nn.Identity(), nn.Linear(4, 2)), (3,), nn.L1Loss()),
    "rnn": Case(lambda: LastStep(nn.RNN(2, 3, batch_first=True), "step"), (5, 2)),
    "rnn, relu, all steps": Case(
        lambda: LastStep(nn.RNN(2, 3, batch_first=True, nonlinearity="relu"), "all"), (5, 2)),
    "rnn, two layers": Case(lambda: LastStep(nn.RNN(2, 3, num_layers=2, batch_first=True), "all"), (5, 2)),
    "lstm": Case(lambda: LastStep(nn.LSTM(2, 3, batch_first=True), "state"), (5, 2)),
    "lstm, no bias": Case(lambda: LastStep(nn.LSTM(2, 3, batch_first=True, bias=False), "all"), (5, 2)),
    "lstm alone": Case(lambda: nn.LSTM(2, 3, batch_first=True, bias=False), (5, 2)),
    "gru": Case(lambda: LastStep(nn.GRU(2, 3, batch_first=True), "step"), (5, 2)),
    "gru, two layers": Case(lambda: LastStep(nn.GRU(2, 3, num_layers=2, batch_first=True), "state"), (5, 2)),
    "pictures": Case(lambda: Sequence(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                                      nn.Linear(8, 3)), (1, 4, 4), nn.CrossEntropyLoss()),
    "maps": Case(_maps, (2, 5, 5)),
    "signal": Case(lambda: Sequence(nn.Conv1d(2, 3, 3, padding="same"), nn.BatchNorm1d(3), nn.ReLU(), nn.MaxPool1d(2),
                                    nn.Flatten(), nn.Linear(9, 2)), (2, 6)),
    "batch norm": Case(lambda: Sequence(nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4, momentum=0.3), nn.ReLU(),
                                        nn.Linear(4, 2)), (3,)),
    "flat pictures": Case(lambda: Sequence(nn.Flatten(), nn.Linear(16, 2)), (1, 4, 4)),
    "residual": Case(Residual, (3,)),
    "language": Case(lambda: Language(False, "looked up"), (6,), nn.CrossEntropyLoss(), 5),
    "language, norms first": Case(lambda: Language(True, "added"), (6,), nn.CrossEntropyLoss(), 5),
    "attention": Case(lambda: Attending(True), (5, 2)),
    "attention, no bias": Case(lambda: Attending(False), (5, 2)),
    "attention written out": Case(lambda: WrittenOut("", False), (4, 2)),
    "attention written out, masked": Case(lambda: WrittenOut("masked", True), (4, 2)),
    "attention of a function": Case(lambda: WrittenOut("function", True), (4, 2)),
    "turned": Case(Turned, (5, 2)),
    "turned flat": Case(lambda: TurnedFlat().eval(), (2, 5)),
    "functions": Case(Functions, (5, 5), nn.NLLLoss()),
    "twice": Case(Twice, (4, 2)),
    "frozen": Case(Frozen, (3,)),
}  # fmt: skip


def random_module(seed: int) -> Case:
    """Layers that fit together, drawn by a seed: vectors, sequences, signals or images, and a read-out."""
    random = Random(seed)
    sort, shape = random.choice([("vector", (3,)), ("signal", (2, 7)), ("maps", (2, 6, 6))])
    layers: list[Callable[[], nn.Module]] = []
    size = shape
    for _ in range(random.randint(1, 3)):
        made, size = _LAYERS[sort](random, size)
        layers += made
        if random.random() < 0.7:
            layers.append(random.choice([nn.Tanh, nn.ReLU, nn.SiLU, nn.Sigmoid, nn.ELU, nn.Softplus]))
    if sort != "vector":
        layers.append(nn.Flatten)
    width = torch.Size(size).numel()
    outputs, loss = random.choice([(1, nn.MSELoss()), (2, nn.L1Loss()), (3, nn.CrossEntropyLoss())])
    layers.append(lambda: nn.Linear(width, outputs))
    return Case(lambda: Sequence(*(layer() for layer in layers)), shape, loss)


def _dense(random: Random, shape: tuple[int, ...]) -> tuple[list[Callable[[], nn.Module]], tuple[int, ...]]:
    units, bias = random.randint(2, 4), random.random() < 0.8
    norm = random.choice([[], [lambda: nn.LayerNorm(units)], [lambda: nn.BatchNorm1d(units)]])
    return [lambda: nn.Linear(shape[0], units, bias=bias), *norm], (units,)


def _convolution(random: Random, shape: tuple[int, ...]) -> tuple[list[Callable[[], nn.Module]], tuple[int, ...]]:
    rank, filters = len(shape) - 1, random.randint(1, 3)
    kernel, stride, padding = random.randint(1, min(shape[1:])), random.randint(1, 2), random.randint(0, 1)
    kind, norm = ((nn.Conv1d, nn.BatchNorm1d), (nn.Conv2d, nn.BatchNorm2d))[rank - 1]
    made: list[Callable[[], nn.Module]] = [lambda: kind(shape[0], filters, kernel, stride, padding)]
    extents = [(extent + 2 * padding - kernel) // stride + 1 for extent in shape[1:]]
    if random.random() < 0.4:
        made.append(lambda: norm(filters))
    if min(extents) >= 2 and random.random() < 0.5:
        pool = random.choice(((nn.MaxPool1d, nn.AvgPool1d), (nn.MaxPool2d, nn.AvgPool2d))[rank - 1])
        made.append(lambda: pool(2))
        extents = [extent // 2 for extent in extents]
    return made, (filters, *extents)


_LAYERS = {"vector": _dense, "signal": _convolution, "maps": _convolution}
