"""Tests of the update check."""
