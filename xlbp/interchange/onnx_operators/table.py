"""The operators by name, each with what reads it, and those that no layer stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlbp.interchange.onnx_operators.activations import activation, gelu, hard_sigmoid, maxout, own_activation, softmax
from xlbp.interchange.onnx_operators.attention import attention, where
from xlbp.interchange.onnx_operators.axes import concat, flatten, gather, reshape, squeeze, transpose, unsqueeze
from xlbp.interchange.onnx_operators.convolution import convolution, over_axes, pool, whole_pool
from xlbp.interchange.onnx_operators.norms import batch_norm, layer_norm, own_norm
from xlbp.interchange.onnx_operators.place import Place, Reader
from xlbp.interchange.onnx_operators.products import add, gemm, matmul, scaled
from xlbp.interchange.onnx_operators.recurrent import recurrent, relu_rnn


def _same(_: Place, inputs: Sequence[Any]) -> Any:
    return inputs[0]


WITHOUT = {  # operators that no layer stands for, with what may be taken instead
    "Erf": 'it is of an exact GELU, and a template has the form with tanh: take approximate = "tanh", and opset 20',
    "Clip": "it is of ReLU6 or Hardtanh: take Relu or Tanh",
    "HardSwish": "take a layer times its own Sigmoid, which is silu",
    "Mish": "take a layer times its own Sigmoid, which is silu",
    "Selu": "take Elu",
    "Celu": "take Elu",
    "PRelu": "take LeakyRelu",
    "Softsign": "take Tanh",
    "ThresholdedRelu": "take Relu",
    "ConvTranspose": "take Conv",
    "InstanceNormalization": "take BatchNormalization or LayerNormalization",
    "GroupNormalization": "take BatchNormalization or LayerNormalization",
}


OPERATORS: dict[str, Reader] = {
    "Gemm": gemm,
    "MatMul": matmul,
    **dict.fromkeys(("Add", "Sum"), add),
    **dict.fromkeys(("Mul", "Div", "Sub"), scaled),
    "Conv": convolution,
    "MaxPool": pool("max_pool"),
    "AveragePool": pool("avg_pool"),
    "GlobalMaxPool": whole_pool("max_pool"),
    "GlobalAveragePool": whole_pool("avg_pool"),
    "ReduceMean": over_axes("avg_pool"),
    "ReduceMax": over_axes("max_pool"),
    "RNN": recurrent("rnn"),
    "LSTM": recurrent("lstm"),
    "GRU": recurrent("gru"),
    "Gather": gather,
    "Where": where,
    "LayerNormalization": layer_norm,
    "BatchNormalization": batch_norm,
    "Sigmoid": activation("sigmoid"),
    "Tanh": activation("tanh"),
    "Relu": activation("relu"),
    "LeakyRelu": activation("leaky_relu", slope=("alpha", 0.01)),
    "Elu": activation("elu", alpha=("alpha", 1.0)),
    "Softplus": activation("softplus"),
    "HardSigmoid": hard_sigmoid,
    "Gelu": gelu,
    "Softmax": softmax("softmax"),
    "LogSoftmax": softmax("log_softmax"),
    "Flatten": flatten,
    "Reshape": reshape,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Transpose": transpose,
    "Concat": concat,
    **dict.fromkeys(("Identity", "Cast", "Dropout"), _same),
}


OWN_FUNCTIONS: dict[str, Reader] = {  # of the domain xlbp
    "Attention": attention,
    "LayerNorm": own_norm("layer_norm"),
    "BatchNorm": own_norm("batch_norm"),
    "LeakyRelu": own_activation("leaky_relu", "slope"),
    "Elu": own_activation("elu", "alpha"),
    "HardSigmoid": own_activation("hard_sigmoid"),
    "Silu": own_activation("silu"),
    "Gelu": own_activation("gelu"),
    "Maxout": maxout,
    "ReluRnn": relu_rnn,
}


PREPARING = (  # operators that only prepare the samples, where no layer stands before them
    *("Sub", "Div", "Mul", "Sin", "Cos", "Pow", "Sqrt", "Log", "Abs", "Cast", "Identity"),
    *("Transpose", "Unsqueeze", "Squeeze", "Concat", "Gather", "Slice", "Clip"),
)
