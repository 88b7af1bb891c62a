"""Random stacks of layers over sequences, signals, images and tokens: each kind takes what it can."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random

from parity.random_training import number, with_option

SEQUENCE, SIGNAL, IMAGE, UNITS, TOKENS = "sequence", "signal", "image", "units", "tokens"
DIFFERENT = 4  # tokens
TANH = 'activation = "tanh"'
POINTWISE = (
    *('"sigmoid"', '"tanh"', '"relu"', '"softplus"', '"gelu"', '"silu"', '"hard_sigmoid"'),
    *('{ name = "leaky_relu", slope = 0.2 }', '{ name = "elu", alpha = 0.7 }'),
)
SMOOTH = ('"tanh"', '"sigmoid"', '"softplus"')
BENT = re.compile(rf'activation = ({"|".join(SMOOTH)}|"softmax")|kind = "(lstm|gru)"')
SHIFTED = re.compile(r"^(beta = |bias = [^f]|out_bias = |kind = .(layer|batch)_norm)", re.MULTILINE)
PLAIN_LOSSES = ('"half_squared_error"', '"half_mse"', '"mse"', '"mae"', '{ name = "huber", delta = 0.3 }')
ONE_HOT, ZERO_ONE, SIGNS = '"cross_entropy"', '"binary_cross_entropy"', '"hinge"'


@dataclass(frozen=True)
class Form:
    """What a layer passes on: a sequence (steps, units), a signal (channels, steps), an image, units, or tokens."""

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

    @property
    def is_shifted(self) -> bool:
        """Whether some layer may do no more than shift a feature of what comes out, which a batch norm takes away.

        Its gradient, too, is 0 but for rounding.
        """
        bent = [place for place, layer in enumerate(self.layers) if BENT.search(layer)]
        return any(SHIFTED.search(layer) for layer in self.layers[bent[-1] + 1 if bent else 0 :])

    def leave_out_bias(self) -> None:
        """Of the last layer, if it is a weighted sum."""
        if any(kind in self.layers[-1] for kind in ("units = ", "filters = ")):
            self.layers[-1] = re.sub(r"^bias.*\n", "", self.layers[-1], flags=re.MULTILINE) + "bias = false\n"

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


def embedding(stack: Stack) -> bool:
    """Of tokens, which are the data."""
    if stack.form.kind != TOKENS:
        return False
    size = stack.random.randint(2, 3)
    lines = ['kind = "embedding"', f"rows = {DIFFERENT}", f"size = {size}", stack.weights(scheme="normal")]
    stack.add(Form(SEQUENCE, (*stack.form.shape, size)), lines)
    return True


def tied(stack: Stack) -> bool:
    """The embedding's weights once more: a number for each token."""
    first = stack.layers[0] if stack.layers else ""
    fits = "embedding" in first and f"size = {stack.form.features}\n" in first
    if not fits or stack.form.kind not in (SEQUENCE, UNITS):
        return False
    lines = [f"units = {DIFFERENT}", 'weights = { same_as = "l1" }', *stack.bias(DIFFERENT)]
    stack.add(stack.form.with_features(DIFFERENT), lines)
    return True


def positions(stack: Stack) -> bool:
    """Of a sequence."""
    if stack.form.kind != SEQUENCE:
        return False
    lines = ['kind = "positions"', stack.weights(scheme="normal"), *stack.maybe(0.1, 'frozen = ["weights"]')]
    stack.add(stack.form, lines)
    return True


def _scales(stack: Stack) -> list[str]:
    """Gamma and beta, and a number beside the variance large enough for the slope to be more than rounding."""
    gamma = [number(stack.random, 0.5, 1.5) for _ in range(stack.form.features)]
    beta = [number(stack.random) for _ in range(stack.form.features)]
    lines = [f"gamma = {gamma}", *stack.maybe(0.7, f"beta = {beta}"), f"eps = {stack.random.choice((0.02, 0.1, 0.5))}"]
    return [*lines, *stack.maybe(0.15, f"frozen = {stack.random.choice((['gamma'], ['beta'], ['gamma', 'beta']))}")]


