"""A twin in PyTorch for every block: torch.nn's own module where there is one, and what xlbp's cells show of it."""

from __future__ import annotations

from parity.twins.activations import ActivationTwin, DropoutTwin, MaxoutTwin, SoftmaxTwin
from parity.twins.attention import AttentionTwin
from parity.twins.joined import AddTwin, ConcatTwin, FlattenTwin
from parity.twins.norms import BatchNormTwin, LayerNormTwin
from parity.twins.pools import AveragePoolTwin, MaxPoolTwin
from parity.twins.recurrent import GruTwin, LstmTwin, RnnTwin
from parity.twins.sums import ConvolutionTwin, DenseTwin
from parity.twins.tokens import EmbeddingTwin, PositionsTwin
from parity.twins.twin import Surroundings, Twin

__all__ = ["TWINS", "Surroundings", "Twin"]

TWINS: dict[str, type[Twin]] = {
    "dense": DenseTwin,
    "convolution": ConvolutionTwin,
    "max_pool": MaxPoolTwin,
    "avg_pool": AveragePoolTwin,
    "rnn": RnnTwin,
    "lstm": LstmTwin,
    "gru": GruTwin,
    "embedding": EmbeddingTwin,
    "positions": PositionsTwin,
    "attention": AttentionTwin,
    "layer_norm": LayerNormTwin,
    "batch_norm": BatchNormTwin,
    "flatten": FlattenTwin,
    "concat": ConcatTwin,
    "add": AddTwin,
    "pointwise": ActivationTwin,
    "gated": ActivationTwin,
    "softmax": SoftmaxTwin,
    "maxout": MaxoutTwin,
    "dropout": DropoutTwin,
}
