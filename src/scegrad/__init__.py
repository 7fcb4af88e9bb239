"""Sigmoid cross-entropy gradient hardware: its golden model, RTL, benches and simulators."""
