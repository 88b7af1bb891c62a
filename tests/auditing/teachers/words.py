"""What teachers write above: symbols, words of several languages, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.auditing.teachers.models import Model


def symbols(name: str, model: Model) -> str:
    """∂L/∂w, L, η."""
    derivatives = {gradient: f"∂L/∂{p}" for p, gradient in model.gradients.items()}
    return {"loss": "L", "rate": "η", "total": "Total"}.get(name) or derivatives.get(name, name)


def _of(loss: str, rate: str, gradient: str, new: str, total: str) -> Callable[[str, Model], str]:
    def words(name: str, model: Model) -> str:
        for parameter, quantity in model.gradients.items():
            if name == quantity:
                return gradient.format(parameter)
            if name == f"new {parameter}":
                return new.format(parameter)
        return {"loss": loss, "rate": rate, "total": total}.get(name, name)

    return words


def nothing(name: str, model: Model) -> str:
    """No words but for a title."""
    return ""


def letters(name: str, model: Model) -> str:
    """Words that mean nothing."""
    return f"col {sum(map(ord, name)) % 97}"


WORDS: Mapping[str, Callable[[str, Model], str]] = {
    "symbols": symbols,
    "English": _of("MSE", "learning rate", "gradient of {}", "new {}", "Average"),
    "Spanish": _of("ECM", "tasa de aprendizaje", "gradiente de {}", "nuevo {}", "Promedio"),
    "German": _of("Fehler", "Lernrate", "Ableitung nach {}", "neues {}", "Summe"),
    "French": _of("coût", "taux d'apprentissage", "dérivée par rapport à {}", "nouveau {}", "Moyenne"),
    "Portuguese": _of("custo", "taxa de aprendizado", "gradiente de {}", "novo {}", "Total"),
    "Chinese": _of("损失", "学习率", "{}的梯度", "新{}", "合计"),
    "Japanese": _of("損失", "学習率", "{}の勾配", "新しい{}", "平均"),
    "nothing": nothing,
    "letters": letters,
}
