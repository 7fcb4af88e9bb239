"""The back ends by name."""

from collections.abc import Callable

from scegrad.backends.icarus import run_icarus
from scegrad.backends.model import run_model
from scegrad.backends.verilator import run_verilator
from scegrad.request.request import Request
from scegrad.request.result import Progress, Result
from scegrad.request.settings import UART

Runner = Callable[[Request, Progress | None], Result]

RUNNERS: dict[str, Runner] = {
    "verilator": run_verilator,
    "icarus": run_icarus,
    "model": run_model,
}


def run(request: Request, progress: Progress | None = None) -> Result:
    """Carry a request out with its back end."""
    if request.backend.startswith(UART):
        # Serial ports: other back ends do not need them.
        from scegrad.backends.uart import run_uart

        return run_uart(request, progress)
    return RUNNERS[request.backend](request, progress)
