"""The one list of mistakes: marking and the audit draw from it, and each has its words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import xlbp
from xlbp.auditing import findings
from xlbp.lang import LANGUAGES, load_texts
from xlbp.mistakes import Mistake

PACKAGE = Path(xlbp.__file__).parent
MARKED = {  # the kinds in the JSON of marking, which other programs read
    *("no_number", "formula_as_text", "value", "rounding", "inexact", "sign", "direction", "sign_of_term", "no_slope"),
    *("no_rate", "with_rate", "step_alone", "no_bias", "no_term", "no_path", "no_factor", "no_half", "factor_two"),
    *("factor_half", "sum_for_mean", "mean_for_sum", "transposed", "updated_weights", "other_weight", "other_bias"),
    *("other_input", "other_target", "other_unit", "other_delta", "other_slope", "other_error", "other_gradient"),
    *("other_quantity", "other_sample", "one_sample", "other_cell", "other_row", "other_student", "not_squared"),
    *("input_of_activation", "no_activation", "other_activation", "operator", "not_moved"),
    *("slope_of_other", "slope_at_z", "slope_at_a", "slope_twice", "softmax_diagonal", "softmax_axis"),
    *("activation_twice", "log_base_ten", "difference_quotient", "single_precision", "sum_over_outputs"),
    *("mean_over_outputs", "sum_over_steps", "mean_over_steps", "mean_in_deltas", "bias_of_one_sample"),
    *("one_step", "overwritten", "no_penalty", "dropout_not_scaled", "no_mask_back", "slope_after_dropout"),
    *("norm_no_mean", "norm_no_variance", "norm_no_statistics", "variance_n_minus_1", "no_epsilon"),
    *("epsilon_outside", "no_root", "norm_axis", "truncated", "last_step_only", "same_step", "state_carried"),
    *("no_memory_path", "gate_order", "gate_turned", "gate_reset", "scores_not_scaled", "scores_by_d"),
    *("mask_after_softmax", "no_mask", "kernel_flipped", "kernel_flipped_back", "pooled_evenly", "every_maximum"),
    *("pool_not_divided", "no_correction", "other_time", "epsilon_inside", "betas_exchanged", "decay_in_gradient"),
    *("decay_apart", "no_decay", "damped", "no_look_ahead", "plain_descent", "clipped_apart", "not_clipped"),
    *("rate_late", "rate_early", "constant_rate", "accumulated", "other_rate", "not_scaled"),
    *("deviation_n_minus_1", "per_sample", "recorded_late", "bias_not_moved", "layer_not_moved", "rate_decays"),
    *("other_rates", "time_per_parameter", "two_biases", "broadcast", "no_square"),
}
AUDITED = {  # and in that of the audit
    *("mask of an activation missing", "another unit's derivative", "transposed weights", "another weight", "sign"),
    *("another target or input", "slipped row", "unanchored constant", "a path of the chain rule missing"),
    *("already-updated weights used", "sum for mean", "1/2 missing", "pasted value in a formula column"),
    *("operator typo", "wrong gradient in the update", "bias left out", "optimizer departs from its paper"),
    *("a factor of the chain rule wrong", "inconsistent formula", "first wrong cell of the chain"),
    *("circular reference", "slope taken at the sum, not at the activation", "epsilon inside the root"),
    *("slope taken at the activation, not at the sum", "softmax's Jacobian by its diagonal"),
    *("term left out", "another unit's bias", "activation left out", "another activation"),
    *("activation with the wrong sign", "another function", "sine and cosine exchanged"),
    *("logarithm to base 10", "variance by n - 1", "scores not scaled", "scores divided by d"),
    *("scores divided by another root", "scores scaled twice", "softmax does not sum to 1", "mask left out"),
    "softmax over the wrong axis",
    *("another number than in its neighbours", "factor left out", "slipped column", "slipped range"),
    *(
        "ranges that do not match",
        "another step of the recurrence",
        "gradient made of the inputs alone",
        "reference to what is gone",
    ),
}


def used(*places: str) -> set[Mistake]:
    """The mistakes that the modules in these places name."""
    paths = [path for place in places for path in sorted((PACKAGE / place).rglob("*.py")) or [PACKAGE / place]]
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    names = [node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    return {Mistake[node.attr] for node in names if isinstance(node.value, ast.Name) and node.value.id == "Mistake"}


def test_the_kinds_that_other_programs_read_stay() -> None:
    """To the letter, in both programs."""
    assert {mistake.marked for mistake in Mistake} - {""} == MARKED
    assert {mistake.audited for mistake in Mistake} - {""} == AUDITED


def test_a_kind_of_marking_is_the_key_of_its_text() -> None:
    """So that a mistake has one name."""
    assert all(mistake.marked in ("", mistake.key) for mistake in Mistake)


def test_marking_names_each_mistake_that_it_has_a_kind_for() -> None:
    """None is in the list that no hand-in can have, and none beside it."""
    named = used("classroom/marking", "misconceptions") - {Mistake.UNKNOWN}
    assert named == {mistake for mistake in Mistake if mistake.marked}


@pytest.mark.slow
def test_the_audit_draws_all_its_kinds_from_the_list() -> None:
    """Each kind is a constant of its findings, and stands nowhere else."""
    constants = {value for name, value in vars(findings).items() if name.isupper() and isinstance(value, str)}
    assert constants == AUDITED == {mistake.audited for mistake in used("auditing/findings.py")}
    for path in sorted((PACKAGE / "auditing").rglob("*.py")):
        texts = {node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)}
        assert texts & (AUDITED - {"sign"}) == set(), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_has_its_text_and_every_text_its_mistake(language: str) -> None:
    """In each language; what a mistake is about may be left out."""
    texts = load_texts(language)
    keys = {key for key in texts.words if key.startswith("mistake.")}
    assert keys == {f"mistake.{mistake.key}" for mistake in Mistake}
    assert all(texts(key, about="…") for key in keys)


def test_a_mistake_is_one_record() -> None:
    """Both programs call the same slip by their own words."""
    assert (Mistake.NO_PATH.marked, Mistake.NO_PATH.audited) == ("no_path", "a path of the chain rule missing")
    assert (Mistake.UNANCHORED.marked, Mistake.UNANCHORED.key) == ("", "unanchored")
