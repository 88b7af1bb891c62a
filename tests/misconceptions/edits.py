"""One edit for each kind of mistake: what a person writes instead, and what the mistake is called."""

from __future__ import annotations

from typing import NamedTuple

from tests.misconceptions.numpy_programs import Edit
from xlbp.mistakes import Mistake


class Wrong(NamedTuple):
    """A program with edits; ``from_parameters`` and ``from_losses`` say whether these alone tell the mistake."""

    mistake: Mistake
    program: str
    edits: tuple[Edit, ...]
    optimizer: str = ""


def wrong(mistake: Mistake, program: str, *edits: Edit, optimizer: str = "") -> Wrong:
    """A program with edits."""
    return Wrong(mistake, program, edits, optimizer)


M = Mistake
DENSE = (
    wrong(M.UPDATED_WEIGHTS, "dense", ("da1 = dz2 @ W2", "da1 = dz2 @ (W2 - eta * dW2)")),
    wrong(M.SUM_FOR_MEAN, "dense", ("dW2 = dz2.T @ a1 / len(x)", "dW2 = dz2.T @ a1"), ("dW1 = dz1.T @ x / len(x)", "dW1 = dz1.T @ x"), (".mean(axis=0)", ".sum(axis=0)")),
    wrong(M.SUM_FOR_MEAN, "dense", ("E = np.mean((a2 - t) ** 2)", "E = np.mean(np.sum((a2 - t) ** 2, axis=0))")),
    wrong(M.SUM_FOR_MEAN, "dense", (".mean(axis=0)", ".sum(axis=0)")),
    wrong(M.SUM_OVER_OUTPUTS, "dense", (" / t.shape[1]", "")),
    wrong(M.SUM_OVER_OUTPUTS, "dense", (" / t.shape[1]", ""), ("E = np.mean((a2 - t) ** 2)", "E = np.mean(np.sum((a2 - t) ** 2, axis=1))")),
    wrong(M.FACTOR_HALF, "dense", ("da2 = 2 * (a2 - t)", "da2 = (a2 - t)")),
    wrong(M.FACTOR_HALF, "dense", ("E = np.mean((a2 - t) ** 2)", "E = np.mean((a2 - t) ** 2) / 2")),
    wrong(M.SLOPE_OF_OTHER, "dense", ("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * a1 * (1 - a1)")),
    wrong(M.SLOPE_OF_OTHER, "dense", ("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * (z1 > 0)")),
    wrong(M.SLOPE_OF_OTHER, "dense", ("dz2 = da2 * a2 * (1 - a2)", "dz2 = da2 * (1 - a2**2)")),
    wrong(M.SLOPE_AT_Z, "dense", ("dz2 = da2 * a2 * (1 - a2)", "dz2 = da2 * z2 * (1 - z2)")),
    wrong(M.SLOPE_AT_Z, "dense", ("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * (1 - z1**2)")),
    wrong(M.SLOPE_AT_A, "dense", ("dz2 = da2 * a2 * (1 - a2)", "s = 1 / (1 + np.exp(-a2)); dz2 = da2 * s * (1 - s)")),
    wrong(M.SLOPE_AT_A, "dense", ("dz1 = da1 * (1 - a1**2)", "dz1 = da1 * (1 - np.tanh(a1) ** 2)")),
    wrong(M.NO_SLOPE, "dense", ("dz2 = da2 * a2 * (1 - a2)", "dz2 = da2")),
    wrong(M.NO_SLOPE, "dense", ("dz1 = da1 * (1 - a1**2)", "dz1 = da1")),
    wrong(M.TRANSPOSED, "dense", ("da1 = dz2 @ W2", "da1 = dz2 @ W2.T")),
    wrong(M.TRANSPOSED, "dense", ("z2 = a1 @ W2.T + b2", "z2 = a1 @ W2 + b2"), ("da1 = dz2 @ W2", "da1 = dz2 @ W2.T"), ("dW2 = dz2.T @ a1", "dW2 = a1.T @ dz2")),
    wrong(M.TRANSPOSED, "dense", ("dW2 = dz2.T @ a1", "dW2 = a1.T @ dz2")),
    wrong(M.BIAS_OF_ONE_SAMPLE, "dense", ("db2 = dz2.mean(axis=0)", "db2 = dz2[-1]")),
    wrong(M.BIAS_OF_ONE_SAMPLE, "dense", (".mean(axis=0)", "[0]")),
    wrong(M.BIAS_NOT_MOVED, "dense", ("b2 = b2 - eta * db2", "pass")),
    wrong(M.BIAS_NOT_MOVED, "dense", ("b2 = b2 - eta * db2", "pass"), ("b1 = b1 - eta * db1", "pass")),
    wrong(M.NO_BIAS, "dense", ("z1 = x @ W1.T + b1", "z1 = x @ W1.T"), ("db1 = dz1.mean(axis=0)", "db1 = 0 * b1")),
    wrong(M.LAYER_NOT_MOVED, "dense", ("W1 = W1 - eta * dW1", "pass")),
    wrong(M.DIRECTION, "dense", ("W1 = W1 - eta", "W1 = W1 + eta"), ("b1 = b1 - eta", "b1 = b1 + eta"), ("W2 = W2 - eta", "W2 = W2 + eta"), ("b2 = b2 - eta", "b2 = b2 + eta")),
    wrong(M.SIGN, "dense", ("da2 = 2 * (a2 - t)", "da2 = 2 * (t - a2)")),
    wrong(M.ONE_SAMPLE, "dense", ("dW2 = dz2.T @ a1 / len(x)", "dW2 = np.outer(dz2[-1], a1[-1])"), ("dW1 = dz1.T @ x / len(x)", "dW1 = np.outer(dz1[-1], x[-1])"), (".mean(axis=0)", "[-1]")),
    wrong(M.INPUT_OF_ACTIVATION, "dense", ("dW2 = dz2.T @ a1", "dW2 = dz2.T @ z1")),
    wrong(M.NO_ACTIVATION, "dense", ("a1 = np.tanh(z1)", "a1 = z1"), ("(1 - a1**2)", "1")),
    wrong(M.OTHER_ACTIVATION, "dense", ("a1 = np.tanh(z1)", "a1 = 1 / (1 + np.exp(-z1))"), ("(1 - a1**2)", "a1 * (1 - a1)")),
    wrong(M.NO_RATE, "dense", ("eta = p[\"W1\"], p[\"b1\"], p[\"W2\"], p[\"b2\"], 0.4", "eta = p[\"W1\"], p[\"b1\"], p[\"W2\"], p[\"b2\"], 1")),
    wrong(M.RECORDED_LATE, "dense", ("row = {\"W1\": W1, \"b1\": b1, \"W2\": W2, \"b2\": b2,", "row = {\"W1\": W1 - eta * dW1, \"b1\": b1 - eta * db1, \"W2\": W2 - eta * dW2, \"b2\": b2 - eta * db2,")),
)  # fmt: skip
PER_SAMPLE = """        for s in range(len(x)):
            a1 = np.tanh(x[s] @ W1.T + b1)
            a2 = 1 / (1 + np.exp(-(a1 @ W2.T + b2)))
            dz2 = 2 * (a2 - t[s]) / 2 * a2 * (1 - a2)
            dz1 = dz2 @ W2 * (1 - a1**2)
            W2, b2 = W2 - eta * np.outer(dz2, a1), b2 - eta * dz2
            W1, b1 = W1 - eta * np.outer(dz1, x[s]), b1 - eta * dz1
        continue
        W1 = W1 - eta * dW1
"""
CLASSES = (
    wrong(M.SLOPE_TWICE, "classes", ("dz2 = a2 - t", "dz2 = (a2 - t) * a2 * (1 - a2)")),
    wrong(M.SLOPE_TWICE, "classes", ("dz2 = a2 - t", "d = a2 - t; dz2 = a2 * (d - (a2 * d).sum(axis=1, keepdims=True))")),
    wrong(M.SOFTMAX_DIAGONAL, "classes", ("dz2 = a2 - t", "dz2 = -t / a2 * a2 * (1 - a2)")),
    wrong(M.NO_SLOPE, "classes", ("dz2 = a2 - t", "dz2 = -t / a2")),
    wrong(M.LOG_BASE_TEN, "classes", ("np.log(a2)", "np.log10(a2)")),
    wrong(M.SOFTMAX_AXIS, "classes", ("u.sum(axis=1, keepdims=True)", "u.sum(axis=0)")),
    wrong(M.SOFTMAX_AXIS, "classes", ("u.sum(axis=1, keepdims=True)", "u.sum()")),
    wrong(M.NO_SLOPE, "classes", ("dz1 = da1 * (z1 > 0)", "dz1 = da1")),
    wrong(M.NO_PENALTY, "classes", (" / len(x) + l2 * W2", " / len(x)"), (" / len(x) + l2 * W1", " / len(x)")),
    wrong(M.MEAN_OVER_OUTPUTS, "classes", ("-np.mean(np.sum(t * np.log(a2), axis=1))", "-np.mean(t * np.log(a2))")),
    wrong(M.SUM_FOR_MEAN, "classes", ("db2 = dz2.sum(axis=0) / len(x)", "db2 = dz2.sum(axis=0)")),
    wrong(M.SUM_FOR_MEAN, "classes", ("a1 / len(x)", "a1"), ("x / len(x)", "x"), ("sum(axis=0) / len(x)", "sum(axis=0)")),
    wrong(M.UPDATED_WEIGHTS, "classes", ("da1 = dz2 @ W2", "da1 = dz2 @ (W2 - eta * dW2)")),
)  # fmt: skip
DROPPED = (
    wrong(M.DROPOUT_NOT_SCALED, "dropped", (" / keep", " / 1")),
    wrong(M.NO_MASK_BACK, "dropped", ("da1 = dz2 @ W2 * mask", "da1 = dz2 @ W2")),
    wrong(M.SLOPE_AFTER_DROPOUT, "dropped", ("da1 * a1 * (1 - a1)", "da1 * h1 * (1 - h1)")),
    wrong(M.SLOPE_TWICE, "dropped", ("dz2 = a2 - t", "dz2 = (a2 - t) * a2 * (1 - a2)")),
    wrong(M.LOG_BASE_TEN, "dropped", ("np.log(", "np.log10(")),
    wrong(M.NO_SLOPE, "dropped", ("dz2 = a2 - t", "dz2 = (a2 - t) / (a2 * (1 - a2))")),
)  # fmt: skip
ADAM = """    beta1, beta2 = 0.9, 0.999
    m = kept["m" + name] = beta1 * kept.get("m" + name, 0) + (1 - beta1) * g
    v = kept["v" + name] = beta2 * kept.get("v" + name, 0) + (1 - beta2) * g**2
    mh, vh = m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))
    return w - eta * mh / (np.sqrt(vh) + 0.1)"""
