"""Random stacks of layers over sequences, signals and images: each kind takes what it can and tells what it makes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from parity.random_training import number, with_option

SEQUENCE, SIGNAL, IMAGE, UNITS = "sequence", "signal", "image", "units"
POINTWISE = (
    *('"sigmoid"', '"tanh"', '"relu"', '"softplus"', '"gelu"', '"silu"', '"hard_sigmoid"'),
    *('{ name = "leaky_relu", slope = 0.2 }', '{ name = "elu", alpha = 0.7 }'),
)
SMOOTH = ('"tanh"', '"sigmoid"', '"softplus"')
PLAIN_LOSSES = ('"half_squared_error"', '"half_mse"', '"mse"', '"mae"', '{ name = "huber", delta = 0.3 }')
ONE_HOT, ZERO_ONE, SIGNS = '"cross_entropy"', '"binary_cross_entropy"', '"hinge"'


@dataclass(frozen=True)
class Form:
    """What a layer passes on: a sequence (steps, units), a signal (channels, steps), an image, or units."""

    kind: str
    shape: tuple[int, ...]

    @property
    def features(self) -> int:
        """How many units, or channels."""
        return self.shape[-1] if self.kind in (SEQUENCE, UNITS) else self.shape[0]

    def with_features(self, features: int) -> Form:
        """The same with so many."""
        rest = self.shape[:-1] if self.kind in (SEQUENCE, UNITS) else self.shape[1:]
        return Form(self.kind, (*rest, features) if self.kind in (SEQUENCE, UNITS) else (features, *rest))

    @property
    def steps(self) -> int:
        """Of a sequence or a signal."""
        return self.shape[0] if self.kind == SEQUENCE else self.shape[1]


@dataclass
class Stack:
    """Layers, each of which has a name, and what the last of them passes on."""

    random: Random
    form: Form
    layers: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Of the last layer, or of the data."""
        return f"l{len(self.layers)}" if self.layers else "input"

    def add(self, form: Form, lines: Iterable[str]) -> None:
        """One more layer."""
        self.layers.append("\n".join(["[[network.layers]]", f'name = "l{len(self.layers) + 1}"', *lines, ""]))
        self.form = form

    def weights(self, key: str = "weights", scheme: str = "xavier_uniform") -> str:
        """Drawn by a seed of their own."""
        return f'{key} = {{ init = "{scheme}", seed = {self.random.randint(1, 999)}, digits = 3 }}'

    def bias(self, rows: int) -> list[str]:
        """One for each row, one for all, or none; trained or not, but in the first layer."""
        kind = self.random.choice(("each", "each", "number", "shared", "none"))
        if kind == "none":
            return ["bias = false"]
        numbers = [number(self.random) for _ in range(rows)] if kind == "each" else number(self.random)
        shared = ["bias_shared = true"] if kind == "shared" else []
        return [f"bias = {numbers}", *shared, *self.maybe(0.15 if self.layers else 0, "bias_trainable = false")]

    def maybe(self, share: float, line: str) -> list[str]:
        """A line, sometimes."""
        return [line] if self.random.random() < share else []

    def frozen(self) -> list[str]:
        """Rarely the weights stay, but those of the first layer."""
        return self.maybe(0.1 if self.layers else 0, 'frozen = ["weights"]')

    @property
    def takes_softmax(self) -> bool:
        """Whether softmax has something to compare, and no bias is everybody's.

        That would change nothing: its gradient is 0 but for rounding, which differs between programs.
        """
        return self.form.features > 1 and not any("bias_shared" in layer for layer in self.layers)

    def text(self) -> str:
        """All layers."""
        return "".join(self.layers)


Adder = Callable[[Stack], bool]  # adds a layer, or says that it does not suit


def _activation(random: Random) -> tuple[str, int]:
    """With its pieces."""
    pieces = random.choice((1, 1, 1, 2))
    return (
        '{ name = "maxout", pieces = 2 }' if pieces > 1 else random.choice((*SMOOTH, '"identity"', '"relu"'))
    ), pieces


