"""A case of the sign-off: a claim about some Verilog, and the function that decides it."""

import hashlib
import shlex
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scegrad.signoff import failures
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.tools.places import commands


@dataclass(frozen=True)
class SignoffCase:
    """A claim under a name ``group/case``; ``quick`` if minutes suffice for all cases of its kind
    together.

    ``subject`` is the hash of everything that the claim is about: Verilog, specification and
    settings. It takes a while to compute, and so does ``run``; both are called when they are
    needed.
    """

    name: str
    claim: str
    source: str
    """The file that states the claim, from the root of the checkout."""
    quick: bool
    subject: Callable[[], str]
    run: Callable[[], CaseResult]
    seed: int | None = None
    """The seed of the case's random choices, if it has any."""
    command: str = ""
    """The command that repeats it, if it is another than that of the sign-off."""

    def decide(self) -> CaseResult:
        """Run; whatever goes wrong is the verdict ``failed``, so that other cases still run."""
        started = time.monotonic()
        try:
            return self.run()
        except Exception as error:
            return CaseResult(Verdict.FAILED, failures.told(error), time.monotonic() - started)

    @property
    def group(self) -> str:
        """The first part of the name."""
        return self.name.split("/")[0]

    def again(self, output: str = "") -> str:
        """The command that repeats the case, with its seed, from the root of the checkout;
        ``output`` is the directory of the page, if it is another than usual.
        """
        option = f"-o {shlex.quote(output)} " if output else ""
        return commands() + (self.command or f"scegrad signoff {option}{self.name}")


def hashed(parts: Iterable[str | Path]) -> str:
    """SHA-256 of texts and of the contents of files, in their order."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.hexdigest()


def once(make: Callable[[], str]) -> Callable[[], str]:
    """The function, which computes at its first call only; an error of it comes again."""
    return failures.kept(make)
