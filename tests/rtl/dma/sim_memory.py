"""A memory on an AXI4 port for ``amaranth.sim``, which refuses whatever breaks the protocol or was
not declared.

It stays beside the models of ``tb`` and ``sw/sim``: those run in cocotb and in C++, and neither can
be a testbench of Amaranth's simulator, in which the DMA is tested without a build.
"""

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from amaranth.hdl import Value
from amaranth.sim import SimulatorContext

from scegrad.axi import BURST_INCR, PAGE_BYTES, Resp

MANAGED = ("aw", "w", "ar")
"""The channels that the manager drives."""


@dataclass
class Behaviour:
    """How a memory answers.

    ``read_latency``   cycles from the acceptance of AR to the burst's first R beat
    ``write_latency``  cycles from the last of AW and W of a burst to its B
    ``pauses``         probability, for each channel's name, of a cycle in which it pauses
    ``interleave``     R beats of different IDs in random order, else in the order of the requests
    ``aw_with_w``      AW is accepted only while W is offered, and W only after its AW
    ``errors``         responses to accesses of the bus words that hold these addresses
    """

    read_latency: int = 1
    write_latency: int = 1
    pauses: dict[str, float] = field(default_factory=dict)
    interleave: bool = False
    aw_with_w: bool = False
    errors: dict[int, Resp] = field(default_factory=dict)


class Burst(NamedTuple):
    """The payload of AW or AR."""

    id: int
    address: int
    beats: int
    size: int
    kind: int


class Beat(NamedTuple):
    """An answer and the cycle from which on it may be given: a beat of a read, or the response to a
    burst of writes.
    """

    due: int
    id: int
    address: int
    resp: Resp
    last: bool


class BurstRequest(NamedTuple):
    """A burst that the manager asked for, in the cycle in which it first did."""

    cycle: int
    channel: str
    burst: Burst


