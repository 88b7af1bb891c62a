"""What a template may choose from, with the numbers each choice takes and their defaults.

Optimizers have PyTorch's conventions and defaults (Keras's for lion, which PyTorch lacks).
"""

from __future__ import annotations

LOSSES = ("half_squared_error", "mse", "mae", "huber", "binary_cross_entropy", "cross_entropy", "hinge")
OUTPUT_FOR_LOSS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}
HUBER_DELTA = 1.0

OPTIMIZERS: dict[str, dict[str, float]] = {
    "sgd": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adagrad": {"eps": 1e-10},
    "rmsprop": {"alpha": 0.99, "eps": 1e-8},
    "adadelta": {"rho": 0.9, "eps": 1e-6},
    "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
    "nadam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "momentum_decay": 0.004},
    "lion": {"beta1": 0.9, "beta2": 0.99},
}
BY_OWN_SIZE = ("adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam", "lion")  # divide a gradient by its size
EXTRAS = {  # options that are absent unless a template gives them; 0 is absent, too
    "adagrad": ("initial",),
    "rmsprop": ("momentum",),
}
EVERY_OPTIMIZER = ("weight_decay",)
BELOW_ONE = ("momentum", "beta1", "beta2", "alpha", "rho")

KEPT = {  # the letters of what an optimizer keeps for each parameter, with their symbols
    "g": "g",
    "m": "m",
    "v": "v",
    "s": "s",
    "u": "u",
    "c": "c",
    "d": "Δ",
    "mh": "m̂",
    "vh": "v̂",
}
SHARED = {"power1": "β₁ᵗ", "power2": "β₂ᵗ", "mu": "μ(t)", "next": "μ(t+1)", "product": "Πμ"}
SETTINGS = {  # the symbols of the numbers on the panel
    "momentum": "μ",
    "beta1": "β₁",
    "beta2": "β₂",
    "eps": "ε",
    "rho": "ρ",
    "alpha": "α",
    "weight_decay": "λ",
    "momentum_decay": "ψ",
    "initial": "s₀",
    "clip_value": "c",
    "clip_norm": "c",
    "l1": "λ₁",
    "l2": "λ₂",
    "every": "k",
    "factor": "γ",
    "decay": "κ",
    "period": "T",
    "lowest": "{eta}_min",
    "warmup": "T_w",
    "start": "s",
    "seed": "seed",
}

SCHEDULES: dict[str, dict[str, float]] = {
    "constant": {},
    "step": {"every": 100, "factor": 0.1},
    "exponential": {"factor": 0.99},
    "inverse_time": {"decay": 0.01, "every": 1},
    "cosine": {"period": 0, "lowest": 0.0},  # a period of 0 stands for all iterations
    "warmup": {"iterations": 5, "start": 0.333333333333333},
    "piecewise": {},  # until = [10, 50], rates = [0.5, 0.1, 0.01]
}
WHOLE = ("every", "period", "iterations")

SCALES = ("none", "standard", "minmax")