WITH_ADAM = 'optimizer = {name = "adam", eps = 0.1}'
ADAM_L2 = 'optimizer = {name = "adam", eps = 0.1, weight_decay = 0.2}'
ADAMW = 'optimizer = {name = "adamw", eps = 0.1, weight_decay = 0.2}'
RULE = "    return w - eta * g"
MOMENTUM = """    v = kept[name] = 0.9 * kept.get(name, 0) + g
    return w - eta * v"""
NESTEROV = """    v = kept[name] = 0.9 * kept.get(name, 0) + g
    return w - eta * (g + 0.9 * v)"""
RMSPROP = """    v = kept[name] = 0.9 * kept.get(name, 0) + 0.1 * g**2
    return w - eta * g / (np.sqrt(v) + 0.01)"""
CLIPPED = """    g = g * min(1, 0.5 / (length + 1e-6))
    return w - eta * g"""


def by(mistake: Mistake, optimizer: str, rule: str, *edits: Edit) -> Wrong:
    """The straight line by an optimizer whose rule has an edit in it."""
    for old, new in edits:
        assert old in rule, old
        rule = rule.replace(old, new)
    return Wrong(mistake, "linear", ((RULE, rule),), optimizer)


OPTIMIZERS = (
    by(M.NO_CORRECTION, WITH_ADAM, ADAM, ("m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))", "m, v")),
    by(M.EPSILON_INSIDE, WITH_ADAM, ADAM, ("(np.sqrt(vh) + 0.1)", "np.sqrt(vh + 0.1)")),
    by(M.OTHER_TIME, WITH_ADAM, ADAM, ("(step + 1)", "(step + 2)")),
    by(M.OTHER_TIME, WITH_ADAM, ADAM, ("(step + 1)", "1")),
    by(M.BETAS_EXCHANGED, WITH_ADAM, ADAM, ("0.9, 0.999", "0.999, 0.9")),
    by(M.PLAIN_DESCENT, WITH_ADAM, RULE),
    by(M.NO_EPSILON, WITH_ADAM, ADAM, (" + 0.1)", ")")),
    by(M.DECAY_APART, ADAM_L2, ADAM, ("return w - eta", "return w - eta * 0.2 * w - eta")),
    by(M.NO_DECAY, ADAM_L2, ADAM),
    by(M.DECAY_IN_GRADIENT, ADAMW, "    g = g + 0.2 * w\n" + ADAM),
    by(M.NO_DECAY, ADAMW, ADAM),
    by(M.DAMPED, 'optimizer = "momentum"', MOMENTUM, ("+ g", "+ 0.1 * g")),
    by(M.PLAIN_DESCENT, 'optimizer = "momentum"', RULE),
    by(M.NO_LOOK_AHEAD, 'optimizer = "nesterov"', NESTEROV, ("(g + 0.9 * v)", "v")),
    by(M.EPSILON_INSIDE, 'optimizer = {name = "rmsprop", alpha = 0.9, eps = 0.01}', RMSPROP, ("(np.sqrt(v) + 0.01)", "np.sqrt(v + 0.01)")),
    by(M.DECAY_APART, 'optimizer = {name = "momentum", weight_decay = 0.2}', MOMENTUM, ("return w - eta * v", "return w - eta * v - eta * 0.2 * w")),
    by(M.CLIPPED_APART, "clip_norm = 0.5", CLIPPED, ("length", "np.sqrt((g**2).sum())")),
    by(M.NOT_CLIPPED, "clip_norm = 0.5", RULE),
    by(M.NOT_CLIPPED, "clip_value = 0.2", RULE),
    by(M.RATE_LATE, 'schedule = {name = "exponential", factor = 0.8}', RULE, ("eta * g", "eta * 0.8 ** max(step - 1, 0) * g")),
    by(M.RATE_EARLY, 'schedule = {name = "exponential", factor = 0.8}', RULE, ("eta * g", "eta * 0.8 ** (step + 1) * g")),
    by(M.CONSTANT_RATE, 'schedule = {name = "exponential", factor = 0.8}', RULE),
    by(M.RATE_LATE, 'schedule = {name = "inverse_time", decay = 0.5, every = 1}', RULE, ("eta * g", "eta / (1 + 0.5 * max(step - 1, 0)) * g")),
    by(M.RATE_LATE, 'schedule = {name = "step", every = 3, factor = 0.5}', RULE, ("eta * g", "eta * 0.5 ** (max(step - 1, 0) // 3) * g")),
    by(M.RATE_EARLY, 'schedule = {name = "step", every = 3, factor = 0.5}', RULE, ("eta * g", "eta * 0.5 ** ((step + 1) // 3) * g")),
)  # fmt: skip
RECURRENT = (
    wrong(M.TRUNCATED, "rnn", ("later = U.T @ dz[step]", "later = np.zeros(2)")),
    wrong(M.LAST_STEP_ONLY, "rnn", ("dh[step] = h[step] - t[step] + later", "dh[step] = (h[step] - t[step]) * (step == 2) + later")),
    wrong(M.SAME_STEP, "rnn", ("np.outer(dz[step], before)", "np.outer(dz[step], h[step])")),
    wrong(M.ONE_STEP, "rnn", ("dW += ", "dW = "), ("dU += ", "dU = "), ("db += ", "db = ")),
    wrong(M.TRANSPOSED, "rnn", ("U.T @ dz", "U @ dz")),
    wrong(M.SLOPE_OF_OTHER, "rnn", ("(1 - h[step] ** 2)", "h[step] * (1 - h[step])")),
    wrong(M.MEAN_OVER_STEPS, "rnn", ("E = ((h - t) ** 2).sum() / 2", "E = ((h - t) ** 2).sum() / 2 / 3"), ("= h[step] - t[step] + later", "= (h[step] - t[step]) / 3 + later")),
    wrong(M.NO_BIAS, "rnn", ("U @ past + b", "U @ past"), ("db += dz[step]", "pass")),
    wrong(M.TRUNCATED, "lstm", ("dstate = U.T @ dz", "dstate = np.zeros(1)"), ("dcell = dc * f", "dcell = np.zeros(1)")),
    wrong(M.TRUNCATED, "lstm", ("dstate = U.T @ dz", "dstate = np.zeros(1)")),
    wrong(M.NO_MEMORY_PATH, "lstm", ("dcell = dc * f", "dcell = np.zeros(1)")),
    wrong(M.NO_SLOPE, "lstm", ("o * (1 - k**2)", "o")),
    wrong(M.SLOPE_OF_OTHER, "lstm", ("dg * (1 - g**2)", "dg * g * (1 - g)")),
    wrong(M.GATE_ORDER, "lstm", ("zi, zf, zg, zo = W", "zi, zf, zo, zg = W"), ("dg * (1 - g**2), do * o * (1 - o)]", "do * o * (1 - o), dg * (1 - g**2)]")),
    wrong(M.GATE_ORDER, "lstm", ("zi, zf, zg, zo = W", "zf, zi, zg, zo = W"), ("[di * i * (1 - i), df * f * (1 - f),", "[df * f * (1 - f), di * i * (1 - i),")),
    wrong(M.SAME_STEP, "lstm", ("np.outer(dz, before)", "np.outer(dz, h[step])")),
    wrong(M.NO_PATH, "lstm", ("df * f * (1 - f)", "0 * df * f")),
    wrong(M.GATE_TURNED, "gru", ("h = (1 - z) * n + z * h", "h = z * n + (1 - z) * h"), ("dzn = dh * (1 - z)", "dzn = dh * z"), ("dh * (h - n)", "dh * (n - h)"), ("later = dh * z", "later = dh * (1 - z)")),
    wrong(M.GATE_RESET, "gru", ("part = U[4:] @ h", "part = U[4:] @ (r * h)"), ("+ r * part)", "+ part)"), ("dzr = dzn * part * r", "dzr = (U[4:].T @ dzn) * h * r"), ("dpast = np.concatenate([dzr, dzz, dzn * r])", "dpast = np.concatenate([dzr, dzz, 0 * dzn])"), ("dU += np.outer(dpast, h)", "dU += np.outer(dpast, h); dU[4:] += np.outer(dzn, r * h)"), ("U.T @ dpast", "U.T @ dpast + r * (U[4:].T @ dzn)")),
    wrong(M.NO_PATH, "gru", ("later = dh * z + U.T @ dpast", "later = U.T @ dpast")),
    wrong(M.TRUNCATED, "gru", ("later = dh * z + U.T @ dpast", "later = np.zeros(2)")),
    wrong(M.GATE_ORDER, "gru", ("r = sigmoid(W[:2] @ x[step] + U[:2] @ h + b[:2])", "r = sigmoid(W[2:4] @ x[step] + U[2:4] @ h + b[2:4])"), ("z = sigmoid(W[2:4] @ x[step] + U[2:4] @ h + b[2:4])", "z = sigmoid(W[:2] @ x[step] + U[:2] @ h + b[:2])"), ("[dzr, dzz, dzn", "[dzz, dzr, dzn")),
)  # fmt: skip
NORMS = (
    wrong(M.NORM_NO_MEAN, "batch_norm", (" + dmean / len(x)", "")),
    wrong(M.NORM_NO_VARIANCE, "batch_norm", (" + dv * 2 * (z1 - mean) / len(x)", "")),
    wrong(M.NORM_NO_STATISTICS, "batch_norm", (" + dv * 2 * (z1 - mean) / len(x) + dmean / len(x)", "")),
    wrong(M.VARIANCE_N_MINUS_1, "batch_norm", ("z1.var(axis=0)", "z1.var(axis=0, ddof=1)"), ("dv * 2 * (z1 - mean) / len(x)", "dv * 2 * (z1 - mean) / (len(x) - 1)")),
    wrong(M.NO_EPSILON, "batch_norm", ("0.2, 0.01", "0.2, 0")),
    wrong(M.EPSILON_OUTSIDE, "batch_norm", ("s = np.sqrt(variance + eps)", "s = np.sqrt(variance) + eps"), ("-0.5 / s**3", "-0.5 / s**2 / np.sqrt(variance)")),
    wrong(M.NORM_AXIS, "batch_norm", ("z1.mean(axis=0), z1.var(axis=0)", "z1.mean(axis=1, keepdims=True), z1.var(axis=1, keepdims=True)"), ("(z1 - mean)).sum(axis=0)", "(z1 - mean)).sum(axis=1, keepdims=True)"), ("-(dn / s).sum(axis=0)", "-(dn / s).sum(axis=1, keepdims=True)"), ("(z1 - mean) / len(x) + dmean / len(x)", "(z1 - mean) / 2 + dmean / 2")),
    wrong(M.NORM_AXIS, "attention", ("x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)", "x.mean(axis=0), x.var(axis=0)")),
    wrong(M.SCORES_NOT_SCALED, "attention", (" / np.sqrt(d)", "")),
    wrong(M.SCORES_BY_D, "attention", ("np.sqrt(d)", "d")),
    wrong(M.SOFTMAX_AXIS, "attention", ("u.sum(axis=1, keepdims=True)", "u.sum(axis=0)"), ("(dshare * share).sum(axis=1, keepdims=True)", "(dshare * share).sum(axis=0)")),
    wrong(M.SOFTMAX_DIAGONAL, "attention", ("share * (dshare - (dshare * share).sum(axis=1, keepdims=True))", "dshare * share * (1 - share)")),
    wrong(M.MASK_AFTER_SOFTMAX, "attention", ("u = np.exp(s) * mask\n        share = u / u.sum(axis=1, keepdims=True)", "u = np.exp(s)\n        p0 = u / u.sum(axis=1, keepdims=True); share = p0 * mask"), ("ds = share * (dshare - (dshare * share)", "ds = p0 * (dshare * mask - (dshare * share)")),
    wrong(M.NO_PATH, "attention", ("dy = dq @ Q + dk @ K + dv @ V", "dy = dq @ Q + dk @ K")),
    wrong(M.TRANSPOSED, "attention", ("dv @ V\n", "dv @ V.T\n")),
)  # fmt: skip
IMAGES = (
    wrong(M.KERNEL_FLIPPED, "images", ("z1 = convolved(x, K1)", "z1 = convolved(x, K1[::-1, ::-1])"), ("dK1 += dz1[i, j] * x[i : i + 2, j : j + 2]", "dK1 += dz1[i, j] * x[i : i + 2, j : j + 2][::-1, ::-1]")),
    wrong(M.KERNEL_FLIPPED_BACK, "images", ("+= dz2[i, j] * K2", "+= dz2[i, j] * K2[::-1, ::-1]")),
    wrong(M.POOLED_EVENLY, "images", ("dpooled * (window == window.max())", "dpooled / 4")),
    wrong(M.POOLED_EVENLY, "images", ("dpooled * (window == window.max())", "dpooled")),
    wrong(M.POOL_NOT_DIVIDED, "images", ("pooled[:, j].sum() / 2", "pooled[:, j].sum()"), ("dpooled = dmean[j] / 2", "dpooled = dmean[j]")),
    wrong(M.POOL_NOT_DIVIDED, "images", ("dpooled = dmean[j] / 2", "dpooled = dmean[j]")),
    wrong(M.OVERWRITTEN, "tokens", ("dC[token] += dz1[step]", "dC[token] = dz1[step]")),
    wrong(M.SUM_OVER_STEPS, "tokens", ("dz2 = (a2 - t) / 4", "dz2 = a2 - t")),
    wrong(M.SUM_OVER_STEPS, "tokens", ("np.log(a2)) / 4", "np.log(a2))"), ("dz2 = (a2 - t) / 4", "dz2 = a2 - t")),
)  # fmt: skip
WRONG: tuple[Wrong, ...] = (*DENSE, *CLASSES, *DROPPED, *OPTIMIZERS, *RECURRENT, *NORMS, *IMAGES)
