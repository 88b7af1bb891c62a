"""What other frameworks and books call the choices of a template, and what they have that a template has not.

Only what gives the same numbers is suggested.  A name that merely looks alike is not: who follows the suggestion would
train something else, and never know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xlbp.template.nearest import close_to, listed, nearest

SHORT, LIKE_SHORT, LIKE_LONG = 6, 0.66, 0.8  # how much a slip of the finger has in common with what was meant
NOTHING = ""  # there is nothing of the kind
SQUARES = "'mse' is the mean of the squares over the outputs, 'half_squared_error' half their sum"
SAME: dict[str, dict[str, str]] = {  # by key: the name, in small letters and digits alone, and what it is here
    "loss": {
        **dict.fromkeys(("meansquarederror", "meansquaredloss", "mseloss", "meansquare", "meansquares"), "mse"),
        **dict.fromkeys(("quadratic", "quadraticcost", "quadraticloss"), "half_squared_error"),
        **dict.fromkeys(("meanabsoluteerror", "l1", "l1loss", "absoluteerror", "absolutedifference"), "mae"),
        **dict.fromkeys(("smoothl1", "smoothl1loss", "huberloss"), "huber"),
        **dict.fromkeys(("bce", "bceloss", "bcewithlogits", "bcewithlogitsloss"), "binary_cross_entropy"),
        **dict.fromkeys(("binarycrossentropy", "sigmoidcrossentropy", "logisticloss"), "binary_cross_entropy"),
        **dict.fromkeys(("sigmoidbinarycrossentropy", "binarycrossentropyloss"), "binary_cross_entropy"),
        **dict.fromkeys(("sigmoidcrossentropywithlogits", "binarycrossentropywithlogits"), "binary_cross_entropy"),
        **dict.fromkeys(("ce", "crossentropyloss", "categoricalcrossentropy", "nll", "nllloss"), "cross_entropy"),
        **dict.fromkeys(("sparsecategoricalcrossentropy", "softmaxcrossentropy"), "cross_entropy"),
        **dict.fromkeys(("negativeloglikelihood", "softmaxloss", "multinomialcrossentropy"), "cross_entropy"),
        **dict.fromkeys(("softmaxcrossentropywithlogits", "sparsesoftmaxcrossentropywithlogits"), "cross_entropy"),
        **dict.fromkeys(("softmaxcrossentropywithintegerlabels", "multiclasscrossentropy"), "cross_entropy"),
        "hingeloss": "hinge",
    },
    "activation": {
        **dict.fromkeys(("linear", "none", "id", "noop", "identityfunction"), "identity"),
        **dict.fromkeys(("swish", "swish1", "sigmoidlinearunit"), "silu"),
        **dict.fromkeys(("gelutanh", "gelunew", "geluapproximate", "gelupytorchtanh"), "gelu"),
        **dict.fromkeys(("leaky", "lrelu", "leakyrectifier"), "leaky_relu"),
        **dict.fromkeys(("exponentiallinearunit", "exponentiallinear"), "elu"),
        **dict.fromkeys(("logistic", "sigm", "sigma", "expit", "logsig"), "sigmoid"),
        **dict.fromkeys(("hyperbolictangent", "tansig", "tanhyperbolic", "th"), "tanh"),
        **dict.fromkeys(("rectifier", "rectifiedlinear", "rectifiedlinearunit", "ramp"), "relu"),
        **dict.fromkeys(("smoothrelu", "softrelu"), "softplus"),
    },
    "optimizer": {
        **dict.fromkeys(("gd", "gradientdescent", "stochasticgradientdescent", "vanilla", "bgd"), "sgd"),
        **dict.fromkeys(("minibatchgradientdescent", "batchgradientdescent", "vanillasgd"), "sgd"),
        **dict.fromkeys(("sgdmomentum", "sgdwithmomentum", "heavyball", "sgdm"), "momentum"),
        **dict.fromkeys(("nag", "nesterovmomentum", "sgdnesterov", "nesterovacceleratedgradient"), "nesterov"),
        **dict.fromkeys(("rms", "rmspropagation"), "rmsprop"),
        "adaptivegradient": "adagrad",
        "adaptivemomentestimation": "adam",
    },
    "init": {
        "glorotuniform": "xavier_uniform",
        "glorotnormal": "xavier_normal",
        "kaiminguniform": "he_uniform",
        "kaimingnormal": "he_normal",
        "glorotuniforminitializer": "xavier_uniform",
        "glorotnormalinitializer": "xavier_normal",
        **dict.fromkeys(("zero", "zerosinit", "zeroinitializer"), "zeros"),
        "gaussian": "normal",
        **dict.fromkeys(("const", "fill", "constantinitializer"), "constant"),
        **dict.fromkeys(("orthogonalinitializer", "ortho"), "orthogonal"),
    },
    "schedule": {
        **dict.fromkeys(("none", "fixed", "no"), "constant"),
        **dict.fromkeys(("steplr", "stepdecay", "staircase"), "step"),
        **dict.fromkeys(("exponentiallr", "exponentialdecay", "exp"), "exponential"),
        **dict.fromkeys(("inversetimedecay", "timebased", "timebaseddecay"), "inverse_time"),
        **dict.fromkeys(("cosineannealing", "cosineannealinglr", "cosinedecay", "cosineschedule"), "cosine"),
        **dict.fromkeys(("linearwarmup", "linearlr", "warmuplr"), "warmup"),
        **dict.fromkeys(("multisteplr", "multistep", "piecewiseconstant", "piecewiseconstantdecay"), "piecewise"),
        "piecewiseconstantschedule": "piecewise",
    },
    "scale": {
        **dict.fromkeys(("standardscaler", "standardize", "standardise", "zscore", "znorm", "zscores"), "standard"),
        **dict.fromkeys(("standardization", "standardisation", "normalization", "std"), "standard"),
        **dict.fromkeys(("minmaxscaler", "01", "range", "unit", "rescale", "rescaling"), "minmax"),
        **dict.fromkeys(("no", "raw", "off"), "none"),
    },
    "kind": {
        **dict.fromkeys(("linear", "fc", "fullyconnected", "fullyconnectedlayer", "affine", "mlp"), "dense"),
        **dict.fromkeys(("convolution2d", "convolutional2d"), "conv2d"),
        **dict.fromkeys(("convolution1d", "convolutional1d"), "conv1d"),
        **dict.fromkeys(("maxpool1d", "maxpool2d", "maxpooling1d", "maxpooling2d", "maxpooling"), "max_pool"),
        **dict.fromkeys(
            ("avgpool1d", "avgpool2d", "averagepooling1d", "averagepooling2d", "averagepooling"), "avg_pool"
        ),
        **dict.fromkeys(("simplernn", "recurrent", "elman", "vanillarnn"), "rnn"),
        **dict.fromkeys(("batchnorm1d", "batchnorm2d", "batchnormalization", "bn"), "batch_norm"),
        **dict.fromkeys(("layernormalization", "ln"), "layer_norm"),
        **dict.fromkeys(("multiheadattention", "selfattention", "mha"), "attention"),
        **dict.fromkeys(("concatenate", "cat"), "concat"),
        **dict.fromkeys(("residual", "sum", "skip"), "add"),
        **dict.fromkeys(("embeddings", "embed"), "embedding"),
        **dict.fromkeys(("positionalembedding", "positionembedding"), "positions"),
    },
    "goal": {
        **dict.fromkeys(("min", "minimise", "minimum", "descent"), "minimize"),
        **dict.fromkeys(("max", "maximise", "maximum", "ascent"), "maximize"),
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
        **dict.fromkeys(("l2", "l2loss", "squarederror", "squareloss", "squaredloss", "squared", "square"), SQUARES),
        **dict.fromkeys(("sse", "rss", "sumsquarederror", "sumofsquares", "sumofsquarederrors", "ssd"), SQUARES),
        **dict.fromkeys(("rmse", "rootmeansquarederror"), "no loss has a root; 'mse' is its square"),
        "logloss": "say which: 'binary_cross_entropy' of sigmoid outputs, 'cross_entropy' of a softmax layer",
        **dict.fromkeys(("mape", "msle", "rmsle", "smape", "meansquaredlogarithmicerror", "logcosh"), NOTHING),
        **dict.fromkeys(("squaredhinge", "categoricalhinge", "multimarginloss", "marginrankingloss"), NOTHING),
        **dict.fromkeys(("kldiv", "kldivloss", "kld", "kldivergence", "poisson", "poissonnllloss"), NOTHING),
        **dict.fromkeys(("focal", "focalloss", "dice", "ctc", "ctcloss", "triplet", "contrastive"), NOTHING),
        **dict.fromkeys(("cosinesimilarity", "gaussiannllloss", "softmarginloss", "quantile", "pinball"), NOTHING),
        **dict.fromkeys(("epsiloninsensitive", "modifiedhuber", "perceptron", "meanabsolutepercentageerror"), NOTHING),
    },
    "activation": {
        **dict.fromkeys(
            ("selu", "celu", "prelu", "rrelu", "relu6", "mish", "softsign", "hardswish", "hardtanh"), NOTHING
        ),
        **dict.fromkeys(("softmin", "logsoftmax", "tanhshrink", "hardsilu", "logsigmoid", "glu", "swiglu"), NOTHING),
        **dict.fromkeys(("exponential", "exp", "step", "heaviside", "binarystep", "sign", "threshold"), NOTHING),
        **dict.fromkeys(("softshrink", "hardshrink", "crelu", "squaredrelu", "relusquared", "quickgelu"), NOTHING),
        **dict.fromkeys(("geluexact", "gelunone", "squareplus", "sparseplus", "thresholdedrelu", "snake"), NOTHING),
        **dict.fromkeys(("sin", "sine", "cos", "gaussian", "square", "cube", "sparsemax", "arctan"), NOTHING),
    },
    "optimizer": {
        **dict.fromkeys(
            ("adamax", "amsgrad", "radam", "sparseadam", "adafactor", "rprop", "lamb", "lars", "lbfgs", "asgd", "ftrl"),
            NOTHING,
        ),
        **dict.fromkeys(("nadamw", "adamaxw", "adabelief", "adabound", "yogi", "sm3", "novograd", "sophia"), NOTHING),
        **dict.fromkeys(("shampoo", "muon", "fromage", "noisysgd", "bfgs", "newton", "newtoncg", "adagradda"), NOTHING),
        **dict.fromkeys(("conjugategradient", "levenbergmarquardt", "rpropplus", "signsgd", "adan"), NOTHING),
    },
    "init": {
        **dict.fromkeys(("xavier", "glorot"), "say which: 'xavier_uniform' or 'xavier_normal'"),
        **dict.fromkeys(("he", "kaiming"), "say which: 'he_uniform' or 'he_normal'"),
        "lecun": "say which: 'lecun_uniform' or 'lecun_normal'",
        "ones": "write {init = 'constant', value = 1}",
        **dict.fromkeys(("truncatednormal", "truncnormal", "variancescaling", "identity"), NOTHING),
        **dict.fromkeys(("dirac", "eye", "sparse", "deltaorthogonal", "nguyenwidrow"), NOTHING),
        **dict.fromkeys(("randomnormal", "normalinitializer"), "Keras's is {init = 'normal', std = 0.05}"),
        **dict.fromkeys(
            ("randomuniform", "uniforminitializer"), "Keras's is {init = 'uniform', low = -0.05, high = 0.05}"
        ),
        **dict.fromkeys(("randn", "standardnormal"), "write {init = 'normal', std = 1}"),
        "rand": "write {init = 'uniform', low = 0, high = 1}",
        "random": "say which: 'uniform' or 'normal', or 'xavier_uniform', which suits the number of inputs",
    },
    "schedule": {
        "constantlr": "PyTorch's ConstantLR is lower at first; write {name = 'piecewise', until = [5], rates = [...]}",
        **dict.fromkeys(("reducelronplateau", "plateau", "adaptive", "onecycle", "onecyclelr", "cyclic"), NOTHING),
        **dict.fromkeys(("cycliclr", "polynomial", "polynomiallr", "polynomialdecay", "linear", "poly"), NOTHING),
        **dict.fromkeys(("lambdalr", "cosinewarmrestarts", "cosinedecayrestarts", "sgdr", "noam"), NOTHING),
        **dict.fromkeys(("cosineannealingwarmrestarts", "invscaling", "optimal", "warmupcosine"), NOTHING),
        "multiplicativelr": NOTHING,
    },
    "scale": {
        **dict.fromkeys(("robust", "robustscaler", "maxabs", "maxabsscaler", "quantile", "power", "log"), NOTHING),
        **dict.fromkeys(("normalize", "normalise", "normalizer", "l2", "whiten", "pca"), NOTHING),
    },
    "kind": {
        **{
            name: f"write kind = 'activation', activation = '{name}'"
            for name in ("relu", "sigmoid", "tanh", "softmax", "softplus", "elu", "gelu", "silu", "maxout")
        },
        "leakyrelu": "write kind = 'activation', activation = 'leaky_relu'",
        **dict.fromkeys(("conv", "convolution", "convolutional", "cnn"), "say which: 'conv1d' or 'conv2d'"),
        **dict.fromkeys(("pool", "pooling"), "say which: 'max_pool' or 'avg_pool'"),
        **dict.fromkeys(("input", "inputlayer"), "leave it out: the first layer takes the data"),
        **dict.fromkeys(("norm", "normalization"), "say which: 'layer_norm' or 'batch_norm'"),
        **dict.fromkeys(("conv3d", "convtranspose2d", "deconvolution", "globalaveragepooling2d"), NOTHING),
        **dict.fromkeys(("depthwiseconv2d", "separableconv2d", "groupnorm", "instancenorm", "rmsnorm"), NOTHING),
        **dict.fromkeys(("bilstm", "bidirectional", "grucell", "lstmcell", "upsampling2d", "reshape"), NOTHING),
        **dict.fromkeys(("permute", "lambda", "transformer", "multiply", "dot"), NOTHING),
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
        **dict.fromkeys(("arctan", "atan", "asin", "acos", "erf", "sign", "sgn", "floor", "ceil", "round"), NOTHING),
    },
}
SAME["scale_targets"], OTHER["scale_targets"] = SAME["scale"], OTHER["scale"]

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


# Our keys, each with what it is called elsewhere; which of them a table has, decides.
OWN_KEYS: dict[str, tuple[str, ...]] = {
    "learning_rate": ("lr", "eta", "initiallr", "learningrateinit", "eta0", "rate"),
    "iterations": ("niterations", "numiterations", "iters", "niter", "maxiterations", "nsteps", "numsteps", "updates"),
    "batch_size": ("batch", "minibatch", "minibatchsize", "bs", "samplesperbatch"),
    "optimizer": ("optimiser", "solver", "algorithm", "opt", "updaterule"),
    "schedule": ("scheduler", "lrscheduler", "lrschedule", "learningrateschedule"),
    "loss": ("lossfunction", "lossfn", "criterion", "cost", "costfunction", "objective"),
    "layers": ("layer",),
    "activation": ("act", "activationfunction", "activationfn", "nonlinearity", "transferfunction"),
    "units": (
        "neurons",
        "nodes",
        "nunits",
        "numunits",
        "outfeatures",
        "hiddensize",
        "hiddenunits",
        "outputdim",
        "size",
    ),
    "filters": ("outchannels", "nfilters", "numfilters"),
    "kernel": ("kernelsize", "filtersize", "windowsize"),
    "stride": ("strides",),
    "padding": ("pad",),
    "size": ("poolsize", "kernelsize", "dmodel", "embeddim", "embeddingdim", "outputdim"),
    "rows": ("numembeddings", "vocabsize", "inputdim", "vocab"),
    "heads": ("numheads", "nheads", "nhead"),
    "weights": (
        "weight",
        "kernelinitializer",
        "weightinitializer",
        "weightinit",
        "kernelinit",
        "initializer",
        "init",
        "w",
    ),
    "bias": ("biases", "usebias", "biasinitializer", "biasinit", "fitintercept", "intercept", "b"),
    "gamma": ("weight",),
    "dropout": ("dropoutrate", "droprate", "pdrop", "p", "rate"),
    "kind": ("type", "layertype", "classname"),
    "name": ("type", "classname"),
    "eps": ("epsilon",),
    "beta1": ("b1",),
    "beta2": ("b2",),
    "alpha": ("rho", "smoothing"),
    "slope": ("negativeslope", "alpha", "leak"),
    "weight_decay": ("wd", "decoupledweightdecay"),
    "std": ("stddev", "sigma", "scale"),
    "low": ("minval", "a"),
    "high": ("maxval", "b"),
    "pieces": ("numpieces", "k"),
    "factor": ("gamma", "decayrate", "dropfactor"),
    "every": ("stepsize", "decaysteps"),
    "period": ("tmax", "decaysteps"),
    "lowest": ("etamin", "minlr"),
    "until": ("milestones", "boundaries"),
    "rates": ("values",),
    "seed": ("randomstate", "randomseed"),
    "inputs": ("x", "xs", "input", "features", "xtrain", "trainx"),
    "targets": ("y", "ys", "t", "target", "label", "labels", "outputs", "output", "ytrain", "trainy"),
    "test": ("testsize", "testsplit", "validationsplit", "validationfraction", "holdout"),
    "test_inputs": ("xtest", "xval", "testx"),
    "test_targets": ("ytest", "yval", "testy"),
    "split_seed": ("randomstate", "seed"),
    "file": ("csv", "filename", "path", "source"),
    "scale": ("normalize", "normalise", "standardize", "standardise", "scaler", "scaling", "normalization"),
    "clip_norm": ("maxnorm", "maxgradnorm", "gradientclipnorm", "globalclipnorm", "gradclipnorm"),
    "clip_value": ("gradientclipvalue", "gradclipvalue"),
    "class_weights": ("classweight", "weight", "posweight"),
}
# Keys that stand for something that no key here is, and what to do; looked up where OWN_KEYS knows none.
OTHER_KEYS: dict[str, str] = {
    **dict.fromkeys(
        ("epochs", "epoch", "nepochs", "numepochs", "maxepochs", "maxiter"),
        "write iterations: a row of the sheet is one update, and an epoch takes as many as there are batches",
    ),
    "momentum": 'write optimizer = { name = "momentum", momentum = 0.9 }',
    "nesterov": 'write optimizer = { name = "nesterov", momentum = 0.9 }',
    "betas": "write beta1 = 0.9, beta2 = 0.999",
    "weightdecay": 'it belongs to the optimizer: { name = "sgd", weight_decay = 0.01 }',
    **dict.fromkeys(
        ("regularization", "regularizer", "regularizationrate", "kernelregularizer", "l2regularization", "penalty"),
        "write l1 or l2 in [training]: l2 = λ adds λ/2 times the sum of all squared weights",
    ),
    **dict.fromkeys(
        ("lambda", "lambd", "reg", "ridge", "lasso"), "write l1 or l2 in [training]; l2 = λ adds λ/2 sum w²"
    ),
    "alpha": "the learning rate is learning_rate, a penalty l1 or l2",
    **dict.fromkeys(
        ("hidden", "hiddenlayers", "hiddenlayersizes", "nlayers", "numlayers"),
        "write [[network.layers]] for each layer",
    ),
    **dict.fromkeys(
        ("inputshape", "inputsize", "inputdim", "infeatures", "inchannels", "inputs"),
        "leave it out: a layer takes as many inputs as come in",
    ),
    "metrics": "write accuracy = true in [data]",
    "returnsequences": 'write returns = "all"',
    **dict.fromkeys(("batchnorm", "batchnormalization"), 'write a [[network.layers]] with kind = "batch_norm"'),
    "layernorm": 'write a [[network.layers]] with kind = "layer_norm"',
    **dict.fromkeys(("gradclip", "clip", "gradientclip", "gradientclipping"), "write clip_norm or clip_value"),
    **dict.fromkeys(("earlystopping", "patience", "verbose", "device", "dtype", "tol", "callbacks"), "leave it out"),
}
AT_HOME = {  # keys, and tables, that people write elsewhere, and where they belong
    **{
        key: f"training.{key}"
        for key in ("learning_rate", "iterations", "optimizer", "schedule", "batch_size", "shuffle", "l1", "l2")
    },
    **{key: f"training.{key}" for key in ("clip_norm", "clip_value")},
    **{key: f"network.{key}" for key in ("loss", "layers")},
    **{key: f"data.{key}" for key in ("file", "test", "scale", "scale_targets", "one_hot")},
    **{key: f"data.{key}" for key in ("inputs", "targets", "class_weights", "accuracy")},
}
TABLES = {
    **dict.fromkeys(("model", "architecture", "net", "nn"), "network"),
    **dict.fromkeys(("dataset", "datasets"), "data"),
    **dict.fromkeys(("train", "fit", "trainer", "hyperparameters", "hyperparams", "params"), "training"),
    **dict.fromkeys(("graph", "formula", "formulas"), "expression"),
}


def own_key(word: str, known: Iterable[str]) -> str:
    """The key of a table that somebody calls by another framework's name; '' if none of those ``known`` is."""
    plain, options = plainly(word), list(known)
    spelled = next((option for option in options if plainly(option) == plain), "")
    return spelled or next((key for key in options if plain in OWN_KEYS.get(key, ())), "")


