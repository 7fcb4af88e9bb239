"""Tests of ``scegrad.tools``."""
