"""What people write above their columns, read: which headings name a loss, a gradient, a new value or a rate."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from xlbp.auditing.claims import words
from xlbp.auditing.claims.words import words_of

Key = TypeVar("Key")
D = r"(?:∂|d|δ|partial)"
CURLY = "[∂δ]"
LOSS_WORDS = (
    r"e_?tot(?:al)?|l_?tot(?:al)?|j_?tot(?:al)?|total_?(?:error|loss|cost)|(?:error|loss|cost)_?total|e|l|j|c|loss|cost"
    r"|error|err|err\^2|error\^2|squared_?error|mse|sse|rmse|objective|cross_?entropy|ce|nll"
)
LOSS = re.compile(LOSS_WORDS, re.I)
MATTERS = words_of(words.LOSS)
MANNERS = words_of(words.MANNER)
LOSS_EASTERN = re.compile(words.LOSS_EASTERN)
GAIN = re.compile(  # what training makes larger
    r"(?:mean_|average_|total_)?(?:log_?-?likelihood|likelihood|log_?lik|reward|profit|utility|return|fitness|gain)(?:_?[ℓlJ])?"
    r"|ℓ|ln_?l|log_?l|ll|(?:平均)?(?:对数|對數)?似然(?:函数|函數)?|(?:対数)?尤度|로그_?우도|奖励|獎勵|報酬|利润|收益|效用"
    r"|(?:log_?-?)?(?:verosimilitud|verossimilhança|verosimiglianza|vraisemblance|правдоподобие)|recompensa|récompense",
    re.I,
)
MOVED = re.compile(r"[(（\[][^()（）]*\w\s*[+±−-]\s*(?:h|ε|eps\w*|epsilon|δ|delta|Δ|dx|dw|d[a-z])\w*\s*[)）\]]$", re.I)
QUOTIENT = re.compile(r"\bnumeri|\bnum\b|finite|quotient|differenzen|数值|數值|差分|≈", re.I)
TOTAL = re.compile(r".*(?:tot|总|總|合計|gesamt).*", re.I)
RATE = re.compile(rf"(?:{words.RATE})(?:_?[(（].*[)）]|_?\d{{1,2}}|_\w{{1,3}}|_?(?:{words.BY}|of|for)_\w+)?", re.I)
LOSS_OF = r"(?:_?(?:of|for)?_?(?:the_?)?(?:loss|error|cost|mse|sse|rss))?"
NOTE = re.compile(rf"_*[(（\[](?:{words.MEAN_OR_SUM}|online)[)）\]]$", re.I)
AROUND = re.compile(
    rf"(?:{words.MEAN_OR_SUM})(?:_?(?:{words.BY}|of|over)_)?[_(（\[]*(?P<inside>.*[∂δ/].*?)[)）\]]*", re.I
)
ARGUMENT = re.compile(r"/([∂dδ])_?[(（]([^()（）]+)[)）]")
GRADIENTS = (
    re.compile(
        r"(?:(?:mean|avg|average|total|batch|loss|error|cost)_?)?(?:gradients?|grads?|derivatives?|deriv|slope"
        rf"|partials?(?:_?derivatives?)?)[.:]?{LOSS_OF}_*(?:(?:of|for|by|with_?respect_?to|in)_+|w\.?r\.?t\.?_*)"
        r"(?:the_)?(?P<to>[^/=()（）]+)",
        re.I,
    ),
    re.compile(rf"(?:{words.GRADIENT})_(?:(?P<of>\w+?)_)?(?:{words.BY})_(?P<to>[^/=()（）]+)", re.I),
    re.compile(
        r"(?:gradienten?|derivadas?(?:_?parcial)?|d[ée]riv[ée]e(?:_?partielle)?|derivata|ableitung)[.:/]?_*"
        r"(?P<to>(?![sn]$)[a-zθβα]\d{0,2})",
        re.I,
    ),
    re.compile(r"(?:частная_?)?(?:градиент|производная)_?(?:по_?)?(?P<to>[A-Za-zθβα]\w*)", re.I),
    re.compile(r"(?:偏微分|偏导数?|偏導數?|导数|勾配)_?(?P<to>[A-Za-zθβα]\w{0,3})"),
    re.compile(
        r"(?:(?:mean|avg|average|total|batch|loss|error|cost)_?)?(?:gradient|grad|derivative|deriv|partial(?:_derivative)?)[.:]?_*"
        r"[(\[]?(?P<to>[^/=()（）]+?)[)]?",
        re.I,
    ),
    re.compile(rf"{D}_?/_?{D}_?(?P<to>[^/=∂]+)", re.I),
    re.compile(r"d_?(?P<of>[A-Za-z]+)_?by_?d_?(?P<to>[^/=]+)"),
    re.compile(r"∇_?(?P<of>[A-Za-z]+)[_(（]+(?P<to>[^/=()（）]+)[)）]?"),
    re.compile(r"g\((?P<to>[^/=()]+)\)"),
    re.compile(rf"{D}(?P<of>[^/∂]+?)/{D}_?(?P<to>[^/=]+)", re.I),
    re.compile(rf"{CURLY}?(?P<of>[^/∂δ=]+?)_?{CURLY}_?(?P<to>[^/=∂δ]+)"),
    re.compile(r"d(?P<of>[A-Za-z]+\d*|[A-Za-z]+_(?:tot|total))_d_?(?P<to>[^/=]+)"),
    re.compile(
        r"(?:grad(?:ient)?s?(?:_?(?:of|wrt|w\.?r\.?t\.?))?|∇|nabla|g_(?=[a-z])|梯度)[_(（]*(?P<to>[^/=()（）]+?)[)）]*",
        re.I,
    ),
    re.compile(
        rf"(?:(?P<of>[^/=对對]*)[对對])?(?P<to>[^/=对對]+?)[_.的の]*(?:grad(?:ient)?|{words.GRADIENT_EASTERN})", re.I
    ),
    re.compile(r"[d∂]_?(?P<to>[wbvuθ][\w\[\],^{}⁽⁾()]*)", re.I),
    re.compile(r"[d∂]_?(?P<to>[A-Za-z]\d{0,2})"),
    re.compile(r"[Gg](?P<to>[wbθ]\d*)"),
)
IN_WORDS = re.compile(r"[^()（）/∂]+[(（](?P<inside>[∂d][^()（）]*/[∂d][^()（）]*)[)）]")  # slope (dMSE/dw)
PRIME = re.compile(r"(?P<of>[A-Za-z]+)['′’]\((?P<to>[\wθ]+)\)")
STEP = re.compile(r"(?:Δ|delta_?|[d∂]_?|step_?(?:of_?)?)(?P<to>[wbvuθ][\w\[\],^{}⁽⁾()]*)", re.I)
GRADIENT_BAND = re.compile(
    rf"(?!.*(?:descent|abstieg|descen[ts]|discesa|下降|降下|спуск)).*(?:gradient|derivative|ableitung|derivad|d[ée]riv[ée]|梯度|偏导|导数|勾配|偏微分).*|grads?|{D}[a-z_]+/{D}[a-z_]*|∇.*",
    re.I,
)  # above a group of columns that repeat the parameters' names
UPDATE_BAND = re.compile(rf".*(?:{words.UPDATED}|{words.UPDATED_EASTERN}|更新).*", re.I)
UPDATED = (
    re.compile(rf"(?:{words.UPDATED}|{words.UPDATED_EASTERN})[_(]*(?P<of>[^/=()]+?)\)?", re.I),
    re.compile(rf"(?P<of>[^/=]+?)(?:_?\(?(?:{words.UPDATED})\)?|⁺|\+|′|')", re.I),
)
TARGET = re.compile(rf"(?:{words.TARGET})[_\d\[\],⁽⁾¹²³-⁹o]*", re.I)
PREDICTION = re.compile(rf"(?:{words.PREDICTION})[_\d]*", re.I)
LATEX = {
    "\\partial": "∂",
    "\\eta": "η",
    "\\theta": "θ",
    "\\delta": "δ",
    "\\Delta": "Δ",
    "\\alpha": "α",
    "\\nabla": "∇",
    "∆": "Δ",
}
MARKUP = re.compile(r"\\(?:mathcal|mathrm|mathbf|mathit|text|operatorname)\s*\{([^{}]*)\}")
FRACTION = re.compile(r"\\d?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
STYLED = re.compile("[\uff01-\uff5e\u2100-\u214f\U0001d400-\U0001d7ff]")  # letters of mathematics, and full-width ones
SAYS_LOSS = re.compile(r"损失|误差|代价|loss|error|cost", re.I)
DECORATION = re.compile(  # arrows, pictures and units around a heading
    r"^[\s\u2190-\u21ff\u27f0-\u27ff\u2b00-\u2bff\u25a0-\u27bf\U0001f000-\U0001faff\ufe0f]+"
    r"|[\s\u2190-\u21ff\u27f0-\u27ff\u2b00-\u2bff\u25a0-\u27bf\U0001f000-\U0001faff\ufe0f°%€$£¥]+$"
)
KIND = re.compile(
    r"^(?:(?:权重|权值|偏置|偏差|阈值|参数|损失|误差|代价|目标|重み|バイアス|가중치)(?=[a-zθβα])"
    r"|(?:weight|bias|parameter|param|loss|error|cost|value|peso|gewicht|poids)s?(?=[a-zθβα]\d))"
)  # before a symbol
OF_A_KIND = re.compile(rf"^{words.OF_A_KIND}", re.I)
EXPLAINED = re.compile(r"_*[(（][^()（）]*[^\W\d_]{3}[^()（）]*[)）]$")  # words in brackets behind a name
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-")
OPTIMIZERS = {
    "adam": re.compile(r"adam", re.I),
    "rmsprop": re.compile(r"rms_?prop", re.I),
    "adagrad": re.compile(r"ada_?grad", re.I),
    "momentum": re.compile(r"momentum|动量", re.I),
}
NOT_CORRECTED = re.compile(
    r"(?:without|\bno|ohne|sans|\bsin|senza|\bsem|без|不|无|無).{0,12}(?:bias|corr|korr|偏差|偏置|修正|校正|корр)"
    r"|(?:補正|修正)なし|보정\s*(?:없|안)",
    re.I,
)

HEADINGS = 50_000  # of which is kept how they read


@dataclass(frozen=True)
class Claim:
    """A heading that says of its column: the derivative ``of`` something (``""`` unsaid) with respect ``to`` it."""

    of: str
    to: str


def plain(text: object) -> str:
    """A heading without what differs only in writing: spaces, subscripts, LaTeX, an equals sign at its end."""
    return _plain(text) if isinstance(text, str) else ""


@lru_cache(maxsize=HEADINGS)
def _plain(text: str) -> str:
    heading = STYLED.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), text.translate(SUBSCRIPTS))
    heading = unicodedata.normalize("NFC", heading).strip().replace("$", "")
    heading = FRACTION.sub(r"\1/\2", heading) if "\\" in heading else heading
    for written, meant in LATEX.items():
        heading = heading.replace(written, meant)
    heading = re.sub(r"\\hat\s*\{?(\w)\}?", r"\1_hat", heading)
    heading = MARKUP.sub(r"\1", heading)
    heading = DECORATION.sub("", heading) or heading
    heading = re.sub(r"[:：=]\s*$", "", heading)
    return re.sub(r"\s+", "_" if re.search(r"[A-Za-zÀ-ɏ]{2}\s+[A-Za-zÀ-ɏ]{2}", heading) else "", heading.strip())


def shown(text: object) -> str:
    """A heading as its author has it, but for line breaks; LaTeX in plain letters."""
    if not isinstance(text, str):
        return ""
    return plain(text) if re.search(r"[\\$]", text) else " ".join(text.split()).rstrip(":：= ")


def same(a: str, b: str) -> bool:
    """Whether two headings name one thing: letter case, underscores and what kind of thing it is aside."""
    return bare(a) == bare(b) or symbol(a) == symbol(b)


@lru_cache(maxsize=HEADINGS)
def symbol(text: str) -> str:
    """The bare symbol behind words for what it is: w11 of ``权重 w11``, of ``value of w11``, of ``w11 (hidden)``."""
    name = text.partition("=")[0] or text
    name = EXPLAINED.sub("", OF_A_KIND.sub("", name)) or name
    return KIND.sub("", bare(name))


class Named(Generic[Key]):
    """Cells or columns by what their headings name, told once: a wide sheet's are compared by the thousand."""

    def __init__(self, headings: Mapping[Key, str]) -> None:
        self.headings = headings
        self._order = {key: at for at, key in enumerate(headings)}
        self._named: dict[str, list[Key]] = {}
        self._symbols: dict[str, list[Key]] = {}
        for key, text in headings.items():
            self._named.setdefault(bare(text), []).append(key)
            self._symbols.setdefault(symbol(text), []).append(key)

    def every(self, name: str) -> list[Key]:
        """Those whose headings name the same thing."""
        keys = {*self._named.get(bare(name), ()), *self._symbols.get(symbol(name), ())}
        return sorted(keys, key=self._order.__getitem__)

    def of(self, name: str) -> list[Key]:
        """The same; v is V only where no heading is v itself."""
        keys = self.every(name)
        return [key for key in keys if self.headings[key] == name] or keys