def key_meant(word: str, known: Iterable[str], table: str) -> str:
    """`` (did you mean 'units'?)`` for a key that ``table`` has not: one of its own, one at home elsewhere, or none."""
    options = list(known)
    if own := own_key(word, options) or (TABLES.get(plainly(word), "") if not table else ""):
        return f" (did you mean {own!r}?)"
    home = AT_HOME.get(own_key(word, AT_HOME), "")
    if home and not table:
        return f" (did you mean {home}?)"
    if plainly(word) in OTHER_KEYS:
        return f" ({OTHER_KEYS[plainly(word)]})"
    if home and home.partition(".")[0] != table:
        return f" (did you mean {home}?)"
    return nearest(word, options)


def array_hint(name: str, arguments: Sequence[str], known: Iterable[str]) -> str:
    """`` (write W.T)`` for what other libraries write of arrays, as functions of a module or as methods; else ''."""
    plain = name.lower()
    if plain in known:
        return f" (write {plain}({', '.join(arguments) or 'x'}))"
    return (
        f" (write {IN_ARRAYS[plain].format(*arguments[:2], *'xy'[len(arguments[:2]) :])})" if plain in IN_ARRAYS else ""
    )


def meant(key: str, word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'mse'?)`` for a choice under another name, or a slip of the finger; else what there is."""
    options = list(known)
    plain = plainly(word.rpartition(".")[2])
    own = next((option for option in options if plainly(option) == plain), "")
    same = own or SAME.get(key, {}).get(plain, "")
    if same and same in options:
        return f" (did you mean {same!r}?)"
    if plain in OTHER.get(key, {}):
        return f" ({OTHER[key][plain] or 'there is nothing of the kind; known: ' + ', '.join(options)})"
    alike = LIKE_SHORT if len(plain) <= SHORT else LIKE_LONG
    close = close_to(word, options, alike if key in SAME else None)
    return f" (did you mean {close!r}?)" if close else listed(options)


def plainly(word: str) -> str:
    """A name without what each framework writes in its own way: capitals, hyphens, brackets."""
    return re.sub(r"[^a-z0-9]", "", word.lower())
