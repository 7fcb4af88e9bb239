"""Platforms: an impossible one is refused in one line that names the cure, from Python and from a
file.
"""

import random
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from scegrad.cli import _status
from scegrad.errors import RequestError
from scegrad.platforms import (
    CHOICES,
    DDR,
    FT78NE,
    MAX_BUFFER_BEATS,
    PLATFORMS,
    SMC,
    Platform,
    Region,
    platform_of,
    read_platform,
)
from scegrad.platforms.file import MAX_BYTES

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "platforms").glob("*.toml"))

MINE = 'name = "mine"\ncores = 2\nformats = ["fp32"]\n'
PRIVATE = '[[private]]\nname = "L2"\nbase = 0x1080_0000\nsize = 0x0008_0000\nstride = 0x0100_0000\n'
SHARED = '[[shared]]\nname = "DDR"\nbase = 0x0010_0000\nsize = 0x1FF0_0000\n'


def write(directory: Path, text: str | bytes) -> Path:
    """A file with this text."""
    path = directory / "mine.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(path: Path) -> str:
    """The reason why a file is refused, without the file's name."""
    with pytest.raises(RequestError) as caught:
        read_platform(path)
    message = str(caught.value)
    assert message.startswith(str(path)) and message.isprintable(), message
    return message.removeprefix(f"{path} ")


def test_a_name_a_file_and_a_platform(tmp_path: Path) -> None:
    path = write(tmp_path, MINE)
    assert platform_of("ft78ne") is platform_of(FT78NE) is FT78NE
    assert platform_of(path) == platform_of(str(path)) == Platform("mine", 2, ("fp32",))
    for wrong in ("ft78", "ft78ne.tom", "", Path("ft78ne")):
        with pytest.raises(RequestError, match=r"but must be ft78ne or .* or FILE\.toml$"):
            platform_of(wrong)
    for other in (None, 5, 1.5, b"ft78ne", ["ft78ne"]):
        with pytest.raises(RequestError, match=r"must be ft78ne or .* or FILE\.toml$"):
            platform_of(other)  # type: ignore[arg-type]  # the wrong type is what is tested
    with pytest.raises(RequestError, match="platforms/nowhere cannot be read: No such file"):
        platform_of("platforms/nowhere")  # a slash makes it a file


