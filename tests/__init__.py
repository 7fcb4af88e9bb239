"""Tests, mirroring the source by path."""
