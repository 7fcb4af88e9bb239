"""The job checker: every reason to refuse a job, found before anything runs."""

from collections.abc import Iterable

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FORMATS
from scegrad.platforms import Platform, PrivateMemory
from scegrad.registers import FORMAT_CODES, STATUS_BITS, Status, check_names

SIZE_BITS = 33
"""Bits of an array's size in bytes before it is known to fit: 2^31 - 1 elements of 4 bytes."""

RequestLayout = data.StructLayout(
    {
        "logits": 32,
        "labels": 32,
        "gradient": 32,
        "length": signed(32),
        "core_mask": 32,
        "private": 1,
        "format": 1,
    }
)
"""A job as software asks for it: addresses in bytes, length in elements, ``format`` a value of
``FORMAT_CODES``.
"""

ARRAYS = ("logits", "labels", "gradient")


class Locate(wiring.Component):
    """Which memories hold an array: ``base <= address`` and ``address + size <= end``, in exact
    arithmetic.

    Latency: 3 cycles, in which the inputs are held. An empty array may start anywhere in a region,
    at its end too.

    Members
    -------
    address, size: the array, in bytes
    shared: one of the regions behind the shared port holds all of it
    private: bit k: a private memory of core k holds all of it (one bit at most, unless an empty
        array lies where two adjoin)
    """

    latency = 3

    def __init__(self, platform: Platform):
        self._platform = platform
        super().__init__(
            {
                "address": In(32),
                "size": In(SIZE_BITS),
                "shared": Out(1),
                "private": Out(platform.cores),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the end's sum, then the comparisons with the shared regions, then those with each
        private memory.
        """
        m = Module()
        past = Signal(SIZE_BITS + 1)  # the first address after the array
        m.d.sync += past.eq(self.address + self.size)

        shared = Signal()
        held = [
            (self.address >= region.base) & (past <= region.end) for region in self._platform.shared
        ]
        m.d.sync += [shared.eq(Cat(held).any()), self.shared.eq(shared)]

        fits = [self._fits(m, memory, past) for memory in self._platform.private]
        for k in range(self._platform.l2_ports):
            m.d.sync += self.private[k].eq(Cat(of_memory[k] for of_memory in fits).any())
        return m

    def _fits(self, m: Module, memory: PrivateMemory, past: Signal) -> list[Value]:
        """Whether core k's memory of this kind holds the array, for each core: one cycle before the
        output.

        Distances from ``base`` are split at the stride, a power of two: the upper bits are then the
        core, the lower the place.
        """
        first = Signal(signed(SIZE_BITS), name=f"first_{memory.name}")
        last = Signal(signed(SIZE_BITS + 2), name=f"last_{memory.name}")
        m.d.sync += [first.eq(self.address - memory.base), last.eq(past - memory.base)]
        bits = memory.stride.bit_length() - 1
        low_fits, low_zero = last[:bits] <= memory.size, last[:bits] == 0
        fits: list[Value] = []
        for k in range(self._platform.cores):
            ends_in = ((last >> bits) == k) & low_fits
            ends_at = ((last >> bits) == k + 1) & low_zero & (memory.size == memory.stride)
            fits.append(((first >> bits) >= k) & (((last >> bits) < k) | ends_in | ends_at))
        return fits


class Overlap(wiring.Component):
    """Whether the output shares bytes with an input that starts elsewhere: ``0 < abs(gradient -
    operand) < size``.

    Latency: 2 cycles, in which the inputs are held.
    """

    latency = 2

    def __init__(self) -> None:
        super().__init__(
            {"gradient": In(32), "operand": In(32), "size": In(SIZE_BITS), "overlap": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        """Build both differences, then the comparison of the one that is not negative."""
        m = Module()
        ahead = Signal(signed(33))
        behind = Signal(signed(33))
        m.d.sync += [
            ahead.eq(self.gradient - self.operand),
            behind.eq(self.operand - self.gradient),
        ]
        distance = Mux(ahead < 0, behind, ahead)[:32]
        m.d.sync += self.overlap.eq(ahead.any() & (distance < self.size))
        return m


class Checker(wiring.Component):
    """Decides whether a job may start, and where.

    The refusals, of which the first that holds is reported: length negative, format missing, core
    mask invalid (shared jobs), an address misaligned, an array outside every memory, arrays in
    memories that do not go together, overlap, unit busy. Their order is that of their codes in
    ``Status``.

    Latency: ``latency`` cycles from ``check`` to ``valid``; one check at a time, with ``request``
    held from ``check`` to ``valid``.

    Parameters
    ----------
    platform: cores, formats and memory map

    Members
    -------
    check: pulse that begins a check of ``request``
    cores_busy, shared_busy: private jobs that run; the shared job runs
    shared_cores: the cores that the last shared job was given
    valid: pulse: ``status`` and ``start`` are those of this check
    status: ACCEPTED or the refusal
    start: pulses with ``valid``: bit k, a private job on core k; bit ``cores``, the shared job
    size: bytes of each array, of a job that is accepted
    """

    latency = Locate.latency + 1

    def __init__(self, platform: Platform):
        self._platform = platform
        super().__init__(
            {
                "request": In(RequestLayout),
                "check": In(1),
                "cores_busy": In(platform.cores),
                "shared_busy": In(1),
                "shared_cores": In(platform.cores),
                "valid": Out(1),
                "status": Out(STATUS_BITS),
                "start": Out(platform.cores + 1),
                "size": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the three searches and two comparisons, and the decision one cycle after them."""
        m = Module()
        request = self.request
        size = Signal(SIZE_BITS)
        sizes = {
            name: request.length[:31] << fmt.bytes.bit_length() - 1 for name, fmt in FORMATS.items()
        }
        m.d.comb += [size.eq(self._by_format(sizes)), self.size.eq(size)]

        located = []
        for name in ARRAYS:
            m.submodules[name] = locate = Locate(self._platform)
            m.d.comb += [locate.address.eq(request[name]), locate.size.eq(size)]
            located.append(locate)
        overlaps = []
        for name in ("logits", "labels"):
            m.submodules[f"overlap_{name}"] = overlap = Overlap()
            m.d.comb += [
                overlap.gradient.eq(request.gradient),
                overlap.operand.eq(request[name]),
                overlap.size.eq(size),
            ]
            overlaps.append(overlap.overlap)

        core = self._common_core(m, located)
        outcome = Signal(STATUS_BITS, init=Status.ACCEPTED)
        for status, refused in reversed(self._refusals(m, located, overlaps, core)):
            with m.If(refused):
                m.d.comb += outcome.eq(status)
        begun = Signal(Locate.latency)
        m.d.sync += [
            begun.eq(Cat(self.check, begun)),
            self.valid.eq(begun[-1]),
            self.status.eq(outcome),
        ]
        target = Mux(request.private, core, 1 << self._platform.cores)
        m.d.sync += self.start.eq(Mux(begun[-1] & (outcome == Status.ACCEPTED), target, 0))
        return m

    def _by_format(self, values: dict[str, Value]) -> Value:
        """The value of the format that the request names."""
        assert FORMAT_CODES == {"fp32": 0, "fp16": 1}
        return Mux(self.request.format, values["fp16"], values["fp32"])

    def _common_core(self, m: Module, located: Iterable[Locate]) -> Signal:
        """One-hot, the lowest core whose private memories hold every array; 0 if there is
        none.
        """
        common = Signal(self._platform.cores)
        lowest = Signal(self._platform.cores)
        logits, labels, gradient = (locate.private for locate in located)
        m.d.comb += common.eq(logits & labels & gradient)
        m.d.comb += [
            lowest[k].eq(common[k] & ~common[:k].any()) for k in range(self._platform.cores)
        ]
        return lowest

    def _refusals(
        self, m: Module, located: list[Locate], overlaps: list[Value], core: Signal
    ) -> list[tuple[Status, Value]]:
        """Each refusal and its condition, first the one that is reported first."""
        request, cores = self.request, self._platform.cores
        addresses = [request[name] for name in ARRAYS]
        unaligned = {
            name: Cat(address[: fmt.bytes.bit_length() - 1] for address in addresses).any()
            for name, fmt in FORMATS.items()
        }
        absent = {name: Value.cast(int(name not in self._platform.formats)) for name in FORMATS}
        missing = Signal()
        misaligned = Signal()
        mask_invalid = Signal()
        m.d.sync += [missing.eq(self._by_format(absent)), misaligned.eq(self._by_format(unaligned))]
        m.d.sync += mask_invalid.eq(
            ~request.private & ((request.core_mask == 0) | (request.core_mask[cores:] != 0))
        )
        outside = Cat(~(locate.shared | locate.private.any()) for locate in located).any()
        mixed = Mux(request.private, ~core.any(), ~Cat(locate.shared for locate in located).all())
        taken = Signal(cores)
        shared_taken = Signal()
        m.d.sync += taken.eq(self.cores_busy | Mux(self.shared_busy, self.shared_cores, 0))
        m.d.sync += shared_taken.eq(
            self.shared_busy | (request.core_mask[:cores] & self.cores_busy).any()
        )
        busy = Mux(request.private, (core & taken).any(), shared_taken)
        refusals: dict[Status, Value] = {
            Status.LENGTH_NEGATIVE: request.length < 0,
            Status.FORMAT_MISSING: missing,
            Status.CORE_MASK_INVALID: mask_invalid,
            Status.MISALIGNED: misaligned,
            Status.OUTSIDE_MEMORY: outside,
            Status.MIXED_MEMORIES: mixed,
            Status.OVERLAP: Cat(overlaps).any(),
            Status.BUSY: busy,
        }
        table = [status for status in Status if status.refusal]
        check_names(
            "the refusals in rtl/control/checker.py",
            (status.name for status in refusals),
            (status.name for status in table),
        )
        return [(status, refusals[status]) for status in table]
