"""Tests of the engines that recalculate a book."""
