"""Sigmoid cross-entropy gradient hardware: its golden model, RTL, benches and simulators."""

from .api import Result, run_job, sigmoid_cross_entropy_with_logits_grad

__all__ = ["Result", "run_job", "sigmoid_cross_entropy_with_logits_grad"]
