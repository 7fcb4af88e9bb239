"""Reading of arrays and writing of results: faults are ``RequestError``, and a file appears whole
or not at all.
"""

import errno
import io
import os
import secrets
import shutil
import stat
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, TextIO

import numpy as np

from scegrad.errors import RequestError, brief, shown

MAGIC = b"\x93NUMPY"

WRITE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
"""Errors of writing a file that the system reports without the file's name."""

WAVES_SUFFIXES = ("", ".fst")


def waves_file(path: Path) -> Path:
    """The file for a waveform. Raises ``RequestError`` if its name is of another format."""
    if path.suffix.lower() not in WAVES_SUFFIXES:
        raise RequestError(
            f"waves is {shown(str(path))}, but the waveform is written in FST: name it"
            f" {path.stem}.fst"
        )
    return path


def load_array(path: Path) -> np.ndarray:
    """The array in an ``.npy`` file, or in a pipe with the same content; raises
    ``RequestError``.
    """
    try:
        with path.open("rb") as file:
            # A pipe cannot seek, and NumPy needs that.
            content = file if file.seekable() else io.BytesIO(file.read())
            if content.read(len(MAGIC)) != MAGIC:
                raise RequestError(f"{path} is not an .npy file")
            content.seek(0)
            return _read(content, path)
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror or error}") from error


def _read(content: BinaryIO, path: Path) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about old or odd headers: they are read, or refused
            return np.lib.format.read_array(content, allow_pickle=False)
    except OSError:
        raise
    except Exception as error:
        # NumPy parses the header as Python text; a damaged one may raise anything.
        reason = brief((str(error).splitlines() or [type(error).__name__])[0])
        raise RequestError(f"{path} is not an .npy file of numbers: {reason}") from error


def _status(path: Path) -> os.stat_result | None:
    """The file system's record of a file, links followed; None if the file does not exist."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _one_place(first: Path, second: Path) -> bool:
    """Whether two outputs would go into the same file or the same pipe."""
    one, other = _status(first), _status(second)
    if one and other and stat.S_ISFIFO(one.st_mode):
        return os.path.samestat(one, other)
    return same_file(first, second)


def same_file(first: Path, second: Path) -> bool:
    """Whether two names lead to the same regular file, or will do so once it is written."""
    one, other = _status(first), _status(second)
    if one and other:
        return stat.S_ISREG(one.st_mode) and os.path.samestat(one, other)
    return not one and not other and os.path.realpath(first) == os.path.realpath(second)


def check_apart(outputs: Iterable[tuple[str, Path]], inputs: Iterable[tuple[str, Path]]) -> None:
    """Raise ``RequestError`` if an output would replace another output or an input."""
    seen = list(inputs)
    count = len(seen)
    for name, path in outputs:
        for index, (other, place) in enumerate(seen):
            if _one_place(path, place):
                way = ", or say --overwrite-input" if index < count else ""
                raise RequestError(
                    f"{path} cannot be both {other} and {name}: choose another name{way}"
                )
        seen.append((name, path))


class Output:
    """Atomic output file: write to ``temporary``, then ``commit`` gives the file its name.

    Without a commit the file is removed on exit. Symbolic links are followed, and a file that
    replaces another one keeps its mode. Raises ``RequestError`` at once if the file cannot be
    created, and on exit if it could not be written. ``commit`` writes pipes and devices.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.target = Path(os.path.realpath(path))
        try:
            self._before = _status(path)
            self._check()
            self.temporary = self._made()
        except OSError as error:
            raise self._failed(error) from error

    @property
    def special(self) -> bool:
        """Whether the path exists and is not a regular file."""
        return self._before is not None and not stat.S_ISREG(self._before.st_mode)

    @property
    def standard(self) -> bool:
        """Whether the path is standard output; if so, no text may go there."""
        return _is_standard(self._before)

    def _check(self) -> None:
        if self._before is None:
            return
        if stat.S_ISDIR(self._before.st_mode):
            raise RequestError(f"{self.path} cannot be written: it is a directory")
        if not os.access(self.path, os.W_OK):
            raise RequestError(f"{self.path} cannot be written: permission denied")

    def _made(self) -> Path:
        """The temporary file, with the mode of any new file if there was none, else closed to
        others.
        """
        if self._before is None:
            # The system applies the umask here. Nothing else tells it without a change of it,
            # which all threads share.
            path = self.target.parent / f".scegrad-{secrets.token_hex(8)}"
            path.touch(exist_ok=False)
            return path
        directory = None if self.special else self.target.parent
        handle, name = tempfile.mkstemp(dir=directory, prefix=".scegrad-")
        os.close(handle)
        return Path(name)

    def _failed(self, error: OSError) -> RequestError:
        return RequestError(f"{self.path} cannot be written: {error.strerror or error}")

    def __enter__(self) -> "Output":
        """The output itself."""
        return self

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The temporary file, opened for writing; errors are raised as ``RequestError``."""
        try:
            with self.temporary.open("wb") as file:
                yield file
        except OSError as error:
            raise self._failed(error) from error

    def save(self, array: np.ndarray) -> None:
        """Write an array as ``.npy``."""
        content = np.asarray(array, order="C")
        with self.open() as file:
            header = np.lib.format.header_data_from_array_1_0(content)
            np.lib.format.write_array_header_1_0(file, header)
            file.write(content.reshape(-1).view(np.uint8).data)

    def commit(self) -> None:
        """Give the file its name."""
        try:
            if self.standard:
                sys.stdout.flush()
                with open(os.dup(sys.stdout.fileno()), "wb") as out:  # noqa: PTH123 (no path)
                    out.write(self.temporary.read_bytes())
            elif self.special:
                # By the given name: a pipe's real path in /proc cannot be opened.
                self.path.write_bytes(self.temporary.read_bytes())
            else:
                self._keep_mode()
                self.temporary.replace(self.target)
        except OSError as error:
            raise self._failed(error) from error

    def _keep_mode(self) -> None:
        """Give the file the mode and the owner of the one that it replaces, if there is one."""
        if self._before is None:
            return
        with suppress(PermissionError):  # only root may change an owner
            os.chown(self.temporary, self._before.st_uid, self._before.st_gid)
        self.temporary.chmod(stat.S_IMODE(self._before.st_mode))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove a file without a commit; an error of writing is raised with the file's name."""
        self.temporary.unlink(missing_ok=True)
        # Icarus has a part of its waves in a second file until it ends, and may have been killed.
        self.temporary.with_name(f"{self.temporary.name}.hier").unlink(missing_ok=True)
        if isinstance(error, OSError) and self._wrote(error):
            raise self._failed(error) from error

    def discard(self) -> None:
        """Remove what was not committed."""
        self.temporary.unlink(missing_ok=True)
        # Icarus keeps a part of its waves beside them until its end, and may have been killed.
        self.temporary.with_name(f"{self.temporary.name}.hier").unlink(missing_ok=True)

    def _wrote(self, error: OSError) -> bool:
        if error.filename is not None:
            return str(error.filename) == str(self.temporary)
        return error.errno in WRITE_ERRORS


