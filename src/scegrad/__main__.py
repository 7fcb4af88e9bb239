"""The command ``scegrad``, also as ``python -m scegrad``.

It loads the command line under a signal handler of its own, so that an interruption prints one line
even during the loading.
"""

import os
import signal


def _stop(number: int, frame: object) -> None:
    """End at once: nothing has been opened yet."""
    os.write(2, b"scegrad: interrupted\n")
    os._exit(128 + number)


def main() -> None:
    """Entry point: run a command and exit with its status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup asks
            signal.signal(number, _stop)
    # Everything: Typer, NumPy, and what the commands declare.
    from scegrad.cli import main as run

    run()


if __name__ == "__main__":
    main()
