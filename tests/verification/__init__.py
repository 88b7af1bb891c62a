"""Tests of the comparison and of its reports."""