def write_texts(directory: Path, stem: str, texts: dict[str, str]) -> list[Path]:
    """Write ASCII texts into an existing directory, each as ``stem`` and the end of its name;
    returns their paths.
    """
    paths = [directory / f"{stem}{ending}" for ending in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="ascii")
    return paths


def _is_standard(status: os.stat_result | None) -> bool:
    try:
        return status is not None and os.path.samestat(os.fstat(sys.stdout.fileno()), status)
    except (OSError, ValueError, AttributeError):  # closed, or a text buffer of a test
        return False


def text_stream(*outputs: Path | None) -> TextIO:
    """Where messages go: standard output, or standard error if one of the files is standard
    output.
    """
    taken = any(output is not None and _is_standard(_status(output)) for output in outputs)
    return sys.stderr if taken else sys.stdout


class OutputDirectory:
    """A directory for results, created if missing; removed again if it stays empty. Raises
    ``RequestError``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._made: list[Path] = []
        missing = [parent for parent in (path, *path.parents) if not parent.exists()]
        try:
            for parent in reversed(missing):
                with suppress(FileExistsError):  # another process has just created it
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

    @contextmanager
    def whole(self) -> Iterator[Path]:
        """A temporary directory, whose files move into this one together or not at all."""
        with (
            tempfile.TemporaryDirectory(dir=self.path, prefix=".scegrad-") as name,
            ExitStack() as stack,
        ):
            try:
                yield Path(name)
            except RequestError as error:
                message = str(error).replace(name, str(self.path))
                raise RequestError(message) from error
            files = []
            for path in sorted(Path(name).iterdir()):
                files.append(stack.enter_context(Output(self.path / path.name)))
                with path.open("rb") as made, files[-1].open() as copy:
                    shutil.copyfileobj(made, copy)
            for file in files:
                file.commit()

    def __exit__(self, *_: object) -> None:
        """Remove the directories that were created here and are still empty."""
        self._remove()

    def _remove(self) -> None:
        for path in self._made:
            try:
                path.rmdir()
            except OSError:  # it is not empty
                return
