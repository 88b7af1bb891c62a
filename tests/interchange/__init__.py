"""Code out, models in."""
