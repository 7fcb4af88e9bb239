"""Reading arrays and writing results: what cannot be read or written is a ``RequestError``, and a file appears whole or not at all."""

import os
import tempfile
from pathlib import Path
from types import TracebackType

import numpy as np

from scegrad.errors import RequestError


def load_array(path: Path) -> np.ndarray:
    """The array in an ``.npy`` file; raises ``RequestError``."""
    try:
        with path.open("rb") as file:
            if file.read(6) != b"\x93NUMPY":
                raise RequestError(f"{path} is not an .npy file")
            file.seek(0)
            return np.load(file, allow_pickle=False)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, MemoryError) as error:
        if isinstance(error, RequestError):
            raise
        raise RequestError(
            f"{path} is not an .npy file of numbers: {_first_line(error)}"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class Output:
    """A file to be: written as ``temporary`` and renamed by ``commit``; leaving the ``with`` statement without that leaves nothing behind.

    Raises ``RequestError`` at once where the file cannot be made. A path that exists and is no regular file, such as a device, is written
    directly by ``commit``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.target = Path(os.path.realpath(path))
        self.special = self.target.exists() and not self.target.is_file()
        if self.target.is_dir():
            raise RequestError(f"{path} cannot be written: it is a directory")
        if self.target.exists() and not os.access(self.target, os.W_OK):
            raise RequestError(f"{path} cannot be written: permission denied")
        directory = None if self.special else self.target.parent
        try:
            handle, name = tempfile.mkstemp(dir=directory, prefix=f".{self.target.name}.")
        except OSError as error:
            raise RequestError(f"{path} cannot be written: {error.strerror}") from error
        os.close(handle)
        self.temporary = Path(name)

    def __enter__(self) -> "Output":
        """The output itself."""
        return self

    def commit(self) -> None:
        """Give the file its name."""
        if self.special:
            self.target.write_bytes(self.temporary.read_bytes())
            return
        mask = os.umask(0)
        os.umask(mask)
        self.temporary.chmod(0o666 & ~mask)
        self.temporary.replace(self.target)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what was not committed."""
        self.temporary.unlink(missing_ok=True)


class OutputDirectory:
    """A directory for results, made where it is missing; removed again if nothing was put into it. Raises ``RequestError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made: list[Path] = []
        missing = [parent for parent in (path, *path.parents) if not parent.exists()]
        try:
            for parent in reversed(missing):
                parent.mkdir()
                self._made.insert(0, parent)
            if not path.is_dir():
                raise RequestError(f"{path} cannot be written: it is not a directory")
            tempfile.TemporaryFile(dir=path).close()
        except OSError as error:
            self._remove()
            raise RequestError(f"{path} cannot be written: {error.strerror}") from error

    def __enter__(self) -> "OutputDirectory":
        """The directory itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the directories that were made and are still empty."""
        self._remove()

    def _remove(self) -> None:
        for path in self._made:
            if any(path.iterdir()):
                return
            path.rmdir()
