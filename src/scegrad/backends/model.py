"""The golden model alone: no hardware, no cycles."""

from scegrad.model import golden
from scegrad.request.request import Request
from scegrad.request.result import Progress, Result


def run_model(request: Request, progress: Progress | None = None) -> Result:
    """Compute a request with the golden model."""
    gradient = golden.gradient(request.logits, request.labels)
    if progress:
        progress(gradient.size, gradient.size)
    return request.result(gradient)