class SimMemory:
    """The subordinate of ``axi``, with ``contents`` from address ``base`` on; add ``run`` to a
    simulator as a process.

    ``readable`` and ``writable`` are the ranges of bytes that may be accessed: reads of bus words
    that hold such a byte, writes of such bytes only. ``read_room`` is how many beats of each ID may
    be on their way.

    ``log`` holds (cycle, channel) of every handshake, ``requests`` every burst, ``failed`` (cycle,
    channel, address, response) of every answer with an error.
    """

    def __init__(self, axi: Any, *, base: int, contents: bytes, read_room: int, seed: int):
        self.channels = {name: getattr(axi, name) for name in ("aw", "w", "b", "ar", "r")}
        self.base = base
        self.contents = bytearray(contents)
        self.bus_bytes = axi.signature.data_bits // 8
        self.address_bits = axi.signature.address_bits
        self.id_bits = axi.signature.id_bits
        self.read_room = read_room
        self.random = Random(seed)
        self.behaviour = Behaviour()
        self.readable: list[range] = []
        self.writable: list[range] = []
        self.cycle = 0
        self.forget()
        self.reset()

    def forget(self) -> None:
        """Empty the records."""
        self.log: list[tuple[int, str]] = []
        self.requests: list[BurstRequest] = []
        self.failed: list[tuple[int, str, int, Resp]] = []

    def reset(self) -> None:
        """Drop everything that is in flight, as a reset of the interconnect would."""
        self._reads: dict[int, deque[Beat]] = {0: deque(), 1: deque()}
        self._read_order: deque[int] = deque()
        self._bursts: deque[Burst] = deque()
        self._write_beats: deque[tuple[int, int, int]] = deque()
        self._responses: deque[Beat] = deque()
        self._announced = 0  # W beats that AW has announced, less those that came
        self._ready = dict.fromkeys(MANAGED, False)
        self._held: dict[str, int | None] = dict.fromkeys(MANAGED)
        self._in_burst = False

    @property
    def quiet(self) -> bool:
        """Whether nothing is in flight or offered."""
        in_flight = (*self._reads.values(), self._bursts, self._write_beats, self._responses)
        return not any(in_flight) and not any(
            payload is not None for payload in self._held.values()
        )

    def cycles(self, channel: str) -> list[int]:
        """The cycles in which a channel handed something over."""
        return [cycle for cycle, name in self.log if name == channel]

    async def run(self, ctx: SimulatorContext) -> None:
        """The process: take what was offered before each clock edge, and drive what follows it."""
        signals = [
            signal
            for name in MANAGED
            for signal in (self.channels[name].valid, Value.cast(self.channels[name].payload))
        ]
        signals += [self.channels["r"].ready, self.channels["b"].ready]
        async for _, rst, *sampled in ctx.tick().sample(*signals):
            self.cycle += 1
            if rst:
                self.reset()
            else:
                assert all(sampled[-2:]), "RREADY and BREADY must be high"
                self._take(
                    {name: (sampled[2 * i], sampled[2 * i + 1]) for i, name in enumerate(MANAGED)}
                )
            self._drive(ctx, w_valid=bool(sampled[2]))

    def _take(self, offers: dict[str, tuple[int, int]]) -> None:
        """Check and take what the manager offered in this cycle."""
        for name, (valid, payload) in offers.items():
            before = self._held[name]
            assert before is None or (valid and payload == before), (
                f"{name} was not held until it was accepted"
            )
            accepted = valid and self._ready[name]
            self._held[name] = payload if valid and not accepted else None
            if name != "w" and valid and before is None:
                self._check(name, self._burst(payload))
            if accepted:
                self.log.append((self.cycle, name))
                {"aw": self._take_aw, "w": self._take_w, "ar": self._take_ar}[name](payload)
        assert offers["w"][0] or not self._in_burst, "W pauses inside a burst"

    def _burst(self, payload: int) -> Burst:
        id_, payload = payload & (1 << self.id_bits) - 1, payload >> self.id_bits
        address, payload = payload & (1 << self.address_bits) - 1, payload >> self.address_bits
        return Burst(id_, address, (payload & 0xFF) + 1, payload >> 8 & 7, payload >> 11)

    def _words(self, burst: Burst) -> range:
        return range(burst.address, burst.address + burst.beats * self.bus_bytes, self.bus_bytes)

    def _check(self, channel: str, burst: Burst) -> None:
        """Check a request in the first cycle in which it is offered."""
        self.requests.append(BurstRequest(self.cycle, channel, burst))
        words = self._words(burst)
        assert (1 << burst.size, burst.kind, burst.address % self.bus_bytes) == (
            self.bus_bytes,
            BURST_INCR,
            0,
        )
        assert burst.address // PAGE_BYTES == words[-1] // PAGE_BYTES, (
            f"{channel} burst at {burst.address:#x} crosses 4 KiB"
        )
        if channel == "aw":
            self._announced += burst.beats
            assert burst.id == 0
        for word in words if channel == "ar" else ():
            allowed = any(
                max(word, r.start) < min(word + self.bus_bytes, r.stop) for r in self.readable
            )
            assert allowed, f"read of {word:#x}"

    def _take_ar(self, payload: int) -> None:
        burst = self._burst(payload)
        for word in self._words(burst):
            due, last = self.cycle + self.behaviour.read_latency, word == self._words(burst)[-1]
            self._reads[burst.id].append(Beat(due, burst.id, word, self._resp(word), last))
            self._read_order.append(burst.id)
        assert len(self._reads[burst.id]) <= self.read_room, "reads without reserved space"

    def _take_aw(self, payload: int) -> None:
        self._bursts.append(self._burst(payload))
        self._write()

    def _take_w(self, payload: int) -> None:
        word = payload & (1 << 8 * self.bus_bytes) - 1
        strobes = payload >> 8 * self.bus_bytes & (1 << self.bus_bytes) - 1
        last = payload >> 9 * self.bus_bytes
        lanes = word.to_bytes(self.bus_bytes, "little")
        assert strobes, "W without a byte"
        assert not any(byte for lane, byte in enumerate(lanes) if not strobes >> lane & 1), (
            "WDATA is not 0 where not selected"
        )
        self._announced -= 1
        assert self._announced >= 0, "W before its AW was offered"
        self._in_burst = not last
        self._write_beats.append((word, strobes, last))
        self._write()

    def _write(self) -> None:
        """Write the oldest burst if all of it is here, and schedule its response."""
        if not self._bursts or len(self._write_beats) < self._bursts[0].beats:
            return
        burst = self._bursts.popleft()
        words = self._words(burst)
        for address in words:
            word, strobes, last = self._write_beats.popleft()
            assert last == (address == words[-1]), "WLAST is not on the burst's last beat"
            for lane, byte in enumerate(word.to_bytes(self.bus_bytes, "little")):
                if strobes >> lane & 1:
                    assert any(address + lane in r for r in self.writable), (
                        f"write of {address + lane:#x}"
                    )
                    self.contents[address + lane - self.base] = byte
        due, resp = (
            self.cycle + self.behaviour.write_latency,
            max(self._resp(word) for word in words),
        )
        self._responses.append(Beat(due, burst.id, burst.address, resp, True))

    def _resp(self, word: int) -> Resp:
        errors = self.behaviour.errors
        return max(
            (resp for address, resp in errors.items() if word <= address < word + self.bus_bytes),
            default=Resp.OKAY,
        )

    def _pauses(self, channel: str) -> bool:
        probability = self.behaviour.pauses.get(channel, 0)
        return probability > 0 and self.random.random() < probability

    def _next_read(self) -> Beat | None:
        due = [i for i, beats in self._reads.items() if beats and beats[0].due <= self.cycle + 1]
        if not due or self._pauses("r"):
            return None
        if self.behaviour.interleave:
            self._read_order.remove(chosen := self.random.choice(due))
        elif self._read_order[0] in due:
            chosen = self._read_order.popleft()
        else:
            return None
        return self._reads[chosen].popleft()

    def _next_response(self) -> Beat | None:
        due = self._responses and self._responses[0].due <= self.cycle + 1
        return self._responses.popleft() if due and not self._pauses("b") else None

    def _drive(self, ctx: SimulatorContext, w_valid: bool) -> None:
        """Drive the next cycle."""
        w_wanted = sum(burst.beats for burst in self._bursts) > len(self._write_beats)
        refused = {"aw": not w_valid, "w": not w_wanted} if self.behaviour.aw_with_w else {}
        for name in MANAGED:
            self._ready[name] = not refused.get(name, False) and not self._pauses(name)
            ctx.set(self.channels[name].ready, self._ready[name])
        for name, beat in (("r", self._next_read()), ("b", self._next_response())):
            channel = self.channels[name]
            ctx.set(channel.valid, beat is not None)
            if beat is None:
                continue
            self.log.append((self.cycle + 1, name))
            if beat.resp > Resp.EXOKAY:
                self.failed.append((self.cycle + 1, name, beat.address, beat.resp))
            ctx.set(
                Value.cast(channel.payload),
                self._read_payload(beat) if name == "r" else beat.id | beat.resp << self.id_bits,
            )

    def _read_payload(self, beat: Beat) -> int:
        at = beat.address - self.base
        word = int.from_bytes(self.contents[at : at + self.bus_bytes], "little")
        data_end = self.id_bits + 8 * self.bus_bytes
        return beat.id | word << self.id_bits | beat.resp << data_end | beat.last << data_end + 2
