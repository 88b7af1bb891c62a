"""The one list of what people get wrong in a training, by which marking and the audit name it.

The text of a mistake is ``mistake.<key>`` in each language.  What the programs write into their JSON stands here to
the letter, since others read it: ``marked`` is the kind that ``xlbp mark`` writes, ``audited`` that of ``xlbp audit``;
empty where the one or the other does not name the mistake.  The audit tells fewer apart: several share its kind.
"""

from __future__ import annotations

from enum import Enum, unique


@unique
class Mistake(Enum):
    """What a person did: ``marked``, ``audited``."""

    # what stands in the cell
    UNKNOWN = "", "first wrong cell of the chain"
    NO_NUMBER = "no_number", ""
    FORMULA_AS_TEXT = "formula_as_text", ""
    VALUE = "value", "pasted value in a formula column"
    ROUNDING = "rounding", ""
    INEXACT = "inexact", ""
    FORMULA = "", "inconsistent formula"
    GONE = "", "reference to what is gone"
    OTHER_NUMBER = "", "another number than in its neighbours"
    FACTOR_LEFT_OUT = "", "factor left out"
    UNANCHORED = "", "unanchored constant"
    CIRCLE = "", "circular reference"

    # signs and steps
    SIGN = "sign", "sign"
    DIRECTION = "direction", "sign"
    SIGN_OF_TERM = "sign_of_term", "sign"
    NO_RATE = "no_rate", ""
    WITH_RATE = "with_rate", ""
    STEP_ALONE = "step_alone", ""
    NOT_MOVED = "not_moved", ""
    OPTIMIZER = "", "optimizer departs from its paper"

    # a term or a factor
    NO_SLOPE = "no_slope", "mask of an activation missing"
    NO_BIAS = "no_bias", "bias left out"
    NO_TERM = "no_term", "term left out"
    NO_PATH = "no_path", "a path of the chain rule missing"
    NO_FACTOR = "no_factor", "a factor of the chain rule wrong"
    NO_HALF = "no_half", "1/2 missing"
    FACTOR_TWO = "factor_two", "1/2 missing"
    FACTOR_HALF = "factor_half", "1/2 missing"
    SUM_FOR_MEAN = "sum_for_mean", "sum for mean"
    MEAN_FOR_SUM = "mean_for_sum", "sum for mean"

    # one quantity taken for another
    TRANSPOSED = "transposed", "transposed weights"
    UPDATED_WEIGHTS = "updated_weights", "already-updated weights used"
    OTHER_WEIGHT = "other_weight", "another weight"
    OTHER_BIAS = "other_bias", "another unit's bias"
    OTHER_INPUT = "other_input", "another target or input"
    OTHER_TARGET = "other_target", "another target or input"
    OTHER_UNIT = "other_unit", "another unit's derivative"
    OTHER_DELTA = "other_delta", "another unit's derivative"
    OTHER_SLOPE = "other_slope", "another unit's derivative"
    OTHER_ERROR = "other_error", ""
    OTHER_GRADIENT = "other_gradient", "wrong gradient in the update"
    OTHER_QUANTITY = "other_quantity", ""
    OTHER_SAMPLE = "other_sample", ""
    ONE_SAMPLE = "one_sample", ""
    OTHER_CELL = "other_cell", ""
    OTHER_ROW = "other_row", "slipped row"
    OTHER_COLUMN = "", "slipped column"
    OTHER_RANGE = "", "slipped range"
    UNEQUAL_RANGES = "", "ranges that do not match"
    OTHER_STEP = "", "another step of the recurrence"
    OF_INPUTS_ALONE = "", "gradient made of the inputs alone"
    OTHER_STUDENT = "other_student", ""

    # one operation taken for another
    INPUT_OF_ACTIVATION = "input_of_activation", ""
    NO_ACTIVATION = "no_activation", "activation left out"
    OTHER_ACTIVATION = "other_activation", "another activation"
    ACTIVATION_TURNED = "", "activation with the wrong sign"
    OTHER_FUNCTION = "", "another function"
    WAVES_EXCHANGED = "", "sine and cosine exchanged"
    NOT_SQUARED = "not_squared", ""
    OPERATOR = "operator", "operator typo"

    # the derivative of something else
    SLOPE_OF_OTHER = "slope_of_other", ""
    SLOPE_AT_Z = "slope_at_z", "slope taken at the sum, not at the activation"
    SLOPE_AT_A = "slope_at_a", "slope taken at the activation, not at the sum"
    SLOPE_TWICE = "slope_twice", "a factor of the chain rule wrong"
    SOFTMAX_DIAGONAL = "softmax_diagonal", "softmax's Jacobian by its diagonal"
    SOFTMAX_AXIS = "softmax_axis", "softmax over the wrong axis"
    ACTIVATION_TWICE = "activation_twice", ""
    LOG_BASE_TEN = "log_base_ten", "logarithm to base 10"
    DIFFERENCE_QUOTIENT = "difference_quotient", ""
    SINGLE_PRECISION = "single_precision", ""

    # sums and means
    SUM_OVER_OUTPUTS = "sum_over_outputs", "sum for mean"
    MEAN_OVER_OUTPUTS = "mean_over_outputs", "sum for mean"
    SUM_OVER_STEPS = "sum_over_steps", "sum for mean"
    MEAN_OVER_STEPS = "mean_over_steps", "sum for mean"
    MEAN_IN_DELTAS = "mean_in_deltas", ""
    BROADCAST = "broadcast", ""
    BIAS_OF_ONE_SAMPLE = "bias_of_one_sample", ""
    ONE_STEP = "one_step", ""
    OVERWRITTEN = "overwritten", ""
    NO_PENALTY = "no_penalty", ""

    # dropout, normalisation
    DROPOUT_NOT_SCALED = "dropout_not_scaled", ""
    NO_MASK_BACK = "no_mask_back", ""
    SLOPE_AFTER_DROPOUT = "slope_after_dropout", ""
    NORM_NO_MEAN = "norm_no_mean", "a path of the chain rule missing"
    NORM_NO_VARIANCE = "norm_no_variance", "a path of the chain rule missing"
    NORM_NO_STATISTICS = "norm_no_statistics", "a path of the chain rule missing"
    VARIANCE_N_MINUS_1 = "variance_n_minus_1", "variance by n - 1"
    NO_EPSILON = "no_epsilon", ""
    EPSILON_OUTSIDE = "epsilon_outside", ""
    NO_ROOT = "no_root", ""
    NO_SQUARE = "no_square", ""
    NORM_AXIS = "norm_axis", ""

    # steps of a sequence, attention
    TRUNCATED = "truncated", "a path of the chain rule missing"
    LAST_STEP_ONLY = "last_step_only", "a path of the chain rule missing"
    SAME_STEP = "same_step", ""
    STATE_CARRIED = "state_carried", ""
    NO_MEMORY_PATH = "no_memory_path", "a path of the chain rule missing"
    GATE_ORDER = "gate_order", ""
    GATE_TURNED = "gate_turned", ""
    GATE_RESET = "gate_reset", ""
    SCORES_NOT_SCALED = "scores_not_scaled", "scores not scaled"
    SCORES_BY_D = "scores_by_d", "scores divided by d"
    SCORES_BY_OTHER_D = "", "scores divided by another root"
    SCORES_TWICE = "", "scores scaled twice"
    NOT_ONE = "", "softmax does not sum to 1"
    MASK_AFTER_SOFTMAX = "mask_after_softmax", ""
    NO_MASK = "no_mask", "mask left out"

    # convolution
    KERNEL_FLIPPED = "kernel_flipped", ""
    KERNEL_FLIPPED_BACK = "kernel_flipped_back", ""
    POOLED_EVENLY = "pooled_evenly", ""
    EVERY_MAXIMUM = "every_maximum", ""
    POOL_NOT_DIVIDED = "pool_not_divided", ""

    # the optimizer
    NO_CORRECTION = "no_correction", "optimizer departs from its paper"
    OTHER_TIME = "other_time", "optimizer departs from its paper"
    TIME_PER_PARAMETER = "time_per_parameter", "optimizer departs from its paper"
    EPSILON_INSIDE = "epsilon_inside", "epsilon inside the root"
    BETAS_EXCHANGED = "betas_exchanged", "optimizer departs from its paper"
    DECAY_IN_GRADIENT = "decay_in_gradient", "optimizer departs from its paper"
    DECAY_APART = "decay_apart", "optimizer departs from its paper"
    NO_DECAY = "no_decay", "optimizer departs from its paper"
    DAMPED = "damped", "optimizer departs from its paper"
    NO_LOOK_AHEAD = "no_look_ahead", "optimizer departs from its paper"
    PLAIN_DESCENT = "plain_descent", "optimizer departs from its paper"
    CLIPPED_APART = "clipped_apart", "optimizer departs from its paper"
    NOT_CLIPPED = "not_clipped", "optimizer departs from its paper"
    RATE_LATE = "rate_late", "optimizer departs from its paper"
    RATE_EARLY = "rate_early", "optimizer departs from its paper"
    CONSTANT_RATE = "constant_rate", "optimizer departs from its paper"
    ACCUMULATED = "accumulated", ""
    OTHER_RATE = "other_rate", ""
    RATE_DECAYS = "rate_decays", ""
    OTHER_RATES = "other_rates", ""
    NOT_SCALED = "not_scaled", ""
    DEVIATION_N_MINUS_1 = "deviation_n_minus_1", ""
    PER_SAMPLE = "per_sample", ""
    RECORDED_LATE = "recorded_late", ""
    BIAS_NOT_MOVED = "bias_not_moved", ""
    TWO_BIASES = "two_biases", ""
    LAYER_NOT_MOVED = "layer_not_moved", ""

    def __init__(self, marked: str, audited: str) -> None:
        self.marked, self.audited = marked, audited

    @property
    def key(self) -> str:
        """What its text is called in the language files, behind ``mistake.``."""
        return self.name.lower()