def layer_norm(stack: Stack) -> bool:
    """Of features, or a sequence of them; as softmax it takes no bias that is everybody's."""
    if stack.form.kind not in (SEQUENCE, UNITS) or not stack.takes_softmax:
        return False
    if stack.is_shifted and "flatten" in stack.text():  # all features may be of one channel, with one bias
        stack.add(stack.form, ['kind = "activation"', f"activation = {stack.random.choice(SMOOTH)}"])
    activation = stack.random.choice((*SMOOTH, '"identity"', '"identity"'))
    stack.add(stack.form, ['kind = "layer_norm"', f"activation = {activation}", *_scales(stack)])
    return True


def batch_norm(stack: Stack) -> bool:
    """Of anything."""
    if not stack.layers:
        return False
    if stack.is_shifted:
        stack.leave_out_bias()
    if stack.is_shifted:
        stack.add(stack.form, ['kind = "activation"', f"activation = {stack.random.choice(SMOOTH)}"])
    activation = stack.random.choice((*SMOOTH, '"relu"', '"identity"'))
    lines = [
        *('kind = "batch_norm"', f"activation = {activation}", *_scales(stack)),
        *stack.maybe(0.5, f"momentum = {stack.random.choice((0, 0.3, 0.5, 1))}"),
        *stack.maybe(0.3, f"running_mean = {number(stack.random)}"),
        *stack.maybe(0.3, f"running_var = {number(stack.random, 0.5, 1.5)}"),
    ]
    stack.add(stack.form, lines)
    return True


def _attention(has_bias: bool) -> Adder:
    def attention(stack: Stack) -> bool:
        """Of a sequence; of a single step nothing would come back to queries and keys."""
        if stack.form.kind != SEQUENCE or stack.form.steps == 1:
            return False
        random, heads = stack.random, stack.random.randint(1, 2)
        size, has_out = random_size(stack, heads), random.random() < 0.7
        names = ["query", "key", "value", *(["out"] if has_out else [])]
        biases = [f"bias = {[number(random) for _ in range(3 * size)]}"] if has_bias else []
        biases += [f"out_bias = {[number(random) for _ in range(size)]}"] if has_bias and has_out else []
        lines = [
            *('kind = "attention"', f"size = {size}", f"heads = {heads}", *stack.maybe(0.5, "causal = true")),
            *(_wide(stack, name) for name in names),
            *([] if has_out else ["out = false"]),
            *biases,
            *stack.maybe(0.15, f"divide_by_root_of = {random.choice((1, 3))}"),
            *stack.maybe(0.15, f'frozen = ["{random.choice(names)}"]'),
        ]
        stack.add(stack.form.with_features(size), lines)
        return True

    return attention


def _wide(stack: Stack, key: str) -> str:
    """Weights large enough for some steps to be looked at more than others."""
    return f'{key} = {{ init = "uniform", low = -1.5, high = 1.5, seed = {stack.random.randint(1, 999)}, digits = 3 }}'


def random_size(stack: Stack, heads: int) -> int:
    """Of an attention: often as many features as come in, which PyTorch's module needs."""
    features = stack.form.features
    return features if features % heads == 0 and stack.random.random() < 0.6 else heads * stack.random.randint(1, 2)