def dense(stack: Stack) -> bool:
    """On units, or step by step."""
    if stack.form.kind == IMAGE:
        return False
    units = stack.random.randint(1, 3)
    activation, pieces = _activation(stack.random)
    steps = () if stack.form.kind == UNITS else (stack.form.steps,)
    lines = [f"units = {units}", f"activation = {activation}", stack.weights()]
    stack.add(
        Form(SEQUENCE if steps else UNITS, (*steps, units)), [*lines, *stack.bias(units * pieces), *stack.frozen()]
    )
    return True


def _windowed(
    stack: Stack, extents: tuple[int, ...], padded: bool
) -> tuple[list[int], list[int], list[int], list[int]]:
    """Sizes, strides, paddings and counts of windows that fit."""
    random = stack.random
    sizes = [random.randint(1, min(3, extent)) for extent in extents]
    strides = [random.choice((1, 1, 2)) for _ in extents]
    paddings = [random.choice((0, 0, 1)) if padded else 0 for _ in extents]
    along = zip(extents, sizes, strides, paddings, strict=True)
    return sizes, strides, paddings, [(e + 2 * p - k) // s + 1 for e, k, s, p in along]


def _convolution(stack: Stack, kind: str, extents: tuple[int, ...], made: str) -> bool:
    sizes, strides, paddings, counts = _windowed(stack, extents, padded=True)
    filters = stack.random.randint(1, 2)
    activation, pieces = _activation(stack.random)
    stack.add(
        Form(made, (filters, *counts)),
        [
            *(f'kind = "{kind}"', f"filters = {filters}", f"kernel = {sizes}", f"stride = {strides}"),
            *(f"padding = {paddings}", f"activation = {activation}", stack.weights()),
            *stack.bias(filters * pieces),
            *stack.frozen(),
        ],
    )
    return True


def conv1d(stack: Stack) -> bool:
    """On a signal, or on a sequence."""
    if stack.form.kind not in (SIGNAL, SEQUENCE):
        return False
    return _convolution(stack, "conv1d", (stack.form.steps,), SIGNAL)


def conv2d(stack: Stack) -> bool:
    """On an image."""
    return stack.form.kind == IMAGE and _convolution(stack, "conv2d", stack.form.shape[-2:], IMAGE)


def _pool(kind: str) -> Adder:
    def pool(stack: Stack) -> bool:
        """On a signal, a sequence or an image."""
        if stack.form.kind == UNITS or (not stack.layers and stack.form.kind != IMAGE):
            return False
        form = stack.form
        extents = form.shape[-2:] if form.kind == IMAGE else (form.steps,)
        sizes, strides, _, counts = _windowed(stack, extents, padded=False)
        is_image = form.kind == IMAGE
        moved = stack.maybe(0.7, f"stride = {strides}")
        if not moved:
            counts = [extent // size for extent, size in zip(extents, sizes, strict=True)]
        stack.add(
            Form(IMAGE if is_image else SIGNAL, (form.features, *counts)),
            [f'kind = "{kind}"', f"size = {sizes}", *moved],
        )
        return True

    return pool


def _recurrent(kind: str, gates: int, options: Callable[[Stack, int], list[str]], returns: str) -> Adder:
    def recurrent(stack: Stack) -> bool:
        """On a sequence, or on a signal, whose steps it takes."""
        if stack.form.kind not in (SEQUENCE, SIGNAL):
            return False
        units = stack.random.randint(1, 3)
        steps = (stack.form.steps,) if returns == "all" else ()
        first = [number(stack.random) for _ in range(units)]
        stack.add(
            Form(SEQUENCE if steps else UNITS, (*steps, units)),
            [
                *(f'kind = "{kind}"', f"units = {units}", f'returns = "{returns}"', stack.weights()),
                *options(stack, units),
                *stack.bias(gates * units),
                *stack.maybe(0.6, f"initial = {first}"),
                *stack.maybe(0.1, 'frozen = ["recurrent"]'),
            ],
        )
        return True

    return recurrent


def _matrix(stack: Stack) -> str:
    return stack.weights("recurrent", "orthogonal")


def _lstm_options(stack: Stack, units: int) -> list[str]:
    cells = [number(stack.random) for _ in range(units)]
    return [_matrix(stack), *stack.maybe(0.6, f"initial_cell = {cells}")]


def _gru_options(biases: int) -> Callable[[Stack, int], list[str]]:
    """With PyTorch's second bias for so many gates."""

    def options(stack: Stack, units: int) -> list[str]:
        second = [number(stack.random) for _ in range(biases * units)]
        return [_matrix(stack), *([f"recurrent_bias = {second}"] if biases else [])]

    return options


def flatten(stack: Stack) -> bool:
    """Of anything."""
    stack.add(Form(UNITS, (math.prod(stack.form.shape),)), ['kind = "flatten"'])
    return True


def _joined(kind: str, features: int) -> Adder:
    def joined(stack: Stack) -> bool:
        """The last layer, and the same through tanh."""
        if not stack.layers:
            return False
        source, form = stack.name, stack.form
        stack.add(form, ['kind = "activation"', 'activation = "tanh"'])
        order = stack.random.choice((f'["{source}", "{stack.name}"]', f'["{stack.name}", "{source}"]'))
        stack.add(form.with_features(form.features * features), [f'kind = "{kind}"', f"from = {order}"])
        return True

    return joined


def shared(stack: Stack) -> bool:
    """Two layers with one set of weights."""
    if stack.form.kind not in (SEQUENCE, UNITS):
        return False
    units = stack.form.features
    stack.add(stack.form, [f"units = {units}", 'activation = "tanh"', stack.weights(), *stack.bias(units)])
    same = f'weights = {{ same_as = "{stack.name}" }}'
    stack.add(stack.form, [f"units = {units}", same, *stack.bias(units)])
    return True


def softmax(stack: Stack) -> bool:
    """Along the features."""
    return stack.takes_softmax and _of_own(lambda _: '"softmax"')(stack)


def _of_own(activation: Callable[[Random], str], multiple: int = 1) -> Adder:
    def activated(stack: Stack) -> bool:
        """A layer that is an activation."""
        features = stack.form.features
        if not stack.layers or features % multiple:
            return False
        choice = activation(stack.random)
        stack.add(stack.form.with_features(features // multiple), ['kind = "activation"', f"activation = {choice}"])
        return True

    return activated


def dropout(stack: Stack) -> bool:
    """A third is left out."""
    if not stack.layers:
        return False
    stack.add(stack.form, ['kind = "dropout"', "dropout = 0.3"])
    return True


BLOCKS: dict[str, Adder] = {
    "dense": dense,
    "conv1d": conv1d,
    "conv2d": conv2d,
    "max_pool": _pool("max_pool"),
    "avg_pool": _pool("avg_pool"),
    "rnn, tanh": _recurrent("rnn", 1, lambda s, _: [_matrix(s)], "all"),
    "rnn, relu": _recurrent("rnn", 1, lambda s, _: [_matrix(s), 'activation = "relu"'], "all"),
    "rnn, one number": _recurrent("rnn", 1, lambda s, _: [f"recurrent = {number(s.random)}"], "last"),
    "lstm": _recurrent("lstm", 4, _lstm_options, "all"),
    "lstm, last": _recurrent("lstm", 4, _lstm_options, "last"),
    "gru": _recurrent("gru", 3, _gru_options(0), "all"),
    "gru, bias of the new gate": _recurrent("gru", 3, _gru_options(1), "all"),
    "gru, biases, last": _recurrent("gru", 3, _gru_options(3), "last"),
    "gru, before": _recurrent("gru", 3, lambda s, _: [_matrix(s), 'reset = "before"'], "all"),
    "flatten": flatten,
    "concat": _joined("concat", 2),
    "add": _joined("add", 1),
    "shared": shared,
    "pointwise": _of_own(lambda random: random.choice(POINTWISE)),
    "softmax": softmax,
    "maxout": _of_own(lambda _: '{ name = "maxout", pieces = 2 }', multiple=2),
    "dropout": dropout,
}


def nested(draw: Callable[[], float], shape: tuple[int, ...]) -> object:
    """Lists as deep as the shape."""
    return [nested(draw, shape[1:]) for _ in range(shape[0])] if shape else draw()


def _one_hot(random: Random, form: Form) -> object:
    """At each step, or place, one feature is 1."""

    def filled(shape: tuple[int, ...], at: dict[tuple[int, ...], int], place: tuple[int, ...] = ()) -> object:
        if shape:
            return [filled(shape[1:], at, (*place, n)) for n in range(shape[0])]
        feature, rest = (place[-1], place[:-1]) if form.kind in (SEQUENCE, UNITS) else (place[0], place[1:])
        if rest not in at:
            at[rest] = random.randrange(form.features)
        return float(at[rest] == feature)

    return filled(form.shape, {})


def _targets(random: Random, loss: str, form: Form) -> object:
    """Of one sample."""
    if loss == ONE_HOT:
        return _one_hot(random, form)
    if loss in (ZERO_ONE, SIGNS):
        low = 0.0 if loss == ZERO_ONE else -1.0
        return nested(lambda: random.choice((low, 1.0)), form.shape)
    return nested(lambda: number(random), form.shape)


def data_of(random: Random, loss: str, given: Form, made: Form, samples: int, tests: int = 0, more: str = "") -> str:
    """[data] for such inputs and outputs."""
    lines = []
    for prefix, count in (("", samples), ("test_", tests)):
        if count:
            lines.append(f"{prefix}inputs = {[nested(lambda: number(random), given.shape) for _ in range(count)]}")
            lines.append(f"{prefix}targets = {[_targets(random, loss, made) for _ in range(count)]}")
    return "\n".join(["[data]", *lines, more, ""])


def drawn_form(random: Random, kind: str) -> Form:
    """Data of a kind, small."""
    if kind == IMAGE:
        return Form(IMAGE, random.choice(((1, 4, 4), (2, 3, 4), (1, 5, 3))))
    if kind == UNITS:
        return Form(UNITS, (random.randint(2, 3),))
    return Form(kind, (random.randint(2, 4), random.randint(1, 3)) if kind == SEQUENCE else (2, random.randint(3, 5)))


def finish(stack: Stack, loss: str) -> None:
    """A last layer that suits the loss."""
    last = {ONE_HOT: '"softmax"', ZERO_ONE: '"sigmoid"'}.get(loss, "")
    if not last and "dropout" in stack.layers[-1]:
        last = '"softplus"'
    if last:
        stack.add(stack.form, ['kind = "activation"', f"activation = {last}"])


def random_stack(random: Random, least: int = 2, most: int = 4) -> tuple[str, str, Form, Form]:
    """[network] with its loss, and the forms of inputs and outputs; starts and ends with something to train."""
    given = drawn_form(random, random.choice((SEQUENCE, SEQUENCE, SIGNAL, IMAGE, IMAGE)))
    stack = Stack(random, given)
    first = {SEQUENCE: ("dense", "rnn, tanh", "lstm", "gru", "gru, before"), SIGNAL: ("conv1d",), IMAGE: ("conv2d",)}
    BLOCKS[random.choice(first[given.kind])](stack)
    count = random.randint(least, most)
    while count:
        count -= BLOCKS[random.choice(list(BLOCKS))](stack)
    losses = [*PLAIN_LOSSES, ZERO_ONE, SIGNS, *([ONE_HOT] * 3 if stack.takes_softmax else [])]
    loss = random.choice(losses)
    if not any(line.startswith("weights") for layer in stack.layers[1:] for line in layer.splitlines()):
        flatten(stack)
        stack.add(Form(UNITS, (2,)), ["units = 2", stack.weights()])
    finish(stack, loss)
    over_steps = random.choice(("mean", "sum"))
    head = f'[network]\nloss = {loss}\nloss_over_steps = "{over_steps}"\ndropout_seed = {random.randint(0, 99)}\n'
    return head + stack.text(), loss, given, stack.form


def decayed(optimizer: str) -> str:
    """The optimizer with a weight decay."""
    return optimizer if "weight_decay" in optimizer else with_option(optimizer, "weight_decay = 0.03")
