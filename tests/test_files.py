"""Reading of arrays from damaged files and from pipes, and writing of files whole or not at all."""

import errno
import io
import os
import random
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from scegrad import files
from scegrad.errors import RequestError
from scegrad.files import Output, OutputDirectory, check_apart, load_array, text_stream

ARRAY = np.arange(100, dtype="f4").reshape(20, 5)


def npy(array: np.ndarray = ARRAY) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def with_header(text: str, version: int = 1) -> bytes:
    """A file with this text in place of its header."""
    size = 2 if version == 1 else 4
    padded = text.encode("latin-1") + b"\n"
    length = len(padded).to_bytes(size, "little")
    return files.MAGIC + bytes([version, 0]) + length + padded + ARRAY.tobytes()


HEADERS = [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (20, 5,",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (20, 5), ",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 5), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-20, 5), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (True, 5), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 5L, }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (20L, 5L), 'more': 1}",
    "{'descr': '<f4', 'fortran_order': 3, 'shape': (20, 5), }",
    "{'descr': ['<f4'], 'fortran_order': False, 'shape': (20, 5), }",
    "{'descr': [('a', '<f4', -3)], 'fortran_order': False, 'shape': (20, 5), }",
    "{'descr': '<V0', 'fortran_order': False, 'shape': (20, 5), }",
    "{'descr': '|O', 'fortran_order': False, 'shape': (20, 5), }",
    "{'descr': 'M8[wrong]', 'fortran_order': False, 'shape': (20, 5), }",
    "{'descr': 7, 'fortran_order': False, 'shape': (20, 5), }",
    "{'descr': '" + "<f4," * 300 + "', 'fortran_order': False, 'shape': (20, 5), }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': " + "(" * 500 + ")" * 500 + ", }",
    "{'descr': ('<f4', (2, 99999999999)), 'fortran_order': False, 'shape': (20, 5), }",
    "(" * 4000 + ")" * 4000,
    "[" * 9000,
    "-" * 9000 + "1",
    "{1: " * 900 + "}" * 900,
    "a" * 20_000,
    "\x00" * 60,
    "{[]: 1}",
    "1 if 2 else 3",
    "'''",
    "\\",
    "",
]


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("text", HEADERS, ids=lambda text: text[:60])
def test_a_header_that_is_none_is_one_line(tmp_path: Path, text: str, version: int) -> None:
    assert_one_line(tmp_path, with_header(text, version))


def assert_one_line(tmp_path: Path, content: bytes) -> None:
    """Any file is read, or refused with a ``RequestError`` of one line."""
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    try:
        array = load_array(path)
    except RequestError as error:
        text = str(error)
        assert text.startswith(f"{path} "), text
        assert "\n" not in text
        assert len(text) < len(str(path)) + 220, "a line says what is wrong, not all of the file"
    else:
        assert isinstance(array, np.ndarray)


def test_every_cut_is_one_line(tmp_path: Path) -> None:
    whole = npy()
    for length in range(len(whole)):
        path = tmp_path / "x.npy"
        path.write_bytes(whole[:length])
        with pytest.raises(RequestError, match=r"x\.npy is not an \.npy file"):
            load_array(path)


def test_every_byte_of_the_header_changed(tmp_path: Path, seed: int) -> None:
    whole, rng = npy(), random.Random(seed)
    for place in range(len(whole) - ARRAY.nbytes):
        values = {0, 0x20, 0x28, 0x2C, 0x39, 0x7F, 0xFF, *(rng.randrange(256) for _ in range(4))}
        for value in values:
            assert_one_line(tmp_path, whole[:place] + bytes([value]) + whole[place + 1 :])


def test_nothing_but_the_line_is_said_of_an_old_header(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (20L, 5L), }"))
    assert np.array_equal(load_array(path), ARRAY)
    assert not recwarn.list


def test_a_pipe_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(npy(),))
    writer.start()
    assert np.array_equal(load_array(path), ARRAY)
    writer.join()


@pytest.mark.parametrize("array", [ARRAY, np.float32(3), np.empty((0, 3), "f2"), ARRAY.T])
def test_an_array_is_saved_as_numpy_does(tmp_path: Path, array: np.ndarray) -> None:
    with Output(tmp_path / "g.npy") as output:
        output.save(array)
        output.commit()
    again = np.load(tmp_path / "g.npy")
    assert (again.dtype, again.shape) == (np.asarray(array).dtype, np.shape(array))
    assert np.array_equal(again, array)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_the_mode_of_a_replaced_file_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "g"
    path.write_text("old")
    path.chmod(mode)
    write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_text() == "new"


