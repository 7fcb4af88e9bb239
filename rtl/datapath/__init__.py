"""Unpack, sigmoid, subtract, round, pack: what computes one gradient after another."""
