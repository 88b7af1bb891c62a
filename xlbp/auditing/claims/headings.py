"""What people write above their columns: the vocabulary of headings, English and Chinese."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

D = r"(?:∂|d|δ|𝜕|partial)"
LOSS_WORDS = (
    r"e_?tot(?:al)?|l_?tot(?:al)?|j_?tot(?:al)?|total_?(?:error|loss|cost)|(?:error|loss|cost)_?total|e|l|j|c|loss|cost"
    r"|error|err|err\^2|error\^2|squared_?error|mse|sse|rmse|objective|cross_?entropy|ce|nll"
)
LOSS = re.compile(LOSS_WORDS, re.I)
SAID = (
    "loss losses cost costs error errors err mse sse rmse rss risk objective criterion entropy crossentropy ce bce nll"
    " deviance mae"
)
MANNER = (
    "half mean average avg total sum of the squared square squares absolute abs binary categorical cross log logistic"
    " negative neg minus likelihood loglikelihood training train batch overall huber hinge empirical least function"
    " value quadratic regularised regularized penalised penalized with penalty l1 l2 e l j c per 1/2 ½ 1/n 0.5 and"
)
MATTERS = frozenset(SAID.split())  # of a loss in words, one of these at least
MANNERS = frozenset(MANNER.split())  # and besides them only these
LOSS_CHINESE = re.compile(
    r"(?:总|平均|均方|半|二分之一|平方|绝对|交叉熵|二元|对数|训练|负对数似然|经验|[+\-]|正则化?)*"
    r"(?:损失|误差|代价|成本|风险|目标)(?:函数|值|平方和|平方|和)?|(?:二元|平均)?交叉熵|负对数似然(?:函数)?|均方误差和?"
)
GAIN = re.compile(  # what training makes larger
    r"(?:mean_|average_|total_)?(?:log_?-?likelihood|likelihood|log_?lik|reward|profit|utility|return|fitness|gain)(?:_?[ℓlJ])?"
    r"|ℓ|ln_?l|log_?l|ll|(?:平均)?(?:对数)?似然(?:函数)?|奖励|利润|收益|效用",
    re.I,
)
TOTAL = re.compile(r".*(?:tot|总).*", re.I)
RATE = re.compile(
    r"(?:eta|η|ƞ|ͷ|α|alpha|lr|learn|learning_?rate|step_?size|rate|学习率|学习速率|步长)(?:\(.*\)|（.*）)?", re.I
)
NAME = r"[wbvuθacmWBVU][\w\[\],^{}⁽⁾()]*"
LOSS_OF = r"(?:_?(?:of|for)?_?(?:the_?)?(?:loss|error|cost|mse|sse))?"
NOTE = re.compile(r"_*[(（\[](?:mean|avg|average|batch|sum|summed|total|online|均值|平均|总和)[)）\]]$", re.I)
GRADIENTS = (
    re.compile(
        r"(?:(?:mean|avg|average|total|batch|loss|error|cost)_?)?(?:gradients?|grads?|derivatives?|deriv|slope"
        rf"|partials?(?:_?derivatives?)?)[.:]?{LOSS_OF}_*(?:(?:of|for|by|with_?respect_?to|in)_+|w\.?r\.?t\.?_*)"
        r"(?:the_)?(?P<to>[^/=()（）]+)",
        re.I,
    ),
    re.compile(
        r"(?:(?:mean|avg|average|total|batch|loss|error|cost)_?)?(?:gradient|grad|derivative|deriv|partial)[.:]?_*"
        r"[(\[]?(?P<to>[^/=()（）]+?)[)]?",
        re.I,
    ),
    re.compile(rf"{D}_?/_?{D}_?(?P<to>[^/=∂]+)", re.I),
    re.compile(r"d_?(?P<of>[A-Za-z]+)_?by_?d_?(?P<to>[^/=]+)"),
    re.compile(r"∇_?(?P<of>[A-Za-z]+)[_(（]+(?P<to>[^/=()（）]+)[)）]?"),
    re.compile(r"g\((?P<to>[^/=()]+)\)"),
    re.compile(rf"{D}(?P<of>[^/∂]+?)/{D}_?(?P<to>[^/=]+)", re.I),
    re.compile(r"d(?P<of>[A-Za-z]+\d*|[A-Za-z]+_(?:tot|total))_d_?(?P<to>[^/=]+)"),
    re.compile(
        r"(?:grad(?:ient)?s?(?:_?(?:of|wrt|w\.?r\.?t\.?))?|∇|nabla|g_(?=[a-z])|梯度)[_(（]*(?P<to>[^/=()（）]+?)[)）]*",
        re.I,
    ),
    re.compile(r"(?:(?P<of>[^/=对]*)对)?(?P<to>[^/=对]+?)[_.的]*(?:grad(?:ient)?|求?偏?导数?|梯度)", re.I),
    re.compile(r"[d∂]_?(?P<to>[wbvuθ][\w\[\],^{}⁽⁾()]*)", re.I),
)
PRIME = re.compile(r"(?P<of>[A-Za-z]+)['′’]\((?P<to>[\wθ]+)\)")
STEP = re.compile(r"(?:Δ|delta_?|[d∂]_?|step_?(?:of_?)?)(?P<to>[wbvuθ][\w\[\],^{}⁽⁾()]*)", re.I)
GRADIENT_BAND = re.compile(
    rf".*(?:gradient|derivative|梯度|偏导|导数).*|grads?|{D}[a-z_]+/{D}[a-z_]*|∇.*", re.I
)  # above a group of columns that repeat the parameters' names
UPDATE_BAND = re.compile(r".*(?:new|updated?|next|更新|新).*", re.I)
UPDATED = (
    re.compile(r"(?:new|next|updated|更新后的?|新)[_(]*(?P<of>[^/=()]+?)\)?", re.I),
    re.compile(r"(?P<of>[^/=]+?)(?:_?\(?(?:new|next|updated)\)?|⁺|\+|′|')", re.I),
)
TARGET = re.compile(r"(?:t|target|y|y_?true|label|目标值?|标签|真实值)[_\d\[\],⁽⁾¹²³-⁹o]*", re.I)
PREDICTION = re.compile(r"(?:y_?pred|pred(?:icted|iction)?|ŷ|y_?hat|yhat|output|预测值?|输出)[_\d]*", re.I)
LATEX = {
    "𝜕": "∂",
    "\\partial": "∂",
    "\\eta": "η",
    "\\theta": "θ",
    "\\delta": "δ",
    "\\Delta": "Δ",
    "\\alpha": "α",
    "\\nabla": "∇",
}
MARKUP = re.compile(r"\\(?:mathcal|mathrm|mathbf|mathit|text|operatorname)\s*\{([^{}]*)\}")
FRACTION = re.compile(r"\\d?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
SAYS_LOSS = re.compile(r"损失|误差|代价|loss|error|cost", re.I)
KIND = re.compile(
    r"^(?:(?:权重|权值|偏置|偏差|阈值|参数|损失|误差|代价|目标)(?=[a-zθβα])|(?:weight|bias|parameter|param|loss|error|cost)(?=[a-zθβα]\d))"
)  # before a symbol
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-")
OPTIMIZERS = {
    "adam": re.compile(r"adam", re.I),
    "rmsprop": re.compile(r"rms_?prop", re.I),
    "adagrad": re.compile(r"ada_?grad", re.I),
    "momentum": re.compile(r"momentum|动量", re.I),
}


@dataclass(frozen=True)
class Claim:
    """A heading that says of its column: the derivative ``of`` something (``""`` unsaid) with respect ``to`` it."""

    of: str
    to: str


def plain(text: object) -> str:
    """A heading without what differs only in writing: spaces, subscripts, LaTeX, an equals sign at its end."""
    if not isinstance(text, str):
        return ""
    words = unicodedata.normalize("NFC", text.translate(SUBSCRIPTS)).strip()
    words = words.replace("$", "")
    words = FRACTION.sub(r"\1/\2", words) if "\\" in words else words
    for written, meant in LATEX.items():
        words = words.replace(written, meant)
    words = re.sub(r"\\hat\s*\{?(\w)\}?", r"\1_hat", words)
    words = MARKUP.sub(r"\1", words)
    words = re.sub(r"[:：=]\s*$", "", words)
    return re.sub(r"\s+", "_" if re.search(r"[A-Za-z]{2}\s+[A-Za-z]{2}", words) else "", words.strip())


def shown(text: object) -> str:
    """A heading as its author has it, but for line breaks; LaTeX in plain letters."""
    if not isinstance(text, str):
        return ""
    return plain(text) if re.search(r"[\\$]", text) else " ".join(text.split()).rstrip(":：= ")


def same(a: str, b: str) -> bool:
    """Whether two headings name one thing: letter case, underscores and what kind of thing it is aside."""
    return bare(a) == bare(b) or symbol(a) == symbol(b)


def symbol(text: str) -> str:
    """The bare symbol behind the word for what it is: w11 of ``权重 w11`` and of ``weight w11``."""
    return KIND.sub("", bare(text))


def names_quantity(text: str, quantity: str) -> bool:
    """Whether a heading is that of a quantity: f of ``f(x, y)``, S of ``S (sum of squares)``, L of ``损失 L``."""
    return same(text, quantity) or same(_of_what(text), quantity)


def bare(text: str) -> str:
    """A name without underscores, braces and letter case."""
    return re.sub(r"[_{}\s]", "", text.translate(SUBSCRIPTS)).casefold()


def claim(text: str) -> Claim | None:
    """What a heading claims to be the derivative of; None if it claims nothing."""
    if len(text) > 60:
        return None
    text = NOTE.sub("", text)
    prime = PRIME.fullmatch(text)
    if prime:
        return Claim(f"{prime['of']}({prime['to']})", prime["to"])
    for pattern in GRADIENTS:
        match = pattern.fullmatch(text)
        if match:
            return Claim((match.groupdict().get("of") or "").strip("_()（）"), match["to"].strip("_()（）"))
    return None


def step_of(text: str) -> str:
    """The parameter whose step, as Δw1, the heading names, or ''; a heading dw1 may be this or the gradient."""
    match = STEP.fullmatch(text)
    return match["to"] if match else ""


def updated(text: str) -> str:
    """The parameter whose value after the update the heading names, or ''."""
    for pattern in UPDATED:
        match = pattern.fullmatch(text)
        if match:
            return match["of"].strip("_")
    return ""


def is_loss(text: str) -> bool:
    """Whether a heading names what training makes smaller: ``MSE(b0,b1)``, ``half mean squared error``, ``J = ...``."""
    words = _of_what(text)
    if LOSS.fullmatch(words) or LOSS_CHINESE.fullmatch(words):
        return True
    if symbol(words) != bare(words) and LOSS.fullmatch(symbol(words)):  # 误差 E, but no weight called e
        return bool(SAYS_LOSS.match(words))
    parts = [part for part in re.split(r"[\s_\-–*·]+", words.casefold()) if part]
    negative = {"negative", "neg", "minus"} & {*parts} and {"likelihood", "loglikelihood"} & {*parts}
    return bool(negative or not MATTERS.isdisjoint(parts)) and all(p in MATTERS or p in MANNERS for p in parts)


def is_gain(text: str) -> bool:
    """Whether a heading names what training makes larger, as a log-likelihood."""
    return bool(GAIN.fullmatch(_of_what(text)))


def _of_what(text: str) -> str:
    """A heading without its arguments in brackets and without a formula after an equals sign."""
    words = text.partition("=")[0]
    return re.sub(r"[(（\[].*[)）\]]$", "", words).strip("_ ") or words


def is_rate(text: str) -> bool:
    """Whether a heading names a learning rate."""
    return bool(RATE.fullmatch(text))
