"""Tests of uart."""
