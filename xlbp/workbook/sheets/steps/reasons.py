"""Why a line of Step by step is what it is: the rule that was used, told by the form of its expression.

Each rule reads the expression itself, so that what it says is true of it, whatever the block: a chain rule names the
quantities whose derivatives stand in it.  Where no rule fits nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from xlbp.symbols.expr import Expr, names_in
from xlbp.symbols.program import Column
from xlbp.template import names
from xlbp.template.blocks.block import Role
from xlbp.template.losses import LOSSES
from xlbp.template.quantity import GRADIENT, Quantity
from xlbp.workbook.page.lens import Lens
from xlbp.workbook.sheets.guides import explanation, word_of

FULL_STOPS = ".。"  # reasons are no sentences
MOST_NAMED = 4  # quantities that a reason names
FUNCTIONS = (  # operations whose derivative has a name
    *("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "elu", "hard_sigmoid"),
    *("exp", "log", "sqrt", "square", "pow", "sin", "cos", "abs", "max", "min"),
)
ARITHMETIC = ("add", "sub", "mul", "div")
SUMS = ("add", "sub", "neg")
TOLD_BY_ITS_WORD = (  # what is said of a quantity on the headings of the training sheet tells the rule as well
    *("m", "u", "S", "lse", "win", "pooled", "averaged", "place_wins", "added", "is_token", "embedded", "positioned"),
    *("mean", "centred", "variance", "deviation", "normalised", "scaled_shifted"),
    *("query", "key", "value", "score", "attention_share", "taken", "attended"),
    *("cell", "recurrent_part", "reset_state", "mask", "random", "dropped"),
    *("hit", "data_loss", "penalty", "class_weight", "relative_weight"),
    *("epoch", "rate", "length", "clipping", "shared"),
    *("kept_g", "kept_m", "kept_v", "kept_s", "kept_u", "kept_c", "kept_d", "kept_mh", "kept_vh"),
)
RULES_OF_TWO: dict[tuple[object, ...], str] = {  # by the operation, and which of its two arguments is the one
    ("mul", True, False): "product",
    ("mul", False, True): "product",
    ("div", True, False): "quotient",
    ("div", False, True): "denominator",
    ("sub", True, False): "summand",
    ("sub", False, True): "subtrahend",
}
LOSS_FORMS = {  # the operation by which the loss of one output is told
    **dict.fromkeys(("half_squared_error", "half_mse"), "div"),
    "mse": "square",
    "mae": "abs",
    "huber": "huber",
    "binary_cross_entropy": "log_loss",
    "cross_entropy": "mul",
    "hinge": "relu",
}
OF_LOSS = (Role.ACTIVATION, Role.PRE_ACTIVATION, Role.TARGET, Role.ERROR)  # roles of what the loss compares
UPDATES = {
    "sgd": "update_plain",
    **dict.fromkeys(("momentum", "nesterov"), "update_momentum"),
    **dict.fromkeys(("adagrad", "rmsprop", "adadelta", "adam", "adamw", "nadam"), "update_scaled"),
    "lion": "update_sign",
}


class Reasons:
    """The reasons of one book, in its reader's language."""

    def __init__(self, lens: Lens) -> None:
        self.lens, self.contents, self.texts = lens, lens.contents, lens.contents.texts
        self.model = lens.model
        self.columns = {column.name: column for column in self.contents.program.columns}
        self.rules: dict[str, Callable[[Column, Quantity], str]] = {
            "forward": self._forward,
            "loss": self._loss,
            "backward": self._backward,
            "update": self._update,
        }

    def of(self, column: Column) -> str:
        """The reason of a column; '' without one."""
        quantity = self.contents.quantity(column.name)
        rule = self.rules.get(column.phase)
        return self._by_word(column) or (rule(column, quantity) if rule else "")

    def of_path(self, parameter: str, number: int, count: int) -> str:
        """The reason of one product of a parameter's chain rule, of so many."""
        if count > 1:
            return self.texts("why.path", number=number, count=count)
        objective = self.contents.symbol(self.contents.objective)
        return self.texts("why.one_path", objective=objective, parameter=self.lens.symbol(parameter))

    def of_whole(self, count: int) -> str:
        """The reason of what so many paths come to: their sum, or the mean over a batch."""
        if self.lens.samples > 1:
            objective = self.contents.symbol(self.contents.objective)
            return self.texts("why.mean_of_samples", samples=self.lens.samples, objective=objective)
        return self.texts("why.sum_of_paths") if count > 1 else ""

    def _by_word(self, column: Column) -> str:
        is_told = word_of(self.contents, column) in TOLD_BY_ITS_WORD
        return explanation(self.contents, column).rstrip(FULL_STOPS) if is_told else ""

    def _forward(self, column: Column, quantity: Quantity) -> str:
        if column.expr.op in FUNCTIONS and column.expr.op != "max":
            return self.texts(f"why.is_{column.expr.op}")
        if self.model.role(quantity) is Role.PRE_ACTIVATION and (kind := self._weighted_sum(column.expr)):
            return self.texts(f"why.{kind}")
        if word_of(self.contents, column) == "a" and self._is_share(column.expr):
            return self.texts("why.softmax")
        if self._is_gated(column.expr):
            return self.texts("why.gated")
        is_step = self.contents.template.kind == "expression" and all(arg.op == "ref" for arg in column.expr.args)
        return self.texts(f"why.is_{column.expr.op}") if is_step and column.expr.op in ARITHMETIC else ""

    def _is_gated(self, expr: Expr) -> bool:
        """Whether an expression is the product of a gate and something else."""
        if expr.op != "mul" or any(arg.op != "ref" for arg in expr.args):
            return False
        used = [self.columns[name] for name in names_in(expr) if name in self.columns]
        return any(word_of(self.contents, column).startswith("gate") for column in used)

    def _weighted_sum(self, expr: Expr) -> str:
        """Whether an expression adds products of a weight and what comes in, with a bias or without one; or neither."""
        terms = expr.args if expr.op == "add" else (expr,)
        products = [term for term in terms if term.op == "mul"]
        rest = [term for term in terms if term.op != "mul"]
        if not all(self._has_weight(product) for product in products) or not products:
            return ""
        if not rest:
            return "weighted_sum"
        roles = [self.model.role(self.contents.quantity(str(term.payload))) for term in rest if term.op == "ref"]
        return "weighted_sum_and_bias" if len(rest) == 1 and roles == [Role.BIAS] else ""

    def _has_weight(self, product: Expr) -> bool:
        """Whether a product is one of a weight with something else."""
        roles = [self.model.role(self.contents.quantity(name)) for name in names_in(product)]
        return len(product.args) == 2 and all(arg.op == "ref" for arg in product.args) and Role.WEIGHT in roles

    def _is_share(self, expr: Expr) -> bool:
        """Whether an expression is an exponential over the sum of them."""
        letters = [self.contents.quantity(name).letter for name in names_in(expr)]
        return expr.op == "div" and letters == ["u", "S"]

    def _loss(self, column: Column, quantity: Quantity) -> str:
        role, expr, loss = self.model.role(quantity), column.expr, self.model.loss
        if role is Role.ERROR:
            return self.texts("why.error")
        if role is not Role.LOSS or loss not in LOSSES:
            return ""
        if {self.model.role(self.contents.quantity(name)) for name in names_in(expr)} == {Role.LOSS}:
            return self._of_losses(expr, quantity)
        is_of_one_output = bool(quantity.indices) or len(self.model.output) == 1
        return self.texts(f"why.loss_{loss}") if is_of_one_output and expr.op == LOSS_FORMS[loss] else ""

    def _of_losses(self, expr: Expr, quantity: Quantity) -> str:
        """A loss that is made of losses: a sum, or a mean."""
        if expr.op == "div" and quantity == names.LOSS and self.lens.samples > 1:
            return self.texts("why.mean_loss", samples=self.lens.samples)
        key = {"add": "sum_of_losses", "div": "mean_of_losses"}.get(expr.op)
        return self.texts(f"why.{key}") if key else ""

    def _backward(self, column: Column, quantity: Quantity) -> str:
        if local := self._local_of(quantity):
            return self._derivative(*local)
        if quantity.relation != GRADIENT or quantity.of is None:
            return ""
        used = [self.contents.quantity(name).relation for name in names_in(column.expr)]
        if GRADIENT not in used and (rule := self._derivative(self.contents.objective, quantity.of)):
            return rule
        return self._of_the_loss(column.expr, quantity.of) or self._chain(column.expr, quantity.of)

    def _local_of(self, quantity: Quantity) -> tuple[str, str] | None:
        """What a local derivative is of, and by what."""
        local = self.model.local(quantity)
        return (local.of, local.by) if local else self._edges.get(quantity)

    @cached_property
    def _edges(self) -> dict[str, tuple[str, str]]:
        """The local derivatives of a computation graph."""
        return {
            names.local(column.name, name): (column.name, name)
            for column in self.columns.values()
            if column.phase in ("forward", "loss")
            for name in names_in(column.expr)
        }

    def _derivative(self, of: str, by: str) -> str:
        """The rule by which one quantity is differentiated by another that stands in its expression."""
        if of not in self.columns:
            return ""
        expr = self.columns[of].expr
        own = [_is(arg, by) for arg in expr.args]
        if expr.op in FUNCTIONS:
            return self.texts(f"why.slope_{expr.op}") if own[:1] == [True] else ""
        key = _rule_of_sums(expr, by) if expr.op == "add" else RULES_OF_TWO.get((expr.op, *own), "")
        return self.texts(f"why.{key}") if key else ""

    def _of_the_loss(self, expr: Expr, of: Quantity) -> str:
        """How the loss itself is differentiated, by an output or by its pre-activation."""
        roles = {self.model.role(self.contents.quantity(name)) for name in names_in(expr)}
        loss, word = self.model.loss, self.model.word(of)
        if loss in LOSSES and roles == {Role.ERROR} and len(names_in(expr)) == 1:
            return self._of_an_error(f"why.from_{loss}", of)
        if word == "lse":
            return self.texts("why.from_log_sum_exp")
        if expr.op == "sub" and loss in ("binary_cross_entropy", "cross_entropy") and Role.TARGET in roles:
            is_plain = expr.args[1].op == "ref" and roles <= {Role.TARGET, Role.ACTIVATION, None}
            return self.texts(f"why.from_{loss}") if is_plain else ""
        return ""

    def _of_an_error(self, key: str, of: Quantity) -> str:
        """How the loss of one output is differentiated, and what the others have to do with it."""
        reason = self.texts(key)
        if len(self.model.output) == 1:
            return reason
        if LOSSES[self.model.loss].is_averaged:
            reason = self.texts("why.mean_of_outputs", reason=reason)
        return self.texts("why.alone", reason=reason, output=self.lens.symbol(of))

    def _chain(self, expr: Expr, of: Quantity) -> str:
        """The chain rule: a term for each quantity that uses this one, by its own derivative."""
        users = {term: self._user(term) for term in _terms(expr)}
        through = list(dict.fromkeys(user for user in users.values() if user))
        rest = [term for term, user in users.items() if not user]
        if not through or not all(self._is_of_loss(term) for term in rest):
            return ""
        if rest:
            return self._through(through, "_and_loss")
        if len(through) > 1:
            return self._through(through)
        local = self._derivative(through[0], of)
        if not local:
            return self._through(through)
        return self.texts("why.chain_with", through=self._symbol(through[0]), rule=local)

    def _is_of_loss(self, term: Expr) -> bool:
        """Whether a term is one of the loss's own derivative: it has an output and a target, or what they differ by."""
        quantities = [self.contents.quantity(name) for name in names_in(term)]
        return all(q.relation != GRADIENT and self.model.role(q) in OF_LOSS for q in quantities)

    def _through(self, users: Sequence[str], suffix: str = "") -> str:
        """The ways of a chain rule by their names, or how many they are."""
        if len(users) > MOST_NAMED:
            return self.texts(f"why.chain_of_many{suffix}", count=len(users))
        is_marked = len({self.contents.quantity(name).sample for name in users}) > 1
        symbol = self.contents.symbol if is_marked else self._symbol
        key = "chain" if len(users) == 1 else "chain_of_several"
        key = "chain_and_loss" if suffix else key
        return self.texts(f"why.{key}", through=self.texts("why.list").join(map(symbol, users)))

    def _symbol(self, name: str) -> str:
        """A symbol, of the chosen sample without its mark, as all symbols are shown; others keep theirs."""
        return self.lens.symbol(name) if self.lens.seen(name) else self.contents.symbol(name)

    def _user(self, term: Expr) -> str:
        """The quantity whose derivative a term has as its one factor of that kind; '' without one."""
        gradients = [q for name in names_in(term) if (q := self.contents.quantity(name)).relation == GRADIENT]
        return str(gradients[0].of) if len(gradients) == 1 and gradients[0].of is not None else ""

    def _update(self, column: Column, quantity: Quantity) -> str:  # noqa: ARG002
        training = self.contents.template.training
        if training.optimizer not in UPDATES:
            return ""
        maximized = self.model.maximize and training.optimizer == "sgd"
        rate = self.contents.symbol(names.LEARNING_RATE)
        return self.texts("why.update_up" if maximized else f"why.{UPDATES[training.optimizer]}", rate=rate)


def _is(expr: Expr, name: str) -> bool:
    return expr.op == "ref" and expr.payload == name


def _rule_of_sums(expr: Expr, by: str) -> str:
    """How a sum is differentiated by what is one of its terms, or one factor in one of them; '' where it is neither."""
    using = [term for term in expr.args if by in names_in(term)]
    if len(using) != 1:
        return ""
    if _is(using[0], by):
        return "summand"
    factors = [_is(factor, by) for factor in using[0].args]
    return "term" if using[0].op == "mul" and len(factors) == 2 and factors.count(True) == 1 else ""


def _terms(expr: Expr) -> list[Expr]:
    """What an expression adds up, with either sign."""
    if expr.op not in SUMS:
        return [expr]
    return [term for arg in expr.args for term in _terms(arg)]
