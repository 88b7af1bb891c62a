"""Tests of live pages."""
