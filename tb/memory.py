"""A strict AXI4 memory for cocotb benches: DDR and SMC behind the shared port, or the L2 of a core.

It answers the bursts that stay inside the windows that the bench has declared in its ``Storage``.
It refuses all others with DECERR and reports them, as it reports every breach of the AXI4 rules. It
acts only on the rising edge of the clock.
"""

import random
from collections import deque
from collections.abc import Sequence

from cocotb.handle import SimHandleBase
from cocotb.triggers import RisingEdge

from scegrad.axi import BURST_INCR, PAGE_BYTES, Resp
from scegrad.sim.dram import Dram, DramModel
from scegrad.tb.channels import HIGH, Inbound, Outbound
from scegrad.tb.storage import Storage
from scegrad.tb.traffic import Behaviour, Burst, Event, Log

ADDRESS_FIELDS = ("id", "addr", "len", "size", "burst", "lock", "cache", "prot")
MAX_FAILURES = 20
MAX_EARLY_DATA = 16


class AxiMemory:
    """The subordinate on the ports ``<prefix>_*`` of the design.

    ``storage``    bytes, windows and faults; several memories may share one
    ``max_beats``  the longest burst that the manager promises
    ``rng``        decides every stall, latency and interleaving
    """

    def __init__(
        self,
        dut: SimHandleBase,
        prefix: str,
        storage: Storage,
        rng: random.Random,
        *,
        max_beats: int = 256,
    ) -> None:
        self.prefix = prefix
        self.storage = storage
        self.behaviour = Behaviour()
        self.log = Log()
        self.cycle = 0
        self._rng = rng
        self._max_beats = max_beats
        self._word = len(getattr(dut, f"{prefix}_wdata")) // 8
        self._ar = Inbound(dut, f"{prefix}_ar", ADDRESS_FIELDS, self.report)
        self._aw = Inbound(dut, f"{prefix}_aw", ADDRESS_FIELDS, self.report)
        self._w = Inbound(dut, f"{prefix}_w", ("data", "strb", "last"), self.report)
        self._dram: DramModel | None = None
        self._r = Outbound(dut, f"{prefix}_r", ("id", "data", "resp", "last"))
        self._b = Outbound(dut, f"{prefix}_b", ("id", "resp"))
        self._forget()

    def use(self, dram: Dram) -> None:
        """Answer when a DRAM would, instead of by the behaviour's latency and order; its pauses
        stay.
        """
        self._dram = DramModel(dram, self._word)

    def report(self, what: str) -> None:
        """Note a breach of the rules."""
        if len(self.log.failures) < MAX_FAILURES:
            self.log.failures.append(f"cycle {self.cycle}: {self.prefix}: {what}")

    @property
    def idle(self) -> bool:
        """Whether no burst is on its way."""
        return (
            not (self._reads or self._addresses or self._data or self._answers)
            and self._b.idle
            and self._r.idle
        )

    def _forget(self) -> None:
        self._reads: list[Burst] = []  # in the order of acceptance
        self._addresses: deque[Burst] = deque()  # write bursts that lack data
        self._data: deque[tuple[str, ...]] = deque()  # data that lack an address
        self._answers: deque[Burst] = deque()  # write bursts that are to be answered
        self._reading: Burst | None = None
        if self._dram:
            self._dram.clear()

    def reset(self, first: bool) -> None:
        """A cycle in which reset is high; ``first`` is the one in which the design has not yet seen
        it.
        """
        self.cycle += 1
        for channel in (self._ar, self._aw, self._w):
            channel.clear()
            if not first:
                channel.check_silent()
        self._r.clear()
        self._b.clear()
        self._forget()

    def step(self) -> None:
        """A rising edge of the clock outside reset."""
        self.cycle += 1
        if address := self._ar.sample():
            self._accept_read(address)
        if address := self._aw.sample():
            self._accept_write(address)
        if data := self._w.sample():
            self._data.append(data)
        self.log.stalled_ar += self._ar.waiting
        self.log.stalled_write += self._aw.waiting or self._w.waiting
        while self._data and self._addresses:
            self._take_data(self._addresses[0], self._data.popleft())
        if self._r.sample():
            self._read_taken()
        if self._b.sample():
            self._answer_taken()
        if self._dram:
            self._dram.tick(self.cycle)
        self._drive()

    def _drive(self) -> None:
        how, draw = self.behaviour, self._rng.random
        room = len(self._addresses) + len(self._answers) < how.outstanding and (
            not self._dram or self._dram.room_writes
        )
        reads = len(self._reads) < how.outstanding and (not self._dram or self._dram.room_reads)
        takes_address = how.write_order != "data" or self._w.waiting or bool(self._data)
        takes_data = len(self._data) < MAX_EARLY_DATA and (
            how.write_order != "address" or bool(self._addresses)
        )
        self._ar.drive(reads and (self._ar.waiting or not how.patient) and draw() >= how.ar)
        self._aw.drive(
            room and takes_address and (self._aw.waiting or not how.patient) and draw() >= how.aw
        )
        self._w.drive(takes_data and (self._w.waiting or not how.patient) and draw() >= how.w)
        if self._r.idle:
            self._offer_read(draw() >= how.r)
        if self._b.idle:
            self._offer_answer(draw() >= how.b)

    def _begin(self, burst: Burst, *, write: bool) -> None:
        """All of a burst's inputs have been accepted: decide when it may be answered."""
        low, high = self.behaviour.latency
        if self._dram:
            burst.token = self._dram.accept(
                burst.ident, burst.address, burst.beats, write=write, cycle=self.cycle
            )
        else:
            burst.ready_at = self.cycle + (low if low == high else self._rng.randint(low, high))

    def _ready(self, burst: Burst, beat: int) -> bool:
        if self._dram:
            return self._dram.ready(burst.token, self.cycle) > beat
        return burst.ready_at <= self.cycle

    def _end(self, burst: Burst) -> None:
        if self._dram:
            self._dram.retire(burst.token)

    def _burst(self, channel: str, payload: Sequence[str]) -> Burst | None:
        """The burst that an address channel asked for, checked against the rules of AXI4 and of
        this design.
        """
        text = dict(zip(ADDRESS_FIELDS, payload, strict=True))
        if any(not set(bits) <= {"0", "1"} for bits in payload):
            self.report(f"{channel}: X in {text}")
            return None
        value = {name: int(bits, 2) for name, bits in text.items()}
        address, beats = value["addr"], value["len"] + 1
        rules = {
            f"size is {value['size']}, not the width of the port": 1 << value["size"] == self._word,
            f"burst is {value['burst']}, not INCR": value["burst"] == BURST_INCR,
            f"{beats} beats are more than {self._max_beats}": beats <= self._max_beats,
            f"address {address:#x} is not that of a bus word": address % self._word == 0,
            f"{beats} beats from {address:#x} on cross 4 KiB": address % PAGE_BYTES
            + beats * self._word
            <= PAGE_BYTES,
            f"lock is {value['lock']}": value["lock"] == 0,
        }
        for what, kept in rules.items():
            if not kept:
                self.report(f"{channel}: {what}")
        return Burst(value["id"], address, beats)

    def _accept_read(self, payload: Sequence[str]) -> None:
        burst = self._burst("ar", payload)
        if burst is None:
            return
        window = self.storage.readable(
            burst.address, burst.beats * self._word, self._word, burst.ident
        )
        if window is None:
            self.report(
                f"ar: {burst.beats} beats from {burst.address:#x} on, ID {burst.ident}, read what"
                " nobody declared readable"
            )
            burst.permitted = False
        else:
            window.read_words.update(
                range(burst.address, burst.address + burst.beats * self._word, self._word)
            )
        self._begin(burst, write=False)
        self._reads.append(burst)
        self.log.event(Event(self.cycle, "ar", burst.ident, burst.address, waited=self._ar.waited))

    def _offer_read(self, willing: bool) -> None:
        """The next beat: of the burst under way or, interleaved, of the oldest of any ID."""
        burst = self._next_read() if willing and self._reads else None
        self._reading = burst
        if burst is None:
            self._r.drive(None)
            return
        address = burst.address + burst.index * self._word
        response = (
            self.storage.fault(address, self._word, write=False) if burst.permitted else Resp.DECERR
        )
        burst.response = response
        content = (
            self._rng.randbytes(self._word) if response else self.storage.dump(address, self._word)
        )
        self._r.drive(
            (
                burst.ident,
                int.from_bytes(content, "little"),
                response,
                int(burst.index + 1 == burst.beats),
            )
        )

    def _next_read(self) -> Burst | None:
        """The burst whose next beat is to be offered, if one is ready."""
        first, mixed = self._reads[0], self._dram or self.behaviour.interleave
        if not mixed and first.index and self._ready(first, first.index):
            return first  # the usual case, which the rest of this function would find too
        oldest: dict[int, Burst] = {}
        for item in self._reads:
            oldest.setdefault(item.ident, item)
        ready = [item for item in oldest.values() if self._ready(item, item.index)]
        if self._dram:
            return next(iter(ready), None)
        if self.behaviour.interleave and ready:
            return self._rng.choice(ready)
        begun = [item for item in ready if item.index]
        return next(iter(begun or ready), None)

    def _read_taken(self) -> None:
        burst = self._reading
        assert burst is not None
        self.log.read_beats += 1
        self.log.event(
            Event(
                self.cycle,
                "r",
                burst.ident,
                burst.address + burst.index * self._word,
                burst.response,
            )
        )
        burst.index += 1
        if burst.index == burst.beats:
            self._reads.remove(burst)
            self._end(burst)

    def _accept_write(self, payload: Sequence[str]) -> None:
        burst = self._burst("aw", payload)
        if burst is not None:
            self._addresses.append(burst)
            self.log.event(
                Event(self.cycle, "aw", burst.ident, burst.address, waited=self._aw.waited)
            )

    def _take_data(self, burst: Burst, payload: Sequence[str]) -> None:
        data, strobes, last = payload
        address = burst.address + burst.index * self._word
        burst.index += 1
        self.log.write_beats += 1
        if last != str(int(burst.index == burst.beats)):
            self.report(
                f"wlast is {last} in beat {burst.index} of {burst.beats} at {burst.address:#x}"
            )
        if set(strobes) <= {"0", "1"}:
            burst.response = burst.response or self._store(address, data, strobes)
        else:
            self.report(f"wstrb is {strobes}")
        self.log.event(Event(self.cycle, "w", burst.ident, address))
        if burst.index == burst.beats:
            self._addresses.popleft()
            self._begin(burst, write=True)
            self._answers.append(burst)

    def _store(self, address: int, data: str, strobes: str) -> Resp:
        """Write the bytes that the strobes select; ``data`` and ``strobes`` have the highest lane
        first.
        """
        lanes = strobes[::-1]
        response = self.storage.fault(address, self._word, write=True)
        start = lanes.find("1")
        while start >= 0:
            stop = lanes.find("0", start) if "0" in lanes[start:] else self._word
            bits = data[len(data) - 8 * stop : len(data) - 8 * start]
            if not set(bits) <= {"0", "1"}:
                self.report(f"wdata has X in a strobed byte at {address:#x}")
            elif response is Resp.OKAY:
                problem = self.storage.write(
                    address + start, int(bits, 2).to_bytes(stop - start, "little")
                )
                if problem:
                    self.report(f"w: {problem}")
                    response = Resp.DECERR
            start = lanes.find("1", stop)
        return response

    def _offer_answer(self, willing: bool) -> None:
        burst = (
            self._answers[0]
            if willing and self._answers and self._ready(self._answers[0], 0)
            else None
        )
        self._b.drive(None if burst is None else (burst.ident, burst.response))

    def _answer_taken(self) -> None:
        burst = self._answers.popleft()
        self._end(burst)
        self.log.event(Event(self.cycle, "b", burst.ident, burst.address, burst.response))


async def run_memories(dut: SimHandleBase, memories: Sequence[AxiMemory]) -> None:
    """Serve all ``memories`` without end, in one coroutine: start it with the clock."""
    in_reset, rst, edge = False, dut.rst, RisingEdge(dut.clk)
    while True:
        await edge
        if rst.value is HIGH:
            for memory in memories:
                memory.reset(first=not in_reset)
            in_reset = True
        else:
            in_reset = False
            for memory in memories:
                memory.step()
