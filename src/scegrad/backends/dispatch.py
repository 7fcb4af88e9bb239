"""The back ends by name."""

from collections.abc import Callable

from scegrad.backends.icarus import run_icarus
from scegrad.backends.outcome import Options, Outcome
from scegrad.backends.verilator import run_verilator
from scegrad.job.request import UART, Request


def run_model(request: Request, options: Options) -> Outcome:
    """Compute a request with the golden model; there are no cycles."""
    from scegrad.model import golden

    gradient = golden.gradient(request.logits, request.labels)
    if options.progress:
        options.progress(gradient.size, gradient.size)
    return Outcome(gradient)


def run_uart(request: Request, options: Options) -> Outcome:
    """Run a request on the board at a serial device."""
    from scegrad.backends.uart import carry_out

    return Outcome(*carry_out(request, request.backend.removeprefix(UART), options.progress))


_RUNNERS: dict[str, Callable[[Request, Options], Outcome]] = {
    "verilator": run_verilator,
    "icarus": run_icarus,
    "model": run_model,
}


def run(request: Request, options: Options) -> Outcome:
    """Carry a request out with its backend."""
    runner = run_uart if request.backend.startswith(UART) else _RUNNERS[request.backend]
    return runner(request, options)
