"""The loss of a network as PyTorch's own module, or as a function where PyTorch has it otherwise."""

from __future__ import annotations

import math

from xlbp.interchange.data_lines import takes_classes
from xlbp.interchange.samples import Data, with_channel
from xlbp.interchange.source import Source
from xlbp.template.blocks.block import FEATURES, Shape

SQUARED = "((outputs - targets) ** 2).sum() / (2 * len(outputs))"
MODULES = {  # PyTorch's own, as a module and as a function of outputs and targets
    "mse": ("nn.MSELoss", "functional.mse_loss"),
    "mae": ("nn.L1Loss", "functional.l1_loss"),
    "huber": ("nn.HuberLoss", "functional.huber_loss"),
    "binary_cross_entropy": ("nn.BCEWithLogitsLoss", "functional.binary_cross_entropy_with_logits"),
    "cross_entropy": ("nn.CrossEntropyLoss", "functional.cross_entropy"),
}
WRITTEN = {  # what PyTorch has not, of all samples and outputs
    "half_squared_error": (SQUARED, "Half the squared error, summed over the outputs; the mean over the samples."),
    "half_mse": ("((outputs - targets) ** 2).mean() / 2", "Half the mean squared error."),
    "hinge": ("torch.relu(1 - targets * outputs).mean()", "Hinge loss of targets -1 and 1, on average."),
}


def loss_lines(source: Source, data: Data) -> list[str]:
    """``loss_function`` of outputs, or logits, and targets."""
    network = source.template.model.network
    if network.loss in WRITTEN:
        formula, about = WRITTEN[network.loss]
        return _function(_times(source, formula), about)
    module, function = MODULES[network.loss]
    options = _options(source)
    arguments = ["outputs", "targets"]
    if network.loss == "cross_entropy":
        arguments = _classes_second(with_channel(network.output_shape), has_targets=not takes_classes(source, data))
    if arguments == ["outputs", "targets"] and _summed_steps(source) == 1:
        return [f"loss_function = {module}({', '.join(options)})"]
    steps = _summed_steps(source)
    about = f"The sum over {steps} steps, the mean over the samples." if steps > 1 else "The mean over all steps."
    return _function(_times(source, f"{function}({', '.join([*arguments, *options])})"), about)


def _function(value: str, about: str) -> list[str]:
    return ["", "", "def loss_function(outputs, targets):", f'    """{about}"""', f"    return {value}", "", ""]


def _summed_steps(source: Source) -> int:
    """How many steps, or places, add their losses; 1 where these are averaged, or the loss is a sum anyway."""
    network = source.template.model.network
    is_summed = network.sums_steps and network.loss != "half_squared_error"
    return math.prod(network.outputs_apart) if is_summed else 1


def _times(source: Source, value: str) -> str:
    steps = _summed_steps(source)
    return value if steps == 1 else f"{steps} * {value}"


def _options(source: Source) -> list[str]:
    network = source.template.model.network
    if network.loss == "huber":
        return [f"delta={network.loss_shape!r}"]
    return _weights(source)


def _weights(source: Source) -> list[str]:
    """How much each class, or each output, counts."""
    network = source.template.model.network
    if not network.class_weights:
        return []
    numbers = [source.numbers[name] for name in network.weights_of_classes]
    if network.loss == "cross_entropy":
        return [f"weight=torch.tensor({numbers!r})"]
    shape = with_channel(network.output_shape)
    place = shape.place(*FEATURES)
    beside = len(shape) - 1 - (place or 0)
    return [f"pos_weight=torch.tensor({numbers!r})" + (f".reshape(-1{', 1' * beside})" if beside else "")]


def _classes_second(shape: Shape, has_targets: bool) -> list[str]:
    """Outputs and targets with the classes behind the samples, as PyTorch's cross entropy takes them."""
    if shape.place(*FEATURES) == 0:
        return ["outputs", "targets"]
    return ["outputs.transpose(1, 2)", "targets.transpose(1, 2)" if has_targets else "targets"]
