"""Tests of the blocks by hand."""