def names_quantity(text: str, quantity: str) -> bool:
    """Whether a heading is that of a quantity: f of ``f(x, y)``, S of ``S (sum of squares)``, L of ``损失 L``."""
    return same(text, quantity) or same(_of_what(text), quantity)


@lru_cache(maxsize=HEADINGS)
def bare(text: str) -> str:
    """A name without underscores, braces and letter case."""
    return re.sub(r"[_{}\s]", "", text.translate(SUBSCRIPTS)).casefold()


@lru_cache(maxsize=HEADINGS)
def claim(text: str) -> Claim | None:
    """What a heading claims to be the derivative of; None if it claims nothing."""
    if len(text) > 60:
        return None
    text = ARGUMENT.sub(r"/\1\2", NOTE.sub("", text.partition("=")[0].strip("_ ")))
    around = AROUND.fullmatch(text)
    text = around["inside"] if around else text
    prime = PRIME.fullmatch(text)
    if prime:
        return Claim(f"{prime['of']}({prime['to']})", prime["to"])
    inside = IN_WORDS.fullmatch(text)
    if inside:
        return claim(inside["inside"])
    text = EXPLAINED.sub("", text) or text
    for pattern in GRADIENTS:
        match = pattern.fullmatch(text)
        if match:
            return Claim((match.groupdict().get("of") or "").strip("_()（）"), match["to"].strip("_()（）"))
    return None


