"""Optimizers: the parameter of the next row as an expression of this one, by PyTorch's conventions.

Each is a function of what it may keep (:class:`Keeper`), the parameter p and the gradient g that reaches it:
clipped, with the weight decay, and turned round where the objective is to grow.  Where a square root is
divided by, epsilon stands outside of it, but for adadelta.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xlbp.model.schedules import setting
from xlbp.symbols.expr import Expr, Number, const, exp, lift, log, maximum, minimum, norm, prev, ref, sign, sqrt, square
from xlbp.symbols.program import Builder, Column
from xlbp.symbols.simplify import simplify
from xlbp.template import names
from xlbp.template.optimizers import OPTIMIZERS as RECORDS
from xlbp.template.template import Training

LENGTH_EPSILON = 1e-6  # of PyTorch's clip_grad_norm_


@dataclass
class Keeper:
    """What the optimizer keeps for one parameter, each quantity a column; ``''`` is for all parameters."""

    training: Training
    rate: Expr
    parameter: str
    layer: int
    columns: dict[str, list[Column]]  # by letter
    shared: dict[str, Column] = field(default_factory=dict)

    def __call__(self, letter: str, rule: Callable[[Expr], Expr], initial: Number = 0) -> Expr:
        """A running quantity: ``rule`` of its value in the row above, ``initial`` above the first row."""
        return self._add(letter, self.parameter, rule, initial)

    def cell(self, letter: str, value: Expr) -> Expr:
        """A quantity of this row that deserves a cell."""
        name = names.kept(letter, self.parameter)
        self.columns.setdefault(letter, []).append(Column(name, simplify(value), "optimizer", self.layer))
        return ref(name)

    def once(self, letter: str, rule: Callable[[Expr], Expr], initial: Number = 0) -> Expr:
        """A running quantity that all parameters share."""
        return self._add(letter, "", rule, initial)

    def _add(self, letter: str, parameter: str, rule: Callable[[Expr], Expr], initial: Number) -> Expr:
        name = names.kept(letter, parameter)
        expr, start = simplify(rule(prev(name))), simplify(rule(lift(initial)))
        layer = self.layer if parameter else 0
        column = Column(name, expr, "optimizer", layer, None if start is expr else start, above=lift(initial))
        if parameter:
            self.columns.setdefault(letter, []).append(column)
        else:
            self.shared[name] = column
        return ref(name)

    def has(self, name: str) -> bool:
        """Whether the template sets this option."""
        return self.training.has(name)


def sgd(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """p - eta g  (Cauchy, 1847)."""
    return p - keep.rate * g


def momentum(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """v = mu v + g;  p - eta v  (Polyak, 1964; PyTorch's SGD, whose v starts as g)."""
    v = keep("v", lambda old: setting("momentum") * old + g)
    return p - keep.rate * v


def nesterov(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """v = mu v + g;  p - eta (g + mu v)  (Nesterov, 1983; Sutskever et al., 2013)."""
    v = keep("v", lambda old: setting("momentum") * old + g)
    return p - keep.rate * (g + setting("momentum") * v)


def adagrad(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """s = s + g^2;  p - eta g / (sqrt s + eps)  (Duchi, Hazan and Singer, 2011)."""
    s = keep("s", lambda old: old + square(g), setting("initial") if keep.has("initial") else 0)
    return p - keep.rate * g / (sqrt(s) + setting("eps"))


def rmsprop(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """v = alpha v + (1 - alpha) g^2;  p - eta g / (sqrt v + eps)  (Hinton, 2012, lecture 6)."""
    v = keep("v", lambda old: setting("alpha") * old + (1 - setting("alpha")) * square(g))
    step = g / (sqrt(v) + setting("eps"))
    if keep.has("momentum"):
        step = keep("u", lambda old: setting("momentum") * old + step)
        return p - keep.rate * step
    return p - keep.rate * g / (sqrt(v) + setting("eps"))


def adadelta(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """v = rho v + (1 - rho) g^2;  d = sqrt(u + eps) / sqrt(v + eps) g;  p - eta d;  u = rho u + (1 - rho) d^2.

    (Zeiler, 2012.)
    """
    rho, eps = setting("rho"), setting("eps")
    v = keep("v", lambda old: rho * old + (1 - rho) * square(g))
    d = keep_before(keep, "d", "u", lambda u: sqrt(u + eps) / sqrt(v + eps) * g)
    keep("u", lambda old: rho * old + (1 - rho) * square(d))
    return p - keep.rate * d


def keep_before(keep: Keeper, letter: str, of: str, rule: Callable[[Expr], Expr]) -> Expr:
    """A cell that needs another running quantity, ``of``, as the row above left it; 0 above the first row."""
    name, other = names.kept(letter, keep.parameter), prev(names.kept(of, keep.parameter))
    column = Column(name, simplify(rule(other)), "optimizer", keep.layer, simplify(rule(const(0))))
    keep.columns.setdefault(letter, []).append(column)
    return ref(name)


def _moments(keep: Keeper, g: Expr) -> tuple[Expr, Expr]:
    """m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2."""
    beta1, beta2 = setting("beta1"), setting("beta2")
    m = keep("m", lambda old: beta1 * old + (1 - beta1) * g)
    v = keep("v", lambda old: beta2 * old + (1 - beta2) * square(g))
    return m, v


def adam(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """mh = m / (1 - beta1^t);  vh = v / (1 - beta2^t);  p - eta mh / (sqrt vh + eps)  (Kingma and Ba, 2015)."""
    power1 = keep.once("power1", lambda old: old * setting("beta1"), 1)
    power2 = keep.once("power2", lambda old: old * setting("beta2"), 1)
    m, v = _moments(keep, g)
    mh, vh = keep.cell("mh", m / (1 - power1)), keep.cell("vh", v / (1 - power2))
    return p - keep.rate * mh / (sqrt(vh) + setting("eps"))


def adamw(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """Adam of a parameter that has shrunk by eta lambda before  (Loshchilov and Hutter, 2019)."""
    return adam(keep, p, g)


def nadam(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """Adam with Nesterov's momentum  (Dozat, 2016; PyTorch's NAdam).

    mu(t) = beta1 (1 - 0.96^(t psi) / 2), t from 1;  vh = v / (1 - beta2^t);
    p - eta (1 - mu(t)) / (1 - prod mu) g / (sqrt vh + eps) - eta mu(t+1) / (1 - prod mu * mu(t+1)) m / (sqrt vh + eps)
    """
    t, beta1 = ref(names.ITERATION) + 1, setting("beta1")

    def mu_at(time: Expr) -> Expr:
        return beta1 * (1 - exp(time * setting("momentum_decay") * log(const(0.96))) / 2)

    mu = keep.once("mu", lambda _: mu_at(t))
    after = keep.once("next", lambda _: mu_at(t + 1))
    product = keep.once("product", lambda old: old * mu, 1)
    power2 = keep.once("power2", lambda old: old * setting("beta2"), 1)
    m, v = _moments(keep, g)
    vh = keep.cell("vh", v / (1 - power2))
    share, share_after = (1 - mu) / (1 - product), after / (1 - product * after)
    return p - keep.rate * (share * g + share_after * m) / (sqrt(vh) + setting("eps"))


def lion(keep: Keeper, p: Expr, g: Expr) -> Expr:
    """c = beta1 m + (1 - beta1) g;  p - eta sign c;  m = beta2 m + (1 - beta2) g  (Chen et al., 2023; Keras)."""
    beta1, beta2 = setting("beta1"), setting("beta2")
    c = keep_before(keep, "c", "m", lambda m: beta1 * m + (1 - beta1) * g)
    keep("m", lambda old: beta2 * old + (1 - beta2) * g)
    return p - keep.rate * sign(c)


OPTIMIZERS: dict[str, Callable[[Keeper, Expr, Expr], Expr]] = {
    f.__name__: f for f in (sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, adamw, nadam, lion)
}


def add_updates(
    builder: Builder,
    training: Training,
    rate: Expr,
    gradients: Mapping[str, str],
    layers: Mapping[str, int],
    maximize: bool,
) -> None:
    """Clipping, what the optimizer keeps, and the updated parameters, one kind of quantity after the other."""
    clipped = _clipped(builder, training, gradients)
    columns: dict[str, list[Column]] = {}
    shared: dict[str, Column] = {}
    moved: dict[str, Expr] = {}
    plain = training.optimizer == "sgd" and maximize and not training.has("weight_decay")  # reads better as p + eta g
    for name in gradients:
        keep = Keeper(training, rate, name, layers.get(name, 0), columns, shared)
        p, g = ref(name), clipped[name]
        g = _seen(keep, p, -g if maximize and not plain else g, g)
        if RECORDS[training.optimizer].is_decoupled and training.has("weight_decay"):
            p = p * (1 - rate * setting("weight_decay"))
        moved[name] = p + rate * g if plain else OPTIMIZERS[training.optimizer](keep, p, g)
    for column in (*shared.values(), *(c for group in columns.values() for c in group)):
        builder.add(column)
    for name, value in moved.items():
        builder.define(names.updated(name), value, "update", layers.get(name, 0))


def _clipped(builder: Builder, training: Training, gradients: Mapping[str, str]) -> dict[str, Expr]:
    """Each gradient within -c and c, or all of them shortened to a common length of at most c."""
    plain = {name: ref(gradient) for name, gradient in gradients.items()}
    if training.clip == "value":
        limit = setting("clip_value")
        return {name: maximum(-limit, minimum(g, limit)) for name, g in plain.items()}
    if training.clip == "norm":
        length = builder.define(names.LENGTH, norm(*plain.values()), "optimizer")
        factor = minimum(1, setting("clip_norm") / (length + LENGTH_EPSILON))
        clip = builder.define(names.CLIPPING, factor, "optimizer")
        return {name: clip * g for name, g in plain.items()}
    return plain


def _seen(keep: Keeper, p: Expr, g: Expr, plain: Expr) -> Expr:
    """The gradient as the optimizer sees it: a cell of its own, where it is not the plain one."""
    if keep.has("weight_decay") and not RECORDS[keep.training.optimizer].is_decoupled:
        g = g + setting("weight_decay") * p
    return g if g is plain and g.op == "ref" else keep.cell("g", g)
