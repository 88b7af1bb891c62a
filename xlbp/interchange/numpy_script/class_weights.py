"""Weights of classes: what each output, or each sample, counts for in the loss.

(docs/templates.md, class_weights.)
"""

from __future__ import annotations

from xlbp.interchange.numpy_script.axes import per_feature, sum_over_features
from xlbp.interchange.numpy_script.node import Passes
from xlbp.template.losses import OUTPUTS


def put_weights(passes: Passes) -> str:
    """The lines of rho, what each output or sample counts for; its name, or '' where all count alike.

    Of outputs 1 for a target of 0, and omega for one of 1; of samples omega of the class, beside the mean of these.
    """
    network = passes.network
    if not network.weighs:
        return ""
    rho, t, omega = f"rho{passes.suffix}", f"T{passes.suffix}", per_feature("omega", network.output_shape)
    if network.weighs == OUTPUTS:
        passes.lines.add(f"{rho} = 1 + ({omega} - 1) * {t}", "omega for a target of 1, 1 for one of 0")
        return rho
    passes.lines.add(f"{rho} = {sum_over_features(f'{omega} * {t}', network.output_shape)}", "omega of the class")
    passes.lines.add(f"{rho} = {rho} / {rho}.mean()", "beside the mean of these")
    return rho
