"""Tests of the reference: the second entry."""
