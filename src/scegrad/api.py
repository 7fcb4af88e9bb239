"""The operator on arrays: the gradient of the sigmoid cross entropy with respect to the logits.

Settings -> prepare -> Request with its Job -> back end -> Result
"""

import inspect
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scegrad.backends.dispatch import run
from scegrad.errors import RequestError, WavesError, shown
from scegrad.files import Output
from scegrad.platforms import Platform
from scegrad.request.request import Request, prepare
from scegrad.request.result import Progress, Result
from scegrad.request.settings import Settings, settings_text

__all__ = ["Result", "Settings", "carry_out", "run_job", "sigmoid_cross_entropy_with_logits_grad"]


def carry_out(request: Request, progress: Progress | None = None) -> Result:
    """Run a request on its back end; the waves appear whole or not at all."""
    if request.waves is None:
        return run(request, progress)
    with Output(request.waves) as waves:
        try:
            result = run(replace(request, waves=waves.temporary), progress)
        except WavesError as error:
            # Until the commit it has the name of the temporary file.
            message = str(error).replace(str(waves.temporary), str(request.waves))
            raise RequestError(message) from error
        waves.commit()
    return result


def run_job(
    logits: ArrayLike, labels: ArrayLike, *, progress: Progress | None = None, **settings: Any
) -> Result:
    """sigmoid(logits) - labels, with cycles and counters.

    ``logits`` and ``labels`` are arrays of one shape, any, and one type, float32 or float16.
    Integers and booleans are converted if the format holds each of them exactly.
    ``progress`` is called from time to time with the elements done and the elements of the job. The
    other keywords are the fields of ``Settings``. Raises ``RequestError``, a ``ValueError``, for a
    request that cannot be carried out, before anything runs.

    """
    if progress is not None and not callable(progress):
        raise RequestError(f"progress is {shown(progress)}, but must be a function")
    return carry_out(prepare(logits, labels, Settings(**settings)), progress)


def _describe() -> None:
    """Give ``run_job`` the settings in its signature and docstring, for ``help`` and editors."""
    own = [p for p in inspect.signature(run_job).parameters.values() if p.name != "settings"]
    keywords = [
        inspect.Parameter(
            item.name, inspect.Parameter.KEYWORD_ONLY, default=item.default, annotation=item.type
        )
        for item in fields(Settings)
    ]
    signature = inspect.Signature([*own, *keywords], return_annotation=Result)
    setattr(run_job, "__signature__", signature)  # noqa: B010 (mypy knows no such attribute)
    run_job.__doc__ = f"{inspect.getdoc(run_job)}\n\n{settings_text()}\n"


_describe()


def sigmoid_cross_entropy_with_logits_grad(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    platform: str | Path | Platform = Settings.platform,
    memory: str = Settings.memory,
    core_mask: int | None = Settings.core_mask,
    backend: str = Settings.backend,
) -> np.ndarray:
    """sigmoid(logits) - labels, an array of the inputs' type and shape.

    The arguments are those of ``run_job``, whose other keywords have their defaults.
    Raises ``RequestError``, a ``ValueError``, for a request that cannot be carried out.
    """
    return run_job(
        logits, labels, platform=platform, memory=memory, core_mask=core_mask, backend=backend
    ).gradient
