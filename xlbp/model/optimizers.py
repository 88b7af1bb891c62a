"""Optimizers: the parameter of the next row as an expression of this one."""

from __future__ import annotations

from xlbp.graph.expr import Expr


def sgd(parameter: Expr, gradient: Expr, rate: Expr) -> Expr:
    """Gradient descent: p - eta * dE/dp (Cauchy, 1847)."""
    return parameter - rate * gradient


def ascent(parameter: Expr, gradient: Expr, rate: Expr) -> Expr:
    """Gradient ascent, to make the objective larger: p + eta * df/dp."""
    return parameter + rate * gradient