BLOCKS: dict[str, Adder] = {
    "dense": dense,
    "conv1d": conv1d,
    "conv2d": conv2d,
    "max_pool": _pool("max_pool"),
    "avg_pool": _pool("avg_pool"),
    "rnn, tanh": _recurrent("rnn", 1, lambda s, _: [_matrix(s), TANH], "all"),
    "rnn, relu": _recurrent("rnn", 1, lambda s, _: [_matrix(s), 'activation = "relu"'], "all"),
    "rnn, one number": _recurrent("rnn", 1, lambda s, _: [f"recurrent = {number(s.random)}", TANH], "last"),
    "lstm": _recurrent("lstm", 4, _lstm_options, "all"),
    "lstm, last": _recurrent("lstm", 4, _lstm_options, "last"),
    "gru": _recurrent("gru", 3, _gru_options(0), "all"),
    "gru, bias of the new gate": _recurrent("gru", 3, _gru_options(1), "all"),
    "gru, biases, last": _recurrent("gru", 3, _gru_options(3), "last"),
    "gru, before": _recurrent("gru", 3, lambda s, _: [_matrix(s), 'reset = "before"'], "all"),
    "positions": positions,
    "layer_norm": layer_norm,
    "batch_norm": batch_norm,
    "attention": _attention(has_bias=False),
    "attention, biases": _attention(has_bias=True),
    "tied": tied,
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


def _inputs(random: Random, form: Form) -> object:
    """Of one sample."""
    if form.kind == TOKENS:
        return nested(lambda: random.randrange(DIFFERENT), form.shape)
    return nested(lambda: number(random), form.shape)


def data_of(random: Random, loss: str, given: Form, made: Form, samples: int, tests: int = 0, more: str = "") -> str:
    """[data] for such inputs and outputs."""
    lines = []
    for prefix, count in (("", samples), ("test_", tests)):
        if count:
            lines.append(f"{prefix}inputs = {[_inputs(random, given) for _ in range(count)]}")
            lines.append(f"{prefix}targets = {[_targets(random, loss, made) for _ in range(count)]}")
    return "\n".join(["[data]", *lines, more, ""])


def drawn_form(random: Random, kind: str) -> Form:
    """Data of a kind, small."""
    if kind == IMAGE:
        return Form(IMAGE, random.choice(((1, 4, 4), (2, 3, 4), (1, 5, 3))))
    if kind == TOKENS:
        return Form(TOKENS, (random.randint(2, 4),))
    if kind == UNITS:
        return Form(UNITS, (random.randint(2, 3),))
    return Form(kind, (random.randint(2, 4), random.randint(1, 3)) if kind == SEQUENCE else (2, random.randint(3, 5)))


def loss_of(random: Random, loss: str) -> str:
    """[network] with a loss, and what it makes of steps, where there is a choice."""
    over_steps = random.choice(("mean", "sum"))
    return f"[network]\nloss = {loss}\n" + ("" if "squared" in loss else f'loss_over_steps = "{over_steps}"\n')


def finish(stack: Stack, loss: str) -> None:
    """A last layer that suits the loss."""
    last = {ONE_HOT: '"softmax"', ZERO_ONE: '"sigmoid"'}.get(loss, "")
    if not last and "dropout" in stack.layers[-1]:
        last = '"softplus"'
    if last:
        stack.add(stack.form, ['kind = "activation"', f"activation = {last}"])


DATA = (SEQUENCE, SEQUENCE, SIGNAL, IMAGE, IMAGE, TOKENS, TOKENS)
FIRST: dict[str, tuple[Adder, ...]] = {  # what may stand on the data
    SEQUENCE: tuple(BLOCKS[name] for name in ("dense", "rnn, tanh", "lstm", "gru", "gru, before", "attention")),
    SIGNAL: (conv1d,),
    IMAGE: (conv2d,),
    TOKENS: (embedding,),
    UNITS: (dense,),
}


def random_stack(random: Random, least: int = 2, most: int = 4) -> tuple[str, str, Form, Form]:
    """[network] with its loss, and the forms of inputs and outputs; starts and ends with something to train."""
    given = drawn_form(random, random.choice(DATA))
    stack = Stack(random, given)
    random.choice(FIRST[given.kind])(stack)
    count = random.randint(least, most)
    while count:
        count -= BLOCKS[random.choice(list(BLOCKS))](stack)
    losses = [*PLAIN_LOSSES, ZERO_ONE, SIGNS, *([ONE_HOT] * 3 if stack.takes_softmax else [])]
    loss = random.choice(losses)
    if not any(line.startswith("weights") for layer in stack.layers[1:] for line in layer.splitlines()):
        flatten(stack)
        stack.add(Form(UNITS, (2,)), ["units = 2", stack.weights()])
    finish(stack, loss)
    head = f"{loss_of(random, loss)}dropout_seed = {random.randint(0, 99)}\n"
    return head + stack.text(), loss, given, stack.form


def least(text: str) -> float:
    """What a cell's error is compared with at least: rounding, where slopes cancel as they do in these layers.

    An attention may hardly tell steps apart, and what a norm takes together may be almost the same.
    """
    return 1e-2 if "attention" in text else 1e-3 if "_norm" in text else 0.0


def has_key_biases(text: str) -> bool:
    """Whether an attention has biases: those of its keys make all scores of a step larger, which softmax takes away.

    Their gradients are 0 but for rounding, of which some optimizers make much.
    """
    return any("attention" in layer and "\nbias = [" in layer for layer in text.split("[[network.layers]]"))


def decayed(optimizer: str) -> str:
    """The optimizer with a weight decay."""
    return optimizer if "weight_decay" in optimizer else with_option(optimizer, "weight_decay = 0.03")
