"""Layer norm and batch norm: three paths lead back, straight, through the mean and through the deviation."""

from __future__ import annotations

import math

from xlbp.interchange.numpy_script.axes import along_features, others, per_feature
from xlbp.interchange.numpy_script.node import At
from xlbp.template.blocks.block import FEATURES
from xlbp.template.blocks.norms import Norm


def of_batch(at: At) -> bool:
    """Whether it normalises each feature over the batch, and not each step over its features."""
    assert isinstance(at.block, Norm)
    return at.block.of_batch


def together(at: At) -> str:
    """The axes that have one mean: those of the features, or all others."""
    return others(at.shapes[0]) if of_batch(at) else along_features(at.shapes[0])


def count(at: At) -> str:
    """How many numbers a mean is of."""
    if not of_batch(at):
        return str(at.shapes[0].extent(*FEATURES))
    places = math.prod(at.shapes[0].without(*FEATURES))
    return at.batch if places == 1 else f"({places} * {at.batch})"


def norm(at: At) -> str:
    """mu, c = x - mu, v = mean of c^2, s = sqrt(v + eps), n = c / s, z = gamma n + beta."""
    if of_batch(at) and not at.training:
        return _by_running_statistics(at)
    mu, c, v, s, n = (at.name(letter) for letter in ("mu", "c", "v", "s", "n"))
    axis = together(at)
    at.line(f"{mu} = {at.x}.mean({axis}, keepdims=True)", "mu")
    at.line(f"{c} = {at.x} - {mu}", "c")
    at.line(f"{v} = np.mean({c}**2, {axis}, keepdims=True)", "v")
    at.line(f"{s} = np.sqrt({v} + {at.setting('normeps')})", "s")
    at.line(f"{n} = {c} / {s}", "n")
    if of_batch(at):
        _carry(at)
    return _scaled(at)


def _scaled(at: At) -> str:
    z, shape = at.name("z"), at.shapes[0]
    gamma, beta = (per_feature(at.p(letter), shape) for letter in "GB")
    at.line(f"{z} = {gamma} * {at.name('n')} + {beta}", "z", "gamma n + beta")
    return z


def _by_running_statistics(at: At) -> str:
    """n = (x - running mean) / sqrt(running variance + eps)."""
    shape, n = at.shapes[0], at.name("n")
    mean, variance = (per_feature(f"{letter}{at.layer}", shape) for letter in ("rm", "rv"))
    at.line(f"{n} = ({at.x} - {mean}) / np.sqrt({variance} + {at.setting('normeps')})")
    return _scaled(at)


def _carry(at: At) -> None:
    """The running statistics of the next row."""
    share, number = at.setting("running"), count(at)
    mean, variance = f"rm{at.layer}", f"rv{at.layer}"
    after = at.passes.after
    after.add(f"{mean} = (1 - {share}) * {mean} + {share} * {at.name('mu')}.ravel()", at.told("rm"))
    unbiased = f"{at.name('v')}.ravel() * {number} / ({number.strip('()')} - 1)"
    after.add(f"{variance} = (1 - {share}) * {variance} + {share} * {unbiased}", at.told("rv"))


def norm_backward(at: At) -> None:
    """dn = gamma dz;  ds = - sum of dn n / s,  dv = ds / 2s;  dc = dn / s + 2 c dv / N;  dmu = - sum of dc."""
    shape, axis, number = at.shapes[0], together(at), count(at)
    at.gradient("G", f"np.sum({at.flow} * {at.name('n')}, {others(shape)})")
    at.gradient("B", f"{at.flow}.sum({others(shape)})")
    if not at.needs():
        return
    s, c, n = (at.name(letter) for letter in "scn")
    at.line(f"{at.d('n')} = {at.flow} * {per_feature(at.p('G'), shape)}", "dn")
    at.line(f"{at.d('s')} = -np.sum({at.d('n')} * {n}, {axis}, keepdims=True) / {s}", "ds")
    at.line(f"{at.d('v')} = {at.d('s')} / (2 * {s})", "dv")
    at.line(f"{at.d('c')} = {at.d('n')} / {s} + 2 * {c} * {at.d('v')} / {number}", "dc")
    at.line(f"{at.d('mu')} = -{at.d('c')}.sum({axis}, keepdims=True)", "dmu")
    at.below(f"{at.d('c')} + {at.d('mu')} / {number}")
