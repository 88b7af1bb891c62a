"""Tests of the room for code out and models in."""
