"""The one vocabulary: what every quantity of a training row is called.

Letters, as in the field's textbooks, for layer ``l``, unit ``i``, input ``j`` and sample ``s``:

    x[j]@s       input                         t[i]@s      target
    W1[i,j]      weight into unit i            b1[i]       bias; ``b1`` when the layer shares one
    z1[i]@s      pre-activation                a1[i]@s     activation (``a0`` is the input)
    e[i]@s       error, output minus target    E[i]@s      loss of one output
    E@s          loss of one sample            E           loss of the row's whole batch
    da1[i]@s     dE/da                         f'1[i]@s    da/dz, the activation's slope
    dz1[i]@s     dE/dz, also called delta      dW1[i,j]    dE/dW      db1[i]  dE/db
    |dW1|        the length of dE/dW1 (its Frobenius norm)
    W1+[i,j]     the weight after the update   eta         learning rate
    softmax:     m1@s max of z,  u1[i]@s exp(z - m),  S1@s sum of u,  lse1@s log-sum-exp of z
    helpers:     g1[i]@s the gate of silu and gelu,  k1[r]@s 1 for maxout's winning piece r (z1[r] its pieces)
    dropout:     r1[i]@s a random whole number,  q1[i]@s the mask,  h1[i]@s = a q
    weights of classes:  omega@s the weight of the sample's class,  omega their mean in the row,
                 rho@s what the sample counts for, omega@s/omega,  rho[i]@s what an output does
    penalty:     Edata the loss without it,  El1, El2 the penalties

The mark ``@s`` is left out where there is one sample only; ``@T1`` marks a sample kept from training, and
``E@T``, ``hits@T`` are means over all of these.  Where the samples stand in a table, row n of it holds
``x[j]#n`` and ``t[i]#n``, computed from ``raw[j]#n`` and ``class#n`` or ``traw[i]#n``, and a training row has

    :epoch       which pass through the data     s[0]@k     the number of the sample at place k
    a0[j]@k      its inputs                      t[i]@k     its targets

Optimizers: ``$beta1`` is a setting, ``:rate`` the learning rate of the row, ``m:W1[i,j]`` what the optimizer
keeps for a parameter (``g:`` the gradient it sees), ``:power1`` what it keeps for all of them.

In a computation graph quantities
have the names the template gives them: ``df/dd`` is the total derivative of the objective,
``∂d/∂a`` the local derivative along one edge, ``a+`` the variable after the update; of an array's elements ``W[1,2]``,
``dE/dW[1,2]``, ``∂h[1]/∂z[1]`` and ``W+[1,2]``, with indices from 1.

The formulas (graph, model, workbook) and the reference meet in these strings and nowhere else.
"""

from __future__ import annotations

from xlbp.template.quantity import GRADIENT, Quantity, known, plain, quantity
from xlbp.template.quantity import norm as of_norm
from xlbp.template.quantity import setting as of_settings

ITERATION = "iteration"
LEARNING_RATE = "eta"
LOSS = "E"
DATA_LOSS = "Edata"
EPOCH, ORDER, CLASS = ":epoch", "order", "class"
WATCH = ":watch"  # whether the formulas of a row are in place
RATE, LENGTH, CLIPPING = ":rate", ":length", ":clipping"
TEST = "@T"
SAMPLE = "s"
PREDICTED = "y"  # an output in the units of the data, where targets are scaled
HITS = "hits"
CLASS_WEIGHT, RELATIVE_WEIGHT = "omega", "rho"


def marks(samples: int) -> tuple[str, ...]:
    """The sample marks of a batch: ``('',)`` for one sample, ``('@1', '@2', ...)`` for more."""
    return ("",) if samples == 1 else tuple(f"@{s}" for s in range(1, samples + 1))


def rows(samples: int) -> tuple[str, ...]:
    """The marks of a table's rows: ``('#1', '#2', ...)``."""
    return tuple(f"#{n}" for n in range(1, samples + 1))


def setting(name: str) -> Quantity:
    """A number of the optimizer or the schedule: ``setting('beta1') == '$beta1'``."""
    return of_settings(name)


def kept(letter: str, parameter: str) -> Quantity:
    """What an optimizer keeps for a parameter: ``kept('m', 'b1') == 'm:b1'``; for all of them, ``:m``."""
    return known(parameter).state(letter) if parameter else Quantity(f":{letter}", f":{letter}")


def penalty(kind: str) -> Quantity:
    """A penalty on the weights: ``penalty('l2') == 'El2'``."""
    return quantity(f"E{kind}")


def of_layer(letter: str, layer: int, mark: str = "") -> Quantity:
    """A quantity that a layer has once per sample: ``of_layer('lse', 2, '@1') == 'lse2@1'``."""
    return quantity(letter, layer, (), mark)


def of_unit(letter: str, layer: int, unit: int, mark: str = "") -> Quantity:
    """A unit's quantity: ``of_unit('z', 1, 2, '@3') == 'z1[2]@3'``; units count from 1."""
    return quantity(letter, layer, (unit,), mark)


def of_input(letter: str, index: int, mark: str = "") -> Quantity:
    """An input, target, error or output loss: ``of_input('x', 2) == 'x[2]'``."""
    return quantity(letter, "", (index,), mark)


def weight(layer: int, unit: int, source: int) -> Quantity:
    """The weight from input ``source`` into ``unit``: ``weight(1, 2, 3) == 'W1[2,3]'``."""
    return quantity("W", layer, (unit, source))


def bias(layer: int, unit: int | None) -> Quantity:
    """A unit's bias ``b1[2]``, or the layer's shared one ``b1``."""
    return quantity("b", layer, () if unit is None else (unit,))


def gradient(parameter: str) -> Quantity:
    """dE/dparameter: ``gradient('W1[2,3]') == 'dW1[2,3]'``."""
    return known(parameter).gradient


def norm(layer: int, letter: str = "W") -> Quantity:
    """The length of the gradient of a layer's weights: ``norm(1) == '|dW1|'``."""
    return of_norm(layer, letter)


def updated(parameter: str) -> Quantity:
    """The parameter after this row's update: ``updated('W1[2,3]') == 'W1+[2,3]'``; a graph's variable ``a+``."""
    return known(parameter).updated


def total(objective: str, node: str) -> Quantity:
    """Total derivative of a graph's objective: ``total('f', 'd') == 'df/dd'``; of an element ``dE/dW[1,2]``."""
    of = plain(node)
    letter = f"d{objective}/d{of.letter if of.indices else ''}"
    return Quantity(f"d{objective}/d{node}", letter, indices=of.indices, relation=GRADIENT, of=of)


def local(node: str, argument: str) -> Quantity:
    """Local derivative along one edge of a graph: ``local('d', 'a') == '∂d/∂a'``."""
    return Quantity(f"∂{node}/∂{argument}", "∂")
