"""Unpack, sigmoid, subtract, round, pack: the stages that compute one gradient after another."""