def test_every_field_is_a_key(tmp_path: Path) -> None:
    names = {item.name for item in fields(Platform) if item.init}
    for path in EXAMPLES:
        assert names >= {*tomllib.loads(path.read_text())}
    text = MINE + "".join(
        f"{item.name} = {item.default}\n"
        for item in fields(Platform)
        if item.init and isinstance(item.default, int)
    )
    text += "".join(
        f'[[shared]]\nname = "{region.name}"\nbase = {region.base:#x}\nsize = {region.size}\n'
        for region in (DDR, SMC)
    )
    text += PRIVATE
    assert read_platform(write(tmp_path, text)) == Platform("mine", 2, ("fp32",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MINE + "core = 1\n", "core is not a key: did you mean cores?"),
        (MINE + "zyx = 1\n", "zyx is not a key: the keys are name, cores, formats, "),
        (MINE + "address_bits = 40\n", "address_bits is not a key: "),
        ('name = "mine"\ncores = 2\n', "formats is missing"),
        ("", "name is missing"),
        (
            MINE.replace("cores = 2", 'cores = "2"'),
            "cores is '2', but must be an integer: 2 without quotes",
        ),
        (MINE.replace("cores = 2", "cores = true"), "cores is True, but must be an integer"),
        (MINE.replace("cores = 2", "cores = 2.0"), "cores is 2.0, but must be an integer"),
        (MINE.replace("cores = 2", "cores = 0"), "cores is 0, but must be 1 to 16"),
        (MINE.replace('"mine"', "5"), "name is 5, but must be a string in quotes"),
        (MINE.replace('["fp32"]', '"fp32"'), 'must be an array: ["fp32"]'),
        (MINE.replace('"fp32"', "32"), "formats[0] is 32, but must be a string in quotes"),
        (MINE.replace("fp32", "fp8"), "formats is ('fp8',), but must name one or more of fp32, "),
        (MINE.replace('"fp32"', '"fp32", "fp32"'), "must name each format once"),
        (MINE + "shared = []\n", "shared has the memories [], but must have 1 to 16"),
        (MINE + "shared = [1]\n", "shared[0] is 1, but must be a table"),
        (MINE + SHARED * 2, "shared has the memories ['DDR', 'DDR'], but must have"),
        (MINE + SHARED + "end = 5\n", "shared[0].end is not a key: the keys are name, base, size"),
        (MINE + SHARED.replace("size", "#"), "shared[0].size is missing"),
        (MINE + SHARED + "stride = 5\n", "shared[0].stride is not a key: the keys are name, base"),
        (MINE + SHARED.replace("[[", "[").replace("]]", "]"), "each begins with [[shared]]"),
        (MINE + SHARED.replace("0x0010_0000", "-4096"), "4 KiB pages from 0 to 0x100000000"),
        (MINE + SHARED.replace("0x0010_0000", "256"), "4 KiB pages from 0 to 0x100000000"),
        (MINE + PRIVATE.replace("0x1080_0000", "-4096"), "4 KiB pages"),
        (MINE + SHARED.replace('"DDR"', '"L2 of core 0"'), "but must be a word such as DDR"),
        (
            MINE + SHARED,
            "DDR and L2 of core 0 overlap at 0x10800000: make DDR at most 0x10700000 bytes,"
            " or move the private memory, or leave it out (private = [])",
        ),
        (
            MINE + PRIVATE.replace("0x1080", "0x0010") + SHARED,
            "overlap at 0x100000: move DDR to 0x180000 or above, or move the private"
            " memory, or leave it out (private = [])",
        ),
        (
            MINE + SHARED + SHARED.replace("DDR", "RAM").replace("0x0010", "0x0100"),
            "DDR and RAM overlap at 0x1000000: move RAM to 0x20000000 or above, or make DDR at"
            " most 0xf00000 bytes",
        ),
        (MINE + PRIVATE.replace("0x0008_0000", "-4096"), "but must be whole 4 KiB pages"),
        (MINE + PRIVATE.replace("0x0100", "0x0180"), "stride of L2 is 0x1800000, but must be"),
        (MINE + PRIVATE * 2, "private has the memories ['L2', 'L2'], but must have 0 to 16"),
        (
            MINE + PRIVATE.replace("0x0008_0000", "0x0200_0000"),
            "and no less than its size, 0x20000",
        ),
        (MINE + "shared_data_bits = 96\n", "is 96, but must be a power of two from 64 to 1024"),
        (MINE + "shared_data_bits = 32\n", "is 32, but must be a power of two from 64 to 1024"),
        (MINE + "shared_data_bits = 2048\n", "is 2048, but must be a power of two from 64 to 1024"),
        (MINE + "burst_beats = 12\n", "burst_beats is 12, but must be a power of two"),
        (
            MINE + "write_buffer_beats = 96\n",
            "write_buffer_beats is 96, but must be a power of two",
        ),
        (MINE + "read_buffer_beats = 200\n", "is 200, but must be a multiple of burst_beats, 16"),
        (MINE + "read_buffer_beats = 16\n", "read_buffer_beats is 16, but must be 32 (two bursts)"),
        (MINE + "write_buffer_beats = 16\n", "write_buffer_beats is 16, but must be 32 (two burst"),
        (MINE + "read_buffer_beats = 1048576\n", f"(two bursts) to {MAX_BUFFER_BEATS}"),
        (MINE.replace("mine", "ft78ne"), "the name ft78ne is that of a built-in platform"),
        (MINE.replace("mine", "my-fpga"), "platform name is 'my-fpga', but must be letters"),
        (MINE.replace("mine", "é"), "but must be letters, digits and underscores after a letter"),
        (MINE.replace("mine", "_a"), "but must be letters, digits and underscores after a letter"),
        (MINE.replace("mine", "7a"), "but must be letters, digits and underscores after a letter"),
        (MINE.replace("mine", "a" * 41), "40 at most"),
        (MINE + '"a\\nb" = 1\n', "a\\nb is not a key: "),
        (MINE + f"{'k' * 9000} = 1\n", "kkk ..."),
        (MINE + "cores = 3\n", "Cannot overwrite a value (at line 4"),
        (MINE + "formats", "at end of document"),
        (b"\xff\xfe", "is not a platform: it is not text in UTF-8"),
        (MINE + "x = " + "[" * 9000, "is not a platform: "),
        (MINE + "burst_beats = " + "9" * 5000, "is not a platform: "),
        (MINE + "burst_beats = 2\n", "burst_beats is 2, but must be 4 to 64: a burst has at most"),
        (
            MINE + "burst_beats = 512\nshared_data_bits = 64\n",
            "is 512, but must be 4 to 256: a burst has at most 256 beats and stays inside 4 KiB",
        ),
        (MINE + "#" * MAX_BYTES, f"it has more than {MAX_BYTES} bytes"),
    ],
)
def test_faults_name_their_cure(tmp_path: Path, text: str | bytes, message: str) -> None:
    assert message in refusal(write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.toml") == "cannot be read: No such file or directory"
    assert refusal(tmp_path) == "cannot be read: Is a directory"
    assert "more than" in refusal(Path("/dev/zero"))
    for name, shown in (("a\0.toml", r"a\x00.toml"), ("a\nb.toml", r"a\nb.toml")):
        with pytest.raises(RequestError) as caught:
            platform_of(name)
        assert str(caught.value).startswith(f"{shown} cannot be read: ")


def test_no_private_memory() -> None:
    alone = replace(FT78NE, name="alone", private=())
    assert alone.l2_ports == 0 and alone.l2 == () and alone.regions == alone.shared
    assert replace(alone, shared=(Region("ALL", 0, 1 << 32),)).regions[0].end == 1 << 32


def damaged(rng: random.Random, text: str) -> str:
    """A file with some characters, words or lines taken away, doubled or replaced."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice((0, 1, 1, 5, 30)))
        new = rng.choice(
            ("", "\n", '"', "[", "]", "-", "9" * 12, "=", "0x", "true", "{}", "\x00", "é", ".5")
        )
        text = text[:at] + new + text[end:]
    return text


def test_any_file_is_a_platform_or_refused(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    accepted = 0
    texts = [path.read_text() for path in EXAMPLES]
    for _ in range(3000):
        path = write(tmp_path, damaged(rng, rng.choice(texts)))
        try:
            found = read_platform(path)
        except RequestError as error:
            said = str(error)
        else:
            said = f"{path} "
            accepted += 1
            assert found.regions and found.name.isidentifier() and found.name not in PLATFORMS
        assert said.startswith(f"{path} ") and said.isprintable()
    assert 30 < accepted < 2000


@pytest.mark.parametrize(
    "command",
    [
        ["run", "x.npy", "y.npy", "-o", "g.npy"],
        ["verilog", "-o", "out"],
        ["lib", "-o", "out"],
        ["fpga"],
        ["fpga", "--verilog", "out"],
        ["bench", "-o", "out"],
        ["sweep", "fp16-pairs", "-o", "out"],
        ["sweep", "fp32-logits", "--label", "0", "-o", "out"],
        ["sweep", "fp32-halves", "-o", "out"],
        ["sweep", "fp32-stage", "-o", "out"],
        ["sweep", "fp32-random", "-o", "out"],
    ],
    ids=" ".join,
)
def test_every_command_takes_a_file(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    import numpy as np

    monkeypatch.chdir(tmp_path)
    for name in ("x", "y"):
        np.save(tmp_path / f"{name}.npy", np.zeros(4, np.float32))
    write(tmp_path, MINE + SHARED)
    before = sorted(tmp_path.iterdir())
    assert _status([*command, "--platform", "mine.toml"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("scegrad: mine.toml is not a platform: DDR and L2 of core 0 overlap")
    assert said.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_help_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert CHOICES[-1] == "FILE.toml"
    assert _status(["verilog", "--help"]) == 0
    assert "FILE.toml" in capsys.readouterr().out
