"""A site in headless Chromium, and the browser's messages about it."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

VIRTUAL_MS = 20_000
"""The page's time limit, in virtual time, which stops while a file is loading: no test depends on
speed."""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address under which the files of a folder are served, as long as the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@dataclass(frozen=True)
class Visit:
    """A page after its scripts ran: its elements, lines on the console, and requested addresses."""

    dom: str
    console: list[str]
    requests: list[str]


def visit(url: str, folder: Path, *options: str) -> Visit:
    """Open a page in a browser that keeps its profile in ``folder``."""
    log = folder / "net.json"
    command = [
        *(CHROMIUM or "chromium", "--headless", "--no-sandbox", "--disable-gpu"),
        *("--disable-dev-shm-usage", f"--user-data-dir={folder / 'profile'}"),
        *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing leaves the machine
        *(f"--log-net-log={log}", "--enable-logging=stderr", f"--virtual-time-budget={VIRTUAL_MS}"),
        *(*options, "--dump-dom", url),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    lines = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Visit(done.stdout, lines, _requests(json.loads(log.read_text("utf-8"))))


def _requests(log: dict) -> list[str]:
    """Addresses in a Chromium net log that the page requested (not the browser itself)."""
    kind = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event.get("params", {}) for event in log["events"] if event["type"] == kind]
    return [
        params["url"] for params in asked if params.get("initiator", "").startswith("http://127.")
    ]
