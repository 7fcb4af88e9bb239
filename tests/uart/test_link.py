"""The host's end of the line, on a pseudo-terminal with the reference board behind it: the right
words, or one clear error.
"""

import os
import random
import re
import termios
import threading
import tty
from collections.abc import Callable, Iterator

import pytest

from scegrad.board.protocol import (
    MAX_WORDS,
    HostRequest,
    Op,
    Slip,
    reply_of,
    slip,
    unslip,
    with_crc,
)
from scegrad.errors import LinkError, RequestError, SessionLostError
from scegrad.uart import link as uart_link
from scegrad.uart.link import Link
from tests.board.reference import BASE, WORD, WORDS, ReferenceBoard, damaged

Damage = Callable[[bytes], bytes]


class Cable:
    """A pseudo-terminal and a board; ``damage`` damages the bytes between them. ``pull`` unplugs
    the cable.
    """

    def __init__(self, damage: Damage) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave, termios.TCSANOW)
        self.device, self.damage, self._slave = os.ttyname(slave), damage, slave
        self.board = ReferenceBoard()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        os.set_blocking(self._master, False)
        while not self._stop.wait(0.0005):
            try:
                content = os.read(self._master, 4096)
            except BlockingIOError:
                continue
            if answer := self.damage(self.board.feed(self.damage(content))):
                os.write(self._master, answer)

    def pull(self) -> None:
        if not self._stop.is_set():
            self._stop.set()
            self._thread.join()
            os.close(self._master)
            os.close(self._slave)


def whole(content: bytes) -> bytes:
    return content


@pytest.fixture
def cables(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Damage], Cable]]:
    monkeypatch.setenv(uart_link.TIMEOUT_VARIABLE, "0.05")
    made: list[Cable] = []

    def make(damage: Damage) -> Cable:
        made.append(Cable(damage))
        return made[-1]

    yield make
    for cable in made:
        cable.pull()


def test_words(cables: Callable[[Damage], Cable], seed: int) -> None:
    rng, cable = random.Random(seed), cables(whole)
    content = rng.randbytes(WORD * WORDS)
    with Link(cable.device) as link:
        link.write(BASE, content)
        assert link.read(BASE, WORDS) == content
        link.write32(BASE + 8, 0xC0DBDCDD)
        assert link.read32(BASE + 8) == 0xC0DBDCDD
        with pytest.raises(LinkError, match="READ of 1 words at 0x00000000 was answered ADDRESS"):
            link.read32(0)


@pytest.mark.parametrize("often", [0.1, 0.4])
def test_a_damaged_line_never_gives_wrong_words(
    cables: Callable[[Damage], Cable], seed: int, often: float
) -> None:
    rng = random.Random(seed)
    cable = cables(damaged(rng, often))
    kept, repeats, lost = [0] * WORDS, 0, 0
    for _ in range(6):
        try:
            with Link(cable.device) as link:
                for _ in range(20):
                    place, word = rng.randrange(WORDS), rng.getrandbits(32)
                    kept[place] = -1  # until it is known that the word has arrived
                    link.write32(BASE + WORD * place, word)
                    kept[place] = word
                    place = rng.randrange(WORDS)
                    found = link.read32(BASE + WORD * place)
                    assert kept[place] in (-1, found)
                repeats += link.repeats
        except LinkError:
            lost += 1
    assert repeats or lost, "the line was damaged"


def test_an_answer_that_is_lost_repeats_the_request_not_the_write(
    cables: Callable[[Damage], Cable],
) -> None:
    drop = [False]

    def damage(content: bytes) -> bytes:
        if (
            drop[0]
            and content
            and (reply := reply_of(content.strip(bytes([Slip.END]))))
            and reply.header & 0xFF == Op.WRITE
            and not reply.data
        ):
            drop[0] = len(content) > 20  # a request is longer than its answer
            return b"" if not drop[0] else content
        return content

    cable = cables(damage)
    with Link(cable.device) as link:
        drop[0] = True
        link.write(BASE, bytes(WORD * 4))
        assert [access[0] for access in cable.board.accesses] == [True] * 4
        assert link.repeats <= 1


def test_a_board_that_was_reset(cables: Callable[[Damage], Cable]) -> None:
    cable = cables(whole)
    with Link(cable.device) as link:
        link.write32(BASE, 5)
        cable.board = ReferenceBoard()
        with pytest.raises(SessionLostError, match="the board has forgotten this session"):
            link.read32(BASE)
        link.renew()
        assert link.read32(BASE) == 0


def test_an_unplugged_cable(cables: Callable[[Damage], Cable]) -> None:
    cable = cables(whole)
    with Link(cable.device) as link:
        cable.pull()
        with pytest.raises(
            LinkError,
            match=r"^/dev/\S+: the line is gone \(Input/output error\); was the cable unplugged\?$",
        ):
            link.read32(BASE)


def test_nobody_answers(cables: Callable[[Damage], Cable]) -> None:
    with pytest.raises(LinkError, match="no answer from the board after 6 attempts"):
        Link(cables(lambda content: b"").device)


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("", " cannot be opened: No such file or directory"),
        ("/tmp", "/tmp cannot be opened: Is a directory"),
        ("/nowhere", "/nowhere cannot be opened: No such file or directory"),
        (os.devnull, f"{os.devnull} is not a serial line"),
    ],
)
def test_no_device(device: str, message: str) -> None:
    with pytest.raises(RequestError, match=re.escape(message)):
        Link(device)


def test_a_second_program_is_told_who_has_the_line(cables: Callable[[Damage], Cable]) -> None:
    cable = cables(whole)
    with Link(cable.device) as link:
        with pytest.raises(
            RequestError, match=rf"^{cable.device} is in use by process {os.getpid()} \(\S+\)$"
        ):
            Link(cable.device)
        link.write32(BASE, 7)
        assert link.read32(BASE) == 7, "the first one was disturbed"
    with Link(cable.device) as link:
        assert link.read32(BASE) == 7


def test_timeout_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(uart_link.TIMEOUT_VARIABLE, "soon")
    with pytest.raises(
        RequestError, match="SCEGRAD_UART_TIMEOUT is 'soon', but must be a number of seconds"
    ):
        Link(os.devnull)


def test_frames(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(200):
        content = bytes(
            rng.choice((Slip.END, Slip.ESC, rng.getrandbits(8))) for _ in range(rng.randrange(40))
        )
        framed = slip(content)
        assert framed[0] == framed[-1] == Slip.END and Slip.END not in framed[1:-1]
        assert unslip(framed[1:-1]) == content
    assert unslip(bytes([Slip.ESC])) is None
    assert HostRequest(Op.READ, 0x1234, 0x80000000, MAX_WORDS).frame() == slip(
        with_crc(bytes.fromhex("02341280 00000080"))
    )
    assert reply_of(b"") is None and reply_of(bytes(8)) is None