def step_of(text: str) -> str:
    """The parameter whose step, as Δw1, the heading names, or ''; a heading dw1 may be this or the gradient."""
    match = STEP.fullmatch(text)
    return match["to"] if match else ""


@lru_cache(maxsize=HEADINGS)
def updated(text: str) -> str:
    """The parameter whose value after the update the heading names, or ''."""
    for pattern in UPDATED:
        match = pattern.fullmatch(text)
        if match:
            return match["of"].strip("_")
    return ""


def is_loss(text: str) -> bool:
    """Whether a heading names what training makes smaller: ``MSE(b0,b1)``, ``half mean squared error``, ``J = ...``."""
    heading = _of_what(text)
    if LOSS.fullmatch(heading) or LOSS_EASTERN.fullmatch(heading):
        return True
    if symbol(heading) != bare(heading) and LOSS.fullmatch(symbol(heading)):  # 误差 E, but no weight called e
        return bool(SAYS_LOSS.match(heading))
    parts = [part for part in re.split(r"[\s_\-–*·'’]+", without_accents(heading).casefold()) if part]
    negative = {"negative", "neg", "minus"} & {*parts} and {"likelihood", "loglikelihood"} & {*parts}
    return bool(negative or not MATTERS.isdisjoint(parts)) and all(p in MATTERS or p in MANNERS for p in parts)


def is_elsewhere(text: str) -> bool:
    """Whether a heading names a quantity at a moved place: ``E(w+h)``, ``L(w − ε)``."""
    return bool(MOVED.search(text))


def says_quotient(text: str) -> bool:
    """Whether a heading names a difference quotient: ``numerical dE/dw``, ``数值梯度``, ``Differenzenquotient``."""
    return bool(QUOTIENT.search(without_accents(text)))


def is_gain(text: str) -> bool:
    """Whether a heading names what training makes larger, as a log-likelihood."""
    return bool(GAIN.fullmatch(_of_what(text)))


def _of_what(text: str) -> str:
    """A heading without its arguments in brackets and without a formula after an equals sign."""
    heading = text.partition("=")[0]
    return re.sub(r"[(（\[].*[)）\]]$", "", heading).strip("_ ") or heading


def without_accents(text: str) -> str:
    """The letters without their accents: função is written funcao."""
    letters = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(each for each in letters if not unicodedata.combining(each)))


def is_rate(text: str) -> bool:
    """Whether a heading names a learning rate."""
    return bool(RATE.fullmatch(without_accents(text)))
