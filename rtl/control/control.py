"""The control registers: job registers, the start of jobs, and interrupts."""

from amaranth.hdl import Cat, Const, DomainRenamer, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FP16
from scegrad.platforms import Platform
from scegrad.registers import (
    ADDRESS_BITS,
    FORMAT_CODES,
    REGISTER,
    REGISTERS,
    SHARED,
    STATUS_BITS,
    Access,
    check_names,
    constants,
)
from scegrad.rtl.axi import AxiLiteSignature
from scegrad.rtl.clock_gate import gated_domain
from scegrad.rtl.control.axi_lite import AxiLite
from scegrad.rtl.control.checker import Checker
from scegrad.rtl.control.readout import Readout, in_unit_bits, mapped
from scegrad.rtl.dma.job import UnitSignature, shared_job_layout


def _constants(platform: Platform) -> dict[str, Value]:
    """The registers that always read the same: those that only a write reaches read 0."""
    unread = {register.name: 0 for register in REGISTERS if register.access is Access.WO}
    values = unread | constants(platform)
    return {name: Const(value, 32) for name, value in values.items()}


class Control(wiring.Component):
    """The register block: takes a job from software, checks it, starts it, and reports its end to
    software.

    Latency: ``start_latency`` cycles from the cycle in which the write to START is accepted (the
    later of AW and W) to ``start``.

    Parameters
    ----------
    platform: cores, formats, widths and memory map

    Members
    -------
    axil: the registers; ``docs/registers.md`` says what software sees
    irq: level, high while an enabled interrupt is pending
    start: pulses: bit k, the private job of core k; bit ``cores``, the shared job
    abort: pulses in the cycle after the write to ABORT is accepted, bits as in ``start``; a unit
        without a job ignores it
    job: the job, valid with ``start``: addresses and size in bytes, ``core_mask`` of a shared job,
        ``format`` as in ``FORMAT_CODES``
    units: what core k (at k) and the cluster (at ``cores``) tell
    core_format: bit k: ``format`` of the job that core k is running, from ``start`` on
    core_shared: bit k: core k belongs to the shared job, from ``start`` on until another job has
        core k or the shared unit
    """

    start_latency = 1 + Checker.latency

    def __init__(self, platform: Platform):
        self._platform = platform
        cores = platform.cores
        super().__init__(
            {
                "axil": In(AxiLiteSignature(address_bits=ADDRESS_BITS)),
                "irq": Out(1),
                "start": Out(cores + 1),
                "abort": Out(cores + 1),
                "job": Out(shared_job_layout(cores)),
                "units": In(UnitSignature()).array(cores + 1),
                "core_format": Out(cores),
                "core_shared": Out(cores),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Build the port, the registers behind it, the checker that START asks, and the
        interrupts.
        """
        m = Module()
        port, checker, readout = self._parts(m, platform)
        written = self._written_registers(m, port)
        self._start(m, port, checker, written)
        m.d.sync += self.abort.eq(self._by_unit(self._written(port, "ABORT")))
        half = self._held_for_cores(m)
        busy = Cat(unit.busy for unit in self.units)
        m.d.comb += [
            checker.cores_busy.eq(busy[:-1]),
            checker.shared_busy.eq(busy[-1]),
            checker.shared_cores.eq(self.core_shared),
        ]
        m.d.comb += readout.half.eq(half)
        request = Signal(STATUS_BITS)
        with m.If(checker.valid):
            m.d.sync += request.eq(checker.status)
        values: dict[str, Value] = {
            **written,
            **_constants(self._platform),
            "REQUEST": request,
            "BUSY": in_unit_bits(busy),
            "IRQ_PENDING": in_unit_bits(self._interrupts(m, port, written["IRQ_ENABLE"])),
        }
        check_names("the values in rtl/control/control.py", values, REGISTER)
        m.d.comb += [
            readout.common[register.name].eq(values[register.name]) for register in REGISTERS
        ]
        return m

    def _parts(self, m: Module, platform: object) -> tuple[AxiLite, Checker, Readout]:
        """The port, the checker and the readout, the latter two each in a domain of its own."""
        m.submodules.axi_lite = port = AxiLite(address_bits=ADDRESS_BITS)
        checker, readout = Checker(self._platform), Readout(self._platform)
        # Both look at every unit in every cycle, but software needs them only a few times per job.
        checking = gated_domain(m, platform, "checking", checker.check, linger=Checker.latency + 1)
        reading = gated_domain(
            m, platform, "reading", port.reads.valid | port.read_data.valid, linger=Readout.latency
        )
        m.submodules.job_checker = DomainRenamer(checking)(checker)
        m.submodules.readout = DomainRenamer(reading)(readout)
        wiring.connect(m, wiring.flipped(self.axil), port.axil)
        wiring.connect(m, port.reads, readout.reads)
        wiring.connect(m, readout.read_data, port.read_data)
        for inner, outer in zip(readout.units, self.units, strict=True):
            wiring.connect(m, wiring.flipped(outer), inner)
        return port, checker, readout

    def _written(self, port: AxiLite, name: str) -> Value:
        """The bits of a register to which a write in this cycle gives 1."""
        return self._enabled(port, name) & port.writes.payload.data

    def _enabled(self, port: AxiLite, name: str) -> Value:
        """The bits of a register that a write in this cycle reaches: the writable ones in the bytes
        with a strobe.
        """
        writes, register = port.writes, REGISTER[name]
        here = writes.valid & (writes.payload.index == register.offset // 4)
        return (
            Cat((here & strobe).replicate(8) for strobe in writes.payload.strb) & register.writable
        )

    def _by_unit(self, bits: Value) -> Value:
        """The bits of a register for the units that there are, in the order of ``units``."""
        return Cat(bits[: self._platform.cores], bits[SHARED])

    def _written_registers(self, m: Module, port: AxiLite) -> dict[str, Signal]:
        """The registers that hold what was written, by name; only the interrupts of units that
        exist can be enabled.
        """
        m.d.comb += port.write_error.eq(~mapped(port.writes.payload.index))
        units = in_unit_bits(Const(-1, self._platform.cores + 1))
        registers = {}
        for register in REGISTERS:
            if register.access is Access.RW:
                registers[register.name] = value = Signal(32, name=register.name.lower())
                enabled = self._enabled(port, register.name)
                if register.name == "IRQ_ENABLE":
                    enabled &= units
                m.d.sync += value.eq((value & ~enabled) | (port.writes.payload.data & enabled))
        return registers

    def _start(
        self, m: Module, port: AxiLite, checker: Checker, written: dict[str, Signal]
    ) -> None:
        """Check the job when START is written, and hold the write until the check is complete."""
        starting = Signal()
        checking = Signal()
        m.d.comb += [
            starting.eq(self._written(port, "START").any()),
            port.writes.ready.eq(~starting | checker.valid),
        ]
        m.d.comb += checker.check.eq(starting & ~checking)
        m.d.sync += checking.eq(starting & ~checker.valid)
        private, fmt = (
            written["MODE"][REGISTER["MODE"].field(name).low] for name in ("PRIVATE", "FORMAT")
        )
        request, job = checker.request, self.job
        for name in ("logits", "labels", "gradient"):
            m.d.comb += [
                request[name].eq(written[name.upper()]),
                job[name].eq(written[name.upper()]),
            ]
        m.d.comb += [
            request.length.eq(written["LENGTH"]),
            request.core_mask.eq(written["CORE_MASK"]),
        ]
        m.d.comb += [request.private.eq(private), request.format.eq(fmt)]
        m.d.comb += [
            job.size.eq(checker.size),
            job.core_mask.eq(written["CORE_MASK"]),
            job.format.eq(fmt),
        ]
        m.d.comb += self.start.eq(checker.start)

    def _held_for_cores(self, m: Module) -> Value:
        """Drive what each core knows of its job; returns a bit for each unit, whether its last job
        was in fp16.
        """
        cores, formats = self._platform.cores, self._platform.formats
        shared = Signal(cores)
        shared_held = Signal(cores)
        joined = self.start[-1].replicate(cores)
        m.d.comb += shared.eq(
            (joined & self.job.core_mask) | (~joined & ~self.start[:-1] & shared_held)
        )
        m.d.sync += shared_held.eq(shared)

        if len(formats) == 1:
            fmt = Const(FORMAT_CODES[formats[0]], 1).replicate(cores + 1)
        else:
            fmt = Signal(cores + 1)
            fmt_held = Signal(cores + 1)
            m.d.comb += fmt.eq(
                (self.start & self.job.format.replicate(cores + 1)) | (~self.start & fmt_held)
            )
            m.d.sync += fmt_held.eq(fmt)
        m.d.comb += [
            self.core_shared.eq(shared),
            self.core_format.eq((shared & fmt[-1].replicate(cores)) | (~shared & fmt[:-1])),
        ]
        return Cat(bit == FORMAT_CODES[FP16.name] for bit in fmt)

    def _interrupts(self, m: Module, port: AxiLite, enable: Signal) -> Signal:
        """One pending bit for each unit: an end sets it, and prevails over a write that clears it
        in the same cycle.
        """
        pending = Signal(len(self.units))
        done = Cat(unit.done for unit in self.units)
        cleared = self._by_unit(self._written(port, "IRQ_PENDING"))
        m.d.sync += pending.eq((pending & ~cleared) | done)
        m.d.comb += self.irq.eq((in_unit_bits(pending) & enable).any())
        return pending
