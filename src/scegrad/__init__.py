"""Sigmoid cross-entropy gradient hardware: its golden model, RTL, benches and simulators."""

TYPE_CHECKING = False  # not from typing: an interruption while typing loads would print a traceback

if TYPE_CHECKING:
    from typing import Any

    from scegrad.api import Result, run_job, sigmoid_cross_entropy_with_logits_grad

__all__ = ["Result", "run_job", "sigmoid_cross_entropy_with_logits_grad"]


def __getattr__(name: str) -> "Any":
    """Load the Python interface when it is first used (PEP 562), so that the facts load alone."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # NumPy and the back ends: the facts load alone.
    from scegrad import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted([*globals(), *__all__])
