"""Gradebooks of learning platforms, filled."""
