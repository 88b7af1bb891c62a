"""What other frameworks and books call the choices of a template, and what they have that a template has not.

Only what gives the same numbers is suggested.  A name that merely looks alike is not: who follows the suggestion would
train something else, and never know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xlbp.template.nearest import nearest

SQUARES = "'mse' is the mean of the squares over the outputs, 'half_squared_error' half their sum"
SAME: dict[str, dict[str, str]] = {  # by key: the name, in small letters and digits alone, and what it is here
    "loss": {
        **dict.fromkeys(("meansquarederror", "meansquaredloss", "mseloss", "meansquare"), "mse"),
        **dict.fromkeys(("quadratic", "quadraticcost", "quadraticloss"), "half_squared_error"),
        **dict.fromkeys(("meanabsoluteerror", "l1", "l1loss", "absoluteerror"), "mae"),
        **dict.fromkeys(("smoothl1", "smoothl1loss", "huberloss"), "huber"),
        **dict.fromkeys(("bce", "bceloss", "bcewithlogits", "bcewithlogitsloss"), "binary_cross_entropy"),
        **dict.fromkeys(("binarycrossentropy", "sigmoidcrossentropy", "logloss"), "binary_cross_entropy"),
        **dict.fromkeys(("ce", "crossentropyloss", "categoricalcrossentropy", "nll", "nllloss"), "cross_entropy"),
        **dict.fromkeys(("sparsecategoricalcrossentropy", "softmaxcrossentropy"), "cross_entropy"),
        **dict.fromkeys(("negativeloglikelihood", "softmaxloss"), "cross_entropy"),
        "hingeloss": "hinge",
    },
    "activation": {
        **dict.fromkeys(("linear", "none", "id"), "identity"),
        **dict.fromkeys(("swish", "swish1"), "silu"),
        **dict.fromkeys(("logistic", "sigm", "sigma", "expit"), "sigmoid"),
        **dict.fromkeys(("hyperbolictangent", "tanhyperbolic", "th"), "tanh"),
        **dict.fromkeys(("rectifier", "rectifiedlinear", "rectifiedlinearunit", "ramp"), "relu"),
        "smoothrelu": "softplus",
    },
    "optimizer": {
        **dict.fromkeys(("gd", "gradientdescent", "stochasticgradientdescent", "vanilla", "bgd"), "sgd"),
        **dict.fromkeys(("sgdmomentum", "sgdwithmomentum", "heavyball", "sgdm"), "momentum"),
        **dict.fromkeys(("nag", "nesterovmomentum", "sgdnesterov", "nesterovacceleratedgradient"), "nesterov"),
    },
    "init": {
        "glorotuniform": "xavier_uniform",
        "glorotnormal": "xavier_normal",
        "kaiminguniform": "he_uniform",
        "kaimingnormal": "he_normal",
        **dict.fromkeys(("zero", "zerosinit"), "zeros"),
        **dict.fromkeys(("gaussian", "randomnormal"), "normal"),
        "randomuniform": "uniform",
    },
    "function": {
        **dict.fromkeys(("ln", "loge"), "log"),
        **dict.fromkeys(("logistic", "sigma", "expit"), "sigmoid"),
        **dict.fromkeys(("maximum", "fmax"), "max"),
        **dict.fromkeys(("minimum", "fmin"), "min"),
        **dict.fromkeys(("absolute", "fabs"), "abs"),
        "squareroot": "sqrt",
        "rectifier": "relu",
    },
}
OTHER: dict[str, dict[str, str]] = {  # what is something else than any choice here, and what there is
    "loss": {
        **dict.fromkeys(("l2", "l2loss", "squarederror", "squareloss"), SQUARES),
        **dict.fromkeys(("sse", "rss", "sumsquarederror", "sumofsquares", "sumofsquarederrors"), SQUARES),
        **dict.fromkeys(("rmse", "rootmeansquarederror"), "no loss has a root; 'mse' is its square"),
    },
    "activation": {
        **dict.fromkeys(("selu", "celu", "prelu", "rrelu", "relu6", "mish", "softsign", "hardswish", "hardtanh"), ""),
        **dict.fromkeys(("softmin", "logsoftmax", "tanhshrink", "hardsilu", "logsigmoid", "glu", "swiglu"), ""),
    },
    "optimizer": dict.fromkeys(
        ("adamax", "amsgrad", "radam", "sparseadam", "adafactor", "rprop", "lamb", "lars", "lbfgs", "asgd", "ftrl"), ""
    ),
    "init": {
        **dict.fromkeys(("xavier", "glorot"), "say which: 'xavier_uniform' or 'xavier_normal'"),
        **dict.fromkeys(("he", "kaiming"), "say which: 'he_uniform' or 'he_normal'"),
        "lecun": "say which: 'lecun_uniform' or 'lecun_normal'",
        "ones": "write {init = 'constant', value = 1}",
        **dict.fromkeys(("truncatednormal", "variancescaling", "identity", "dirac", "eye"), ""),
    },
    "function": {
        "tan": "tan(x) is sin(x)/cos(x)",
        "sinh": "sinh(x) is (exp(x)-exp(-x))/2",
        "cosh": "cosh(x) is (exp(x)+exp(-x))/2",
        "log10": "log10(x) is log(x)/log(10)",
        "log2": "log2(x) is log(x)/log(2)",
        "log1p": "log1p(x) is log(1+x)",
        "expm1": "expm1(x) is exp(x)-1",
        **dict.fromkeys(("square", "pow", "power"), "write powers as x**2"),
        **dict.fromkeys(("arctan", "atan", "asin", "acos", "erf", "sign", "sgn", "floor", "ceil", "round"), ""),
    },
}

IN_ARRAYS: dict[str, str] = {  # what other libraries write of arrays: {0} stands for the array, {1} for what comes next
    **dict.fromkeys(("t", "transpose", "swapaxes", "permute"), "{0}.T"),
    **dict.fromkeys(("dot", "matmul", "mm", "bmm", "mv", "inner", "vdot"), "{0} @ {1}"),
    "einsum": "products with @ or *, and sum(x, axis=0)",
    **dict.fromkeys(("multiply", "mul"), "{0} * {1}"),
    **dict.fromkeys(("divide", "div"), "{0} / {1}"),
    **dict.fromkeys(("power", "pow"), "{0}**{1}"),
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "outer": "{0}[:, None] * {1}",
    "square": "{0}**2",
    "amax": "max({0})",
    "amin": "min({0})",
    "average": "mean({0})",
    "std": "sqrt(var({0}))",
    "norm": "sqrt(sum({0}**2))",
    **dict.fromkeys(("concatenate", "hstack", "cat", "append"), "concat(a, b)"),
    **dict.fromkeys(("stack", "vstack", "array", "asarray", "tensor"), "[a, b]"),
    **dict.fromkeys(("view", "resize"), "reshape({0}, 2, 3)"),
    **dict.fromkeys(("flatten", "ravel"), "reshape({0}, -1)"),
    **dict.fromkeys(("unsqueeze", "expand_dims"), "{0}[:, None]"),
}


def array_hint(name: str, arguments: Sequence[str], known: Iterable[str]) -> str:
    """`` (write W.T)`` for what other libraries write of arrays, as functions of a module or as methods; else ''."""
    plain = name.lower()
    if plain in known:
        return f" (write {plain}({', '.join(arguments) or 'x'}))"
    return (
        f" (write {IN_ARRAYS[plain].format(*arguments[:2], *'xy'[len(arguments[:2]) :])})" if plain in IN_ARRAYS else ""
    )


def meant(key: str, word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'mse'?)`` for a choice under another name, or a near miss; else what there is."""
    options = list(known)
    plain = re.sub(r"[^a-z0-9]", "", word.rpartition(".")[2].lower())
    same = SAME.get(key, {}).get(plain, "")
    if same and same in options:
        return f" (did you mean {same!r}?)"
    if plain in OTHER.get(key, {}):
        return f" ({OTHER[key][plain] or 'there is nothing of the kind; known: ' + ', '.join(options)})"
    return nearest(word, options)
