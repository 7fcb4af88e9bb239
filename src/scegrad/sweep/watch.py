"""The connection to a Dask scheduler, and a word whenever it or its workers are waited for."""

import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from distributed import Client

from scegrad import progress
from scegrad.errors import RequestError, SimulationError

PATIENCE = 30
"""Seconds to wait for the scheduler to answer."""

REACH = 5
"""Seconds to wait for the port to open."""

_ADDRESS = re.compile(r"(?:tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):(\d{1,5})")

Result = TypeVar("Result")


class Watch:
    """The message while the command waits for a cluster, every ``progress.INTERVAL`` seconds at
    most.
    """

    step = 1.0
    """Seconds between two looks."""

    def __init__(self, client: Client, address: str) -> None:
        self._client, self._address = client, address
        self._seen: dict[str, float] = {}
        self._said = time.monotonic()
        if not self.workers():
            progress.say(f"{address}: the cluster has no workers yet; waiting for one")

    def workers(self) -> dict[str, dict[str, Any]]:
        """The workers by address."""
        return self._client.scheduler_info(n_workers=-1)["workers"]

    def look(self) -> None:
        """Print the cause of the wait, unless it was printed just now; raises ``SimulationError``
        if the scheduler is lost.
        """
        if self._client.status != "running":  # Dask has then forgotten what was underway
            raise SimulationError(gone(self._address))
        if time.monotonic() - self._said < progress.INTERVAL:
            return
        self._said = time.monotonic()
        workers = self.workers()
        if not workers:
            progress.say(f"{self._address}: the cluster has no workers; waiting for one")
        # A worker's clock and ours may differ: its last word is compared with what it was before.
        silent = [
            str(worker["name"])
            for address, worker in workers.items()
            if self._seen.get(address) == worker["last_seen"]
        ]
        self._seen = {address: worker["last_seen"] for address, worker in workers.items()}
        if silent:
            progress.say(
                f"{self._address}: no word from {len(silent)} of {len(workers)} workers"
                f" ({', '.join(silent[:3])}); others do their shards once the scheduler gives them"
                " up"
            )


def gone(address: str) -> str:
    """The message after a connection was lost."""
    return f"the Dask scheduler at {address} is gone; what is done is kept"


def check_address(address: str) -> tuple[str, int]:
    """Host and port of ``tcp://HOST:PORT``. Raises ``RequestError``."""
    match = _ADDRESS.fullmatch(address)
    if match is None or not 0 < int(match[2]) < 1 << 16:
        raise RequestError(
            f"--scheduler is {address!r}, but must be tcp://HOST:PORT or tls://HOST:PORT"
        )
    return match[1].strip("[]"), int(match[2])


@contextmanager
def connected(address: str) -> Iterator[tuple[Client, Watch]]:
    """A client of the scheduler at ``address``. Raises ``RequestError`` if there is none."""
    host, port = check_address(address)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # Dask writes tracebacks of the errors that are one line here
    try:
        socket.create_connection((host, port), REACH).close()
        # Dask's own time limit does not cover a port that opens and then stays silent.
        future = _begun(lambda: Client(address, timeout=PATIENCE, set_as_default=False))
        client = future.result(PATIENCE + REACH)
    except (OSError, ValueError) as error:
        logging.disable(before)
        raise RequestError(f"no Dask scheduler answers at {address}: {_reason(error)}") from error
    try:
        yield client, Watch(client, address)
    except OSError as error:
        raise SimulationError(gone(address)) from error
    finally:
        with suppress(Exception):
            client.close(timeout=REACH)
        logging.disable(before)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).partition("\n")[0] or "no answer"


def _begun(call: Callable[[], Result]) -> Future[Result]:
    """A call underway in a thread that nobody needs to wait for."""
    future: Future[Result] = Future()

    def carry_out() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=carry_out, daemon=True).start()
    return future


def waited(call: Callable[[], Result], watch: Watch) -> Result:
    """The result of a call that waits for the cluster, with a word while it does."""
    future = _begun(call)
    while True:
        try:
            return future.result(timeout=watch.step)
        except NotYet:
            if future.done():
                raise
            watch.look()