@pytest.mark.parametrize("mask", [0o077, 0o027, 0o002])
def test_a_new_file_has_the_mode_of_any_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mask: int
) -> None:
    """The umask is not touched for it: all threads share it, and two that change and restore it at
    once may leave 0.
    """
    change, before = os.umask, os.umask(mask)  # noqa: TID251 (no other thread runs)
    monkeypatch.setattr(os, "umask", None)
    try:
        write(tmp_path / "g", "new")
    finally:
        change(before)
    assert stat.S_IMODE((tmp_path / "g").stat().st_mode) == 0o666 & ~mask


def write(path: Path, text: str) -> None:
    with Output(path) as output:
        output.temporary.write_text(text)
        output.commit()


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("folder/file")
    (tmp_path / "folder").mkdir()
    for text in ("first", "second"):
        write(tmp_path / "one", text)
        assert (tmp_path / "one").is_symlink()
        assert (tmp_path / "folder" / "file").read_text() == text
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(RequestError, match=r"round cannot be written: Too many levels"):
        Output(tmp_path / "round")


def test_long_names(tmp_path: Path) -> None:
    for length in (254, 255):
        write(tmp_path / ("n" * length), "text")
    with pytest.raises(RequestError, match="cannot be written: File name too long"):
        Output(tmp_path / ("n" * 256))
    assert len(list(tmp_path.iterdir())) == 2


def test_an_output_to_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()))
    reader.start()
    with Output(path) as output:
        output.save(ARRAY)
        output.commit()
    reader.join()
    assert read == [npy()]
    assert [item.name for item in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_names_the_file(tmp_path: Path, number: int) -> None:
    path = tmp_path / "g.npy"
    with (
        pytest.raises(RequestError, match=rf"g\.npy cannot be written: {os.strerror(number)}"),
        Output(path),
    ):
        raise OSError(number, os.strerror(number))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_by_the_system_itself() -> None:
    """On the device that is always full."""
    with Output(Path("/dev/full")) as output:
        output.save(np.zeros(100_000, "f4"))
        with pytest.raises(RequestError, match="/dev/full cannot be written: No space left"):
            output.commit()


def test_the_size_of_a_file_may_be_limited(tmp_path: Path) -> None:
    """A real write that fails in the middle."""
    program = (
        "import resource, signal, sys; from pathlib import Path; import numpy as np\n"
        "from scegrad.files import Output\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "with Output(Path(sys.argv[1])) as output: output.save(np.zeros(200_000, 'f4'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "g.npy")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"RequestError: {tmp_path}/g.npy cannot be written: File too large" in done.stderr
    assert not list(tmp_path.iterdir())


def test_files_of_a_directory_appear_together(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    with OutputDirectory(tmp_path) as directory:
        with suppress(KeyError), directory.whole() as work:
            (work / "one").write_text("new")
            raise KeyError
        assert (tmp_path / "one").read_text() == "old"
        with directory.whole() as work:
            (work / "one").write_text("new")
            (work / "two").write_text("new")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"one": "new", "two": "new"}


def test_a_file_of_a_directory_is_named_by_its_place(tmp_path: Path) -> None:
    """The message does not name the hidden folder in which the file is written."""
    with (
        pytest.raises(RequestError, match=f"^{tmp_path}/one cannot be written: No space left"),
        OutputDirectory(tmp_path) as directory,
        directory.whole() as work,
        Output(work / "one"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert not list(tmp_path.iterdir())


def test_outputs_and_inputs_are_kept_apart(tmp_path: Path) -> None:
    one, two, link = tmp_path / "one", tmp_path / "two", tmp_path / "link"
    one.write_text("")
    link.symlink_to(one)
    os.link(one, tmp_path / "hard")
    check_apart([("the gradient", two)], [("the logits", one)])
    check_apart([("the gradient", Path(os.devnull)), ("the waves", Path(os.devnull))], [])
    for path in (one, link, tmp_path / "hard", tmp_path / ".." / tmp_path.name / "one"):
        with pytest.raises(RequestError, match="cannot be both the logits and the gradient"):
            check_apart([("the gradient", path)], [("the logits", one)])
    again = tmp_path / "x" / ".." / "two"
    with pytest.raises(RequestError, match="cannot be both the gradient and the waves: choose"):
        check_apart([("the gradient", two), ("the waves", again)], [])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RequestError, match="cannot be both the gradient and the waves: choose"):
        check_apart([("the gradient", tmp_path / "pipe"), ("the waves", tmp_path / "pipe")], [])


def test_text_leaves_the_standard_output_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "out").open("w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert text_stream(None, tmp_path / "other") is out
        assert text_stream(None, tmp_path / "out") is sys.stderr


def test_what_icarus_keeps_beside_its_waves_goes_with_them(tmp_path: Path) -> None:
    with Output(tmp_path / "w.fst") as output:
        output.temporary.with_name(f"{output.temporary.name}.hier").write_text("")
    assert not list(tmp_path.iterdir())
