"""The connections that ``wiring/...`` expects: of each input pin, the pins that drive it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scegrad.platforms import Platform

WAITING = 4
"""Chunks that wait in front of a core's datapath (docs/hardware.md)."""

STATE = ("busy", "done", "status", "fault_address", "counters")
"""What a unit tells the registers."""

FLUSH = "flush|shared_flush"
"""A core's flush, as a platform with or without private memory names it."""


@dataclass(frozen=True)
class Link:
    """Each bit of ``sink`` is the ``rule`` of this bit of each source; a source of one bit counts
    for all. Without a rule there is one source, and both are the same nets.

    References are ``box:pin``, ``pin`` for a port or a net of the module itself, and several of
    them, lowest bits first; ``[3]`` or ``[3:7]`` are some bits, ``box:part.pin`` the pin of a box
    to which that of a part in it leads, ``part.port_64`` one of 64 bits without a name of its own.
    ``register``: the sink is a register of this name, and means its next value.
    """

    sink: str
    sources: tuple[str, ...]
    rule: Callable[..., int] | None = None
    register: bool = False


def _same(*pairs: tuple[str, str]) -> Iterator[Link]:
    for sink, source in pairs:
        yield Link(sink, (source,))


def links(platform: Platform) -> Iterator[Link]:
    """Every connection of a platform. Without private memory (``private = []``) a core's unit is
    always idle, and its datapath belongs to the shared job.
    """
    cores, private = platform.cores, platform.l2_ports
    units = [(k, f"cluster.core_{k}.unit.dma") for k in range(private)]
    units.append((cores, "cluster.dma"))
    yield from _registers()
    for (number, dma), (port, bits) in zip(units, _ports(platform), strict=True):
        yield from _job(dma, number)
        yield from _axi(dma, port, bits, platform.granule_bytes)
    for number in range(private, cores):
        yield from _idle(number)
    yield from _shared(cores)
    for k in range(cores):
        yield from _core(k) if private else _core_alone(k)
        yield from _waiting(k)


def _ports(platform: Platform) -> Iterator[tuple[str, int]]:
    """The manager ports, with the bits of their data."""
    for k in range(platform.l2_ports):
        yield f"m_axi_l2_{k}", platform.l2_data_bits
    yield "m_axi_shared", platform.shared_data_bits


def bursts(platform: Platform) -> Iterator[tuple[str, int]]:
    """What each burst of a manager port is, wherever in the unit that is decided: of beats as wide
    as the port, whose addresses rise (AxBURST INCR).
    """
    for port, bits in _ports(platform):
        for channel in ("aw", "ar"):
            yield f"{port}_{channel}size", (bits // 8).bit_length() - 1
            yield f"{port}_{channel}burst", 1


def _registers() -> Iterator[Link]:
    """The AXI4-Lite port and the interrupt."""
    yield from _same(
        ("irq", "control:irq"),
        ("control:axil__aw__payload", "s_axil_awaddr s_axil_awprot"),
        ("control:axil__w__payload", "s_axil_wdata s_axil_wstrb"),
        ("control:axil__ar__payload", "s_axil_araddr s_axil_arprot"),
        ("s_axil_bresp", "control:axil__b__payload"),
        ("s_axil_rdata s_axil_rresp", "control:axil__r__payload"),
    )
    for channel in ("aw", "w", "ar"):
        yield Link(f"control:axil__{channel}__valid", (f"s_axil_{channel}valid",))
        yield Link(f"s_axil_{channel}ready", (f"control:axil__{channel}__ready",))
    for channel in ("b", "r"):
        yield Link(f"s_axil_{channel}valid", (f"control:axil__{channel}__valid",))
        yield Link(f"control:axil__{channel}__ready", (f"s_axil_{channel}ready",))


def _job(dma: str, number: int) -> Iterator[Link]:
    """Between the registers and a unit: its job there, its state back."""
    yield from _same(
        (f"{dma}:start", f"control:start[{number}]"),
        (f"{dma}:abort", f"control:abort[{number}]"),
        (f"{dma}:job", "control:job[0:128]"),  # logits, labels, gradient, size
    )
    for name in STATE:
        yield Link(f"control:units__{number}__{name}", (f"{dma}:{name}",))


def _idle(number: int) -> Iterator[Link]:
    """The state of a unit that is not there."""
    for name in STATE:
        yield Link(f"control:units__{number}__{name}", (), lambda: 0)


def _axi(dma: str, port: str, data_bits: int, granule: int) -> Iterator[Link]:
    """Between a unit and its memory; addresses on AR have no bits within a bus word."""
    low = (data_bits // 8).bit_length() - 1
    yield from _same(
        (f"{dma}:ar__ready", f"{port}_arready"),
        (f"{dma}:aw__ready", f"{port}_awready"),
        (f"{dma}:w__ready", f"{port}_wready"),
        (f"{dma}:r__valid", f"{port}_rvalid"),
        (f"{dma}:r__payload", f"{port}_rid {port}_rdata {port}_rresp {port}_rlast"),
        (f"{dma}:b__valid", f"{port}_bvalid"),
        (f"{dma}:b__payload", f"{port}_bid {port}_bresp"),
        (f"{port}_arvalid", f"{dma}:axi__ar__valid"),
        (f"{port}_arid", f"{dma}:reader.port_1"),
        (f"{port}_araddr[{low}:32] {port}_arlen", f"{dma}:reader.port_{40 - low}"),
        (f"{port}_arsize {port}_arburst", f"{dma}:reader.port_5"),
        (f"{port}_awvalid", f"{dma}:axi__aw__valid"),
        (f"{port}_awaddr {port}_awlen", f"{dma}:writer.port_40"),
        (f"{port}_awsize {port}_awburst", f"{dma}:writer.port_5"),
        (f"{port}_wvalid", f"{dma}:axi__w__valid"),
        (f"{port}_wdata", f"{dma}:writer.port_{data_bits}"),
        (f"{port}_wlast", f"{dma}:writer.port_1"),
    )
    for byte in range(data_bits // 8):
        strobe = f"{dma}:writer.select[{byte // granule}]"
        yield Link(f"{port}_wstrb[{byte}]", (strobe,))
    yield from _constants(port, low)


def _constants(port: str, low: int) -> Iterator[Link]:
    """What never changes on a port (docs/registers.md)."""
    values = {"rready": 1, "bready": 1, "awid": 0, f"araddr[0:{low}]": 0}
    for channel in ("aw", "ar"):
        values |= {f"{channel}lock": 0, f"{channel}prot": 0}
        values |= {f"{channel}cache[0:2]": 1, f"{channel}cache[2:4]": 0}
    for name, value in values.items():
        yield Link(f"{port}_{name}", (), lambda value=value: value)


def _shared(cores: int) -> Iterator[Link]:
    """The blocks of a shared job, and its cores."""
    dma, deal, gather = "cluster.dma", "cluster.deal", "cluster.gather"
    for part in (deal, gather):
        yield from _same(
            (f"{part}:start", f"control:start[{cores}]"),
            (f"{part}:core_mask", f"control:job[128:{128 + cores}]"),
            (f"{part}:flush", f"{dma}:halt"),  # the name of flush in the reader
        )
    yield from _same(
        (f"{deal}:operands__payload", f"{dma}:operands__payload"),
        (f"{deal}:operands__valid", f"{dma}:operands__valid"),
        (f"{dma}:operands__ready", f"{deal}:operands__ready"),
        (f"{dma}:gradients__payload", f"{gather}:gradients__payload"),
        (f"{dma}:gradients__valid", f"{gather}:gradients__valid"),
        (f"{gather}:gradients__ready", f"{dma}:gradients__ready"),
    )


def _core(k: int) -> Iterator[Link]:
    """The datapath of core k between the shared job and its own."""
    unit = f"cluster.core_{k}.unit"
    dma, datapath, dealt = f"{unit}.dma", f"{unit}.datapath", f"{unit}.dealt"
    results = f"cluster.gather:cores__{k}"
    shared = f"control:core_shared|shared[{k}]"

    def chosen(sink: str, of_shared: str, of_private: str) -> Link:
        sources = (shared, of_shared, of_private)
        return Link(sink, sources, lambda shared, mine, own: mine if shared else own)

    def both(sink: str, source: str, *, share: bool) -> Link:
        return Link(sink, (shared, source), lambda shared, bit: bit & (shared == share))

    for part in (datapath, dealt):
        yield chosen(f"{part}:{FLUSH}", "cluster.dma:halt", f"{dma}:halt")
    yield chosen(f"{datapath}:operands__payload", f"{dealt}:o__payload", f"{dma}:operands__payload")
    yield chosen(f"{datapath}:operands__valid", f"{dealt}:o__valid", f"{dma}:operands__valid")
    yield both(f"{dealt}:o__ready", f"{datapath}:operands__ready", share=True)
    yield both(f"{dma}:operands__ready", f"{datapath}:operands__ready", share=False)
    yield chosen(f"{datapath}:o__ready", f"{results}__ready", f"{dma}:gradients__ready")
    yield both(f"{results}__valid", f"{datapath}:gradients__valid", share=True)
    yield both(f"{dma}:gradients__valid", f"{datapath}:gradients__valid", share=False)
    yield from _same(
        (f"{results}__payload", f"{datapath}:gradients__payload"),
        (f"{dma}:gradients__payload", f"{datapath}:gradients__payload"),
        (f"{datapath}:half", f"control:core_format[{k}]"),
    )


def _core_alone(k: int) -> Iterator[Link]:
    """The datapath of a core without private memory."""
    unit, results = f"cluster.core_{k}.unit", f"cluster.gather:cores__{k}"
    datapath, dealt = f"{unit}.datapath", f"{unit}.dealt"
    yield from _same(
        (f"{datapath}:{FLUSH}", "cluster.dma:halt"),
        (f"{dealt}:{FLUSH}", "cluster.dma:halt"),
        (f"{datapath}:operands__payload", f"{dealt}:o__payload"),
        (f"{datapath}:operands__valid", f"{dealt}:o__valid"),
        (f"{dealt}:o__ready", f"{datapath}:operands__ready"),
        (f"{datapath}:o__ready", f"{results}__ready"),
        (f"{results}__payload", f"{datapath}:gradients__payload"),
        (f"{results}__valid", f"{datapath}:gradients__valid"),
        (f"{datapath}:half", f"control:core_format[{k}]"),
    )


def _waiting(k: int) -> Iterator[Link]:
    """What is dealt to core k waits in a buffer; ``room`` counts its free places."""
    unit, deal = f"cluster.core_{k}.unit", f"cluster.deal:cores__{k}"
    room = tuple(f"{unit}.room[{i}]" for i in range(WAITING.bit_length()))
    yield Link(f"{unit}.dealt:i__payload", (f"{deal}__payload",))
    yield Link(f"{deal}__ready", room, lambda *room: int(any(room)))
    sources = (f"{deal}__valid", *room)
    yield Link(f"{unit}.dealt:i__valid", sources, lambda valid, *room: int(valid and any(room)))
    sources = ("rst", f"{unit}.dealt:{FLUSH}", f"{deal}__valid", f"{unit}.dealt:freed", *room)
    for i, sink in enumerate(room):
        yield Link(sink, sources, lambda *now, i=i: (_next_room(*now) >> i) & 1, register=True)


def _next_room(rst: int, flush: int, valid: int, freed: int, *room: int) -> int:
    """All places are free after a reset or flush; else a chunk takes one and another frees one."""
    if rst or flush:
        return WAITING
    free = sum(bit << i for i, bit in enumerate(room))
    return free + freed - (valid and free > 0)


def in_control(platform: Platform) -> Iterator[Link]:
    """Inside the registers: what readout, port and job checker are given, of all cores; the rest is
    in ``unit/control``.
    """
    cores = platform.cores
    cores_busy = " ".join(f"units__{k}__busy" for k in range(cores))
    yield from _same(
        ("job_checker:shared_busy", f"units__{cores}__busy"),
        ("job_checker:shared_cores", "shared"),  # the port core_shared
        ("start", "job_checker:start"),
        ("job[96:128]", "job_checker:size"),
        (f"job[128:{128 + cores}]", f"core_mask[0:{cores}]"),
        (f"readout:common[384:{384 + cores}]", cores_busy),  # BUSY
        ("readout:common[400]", f"units__{cores}__busy"),
    )
    for number in range(platform.cores + 1):
        for name in ("status", "fault_address", "counters"):
            yield Link(f"readout:units__{number}__{name}", (f"units__{number}__{name}",))
    for channel in ("aw", "w", "ar"):
        for name in ("payload", "valid"):
            yield Link(f"axi_lite:axil__{channel}__{name}", (f"axil__{channel}__{name}",))
        yield Link(f"axil__{channel}__ready", (f"axi_lite:axil__{channel}__ready",))
    for channel in ("b", "r"):
        for name in ("payload", "valid"):
            yield Link(f"axil__{channel}__{name}", (f"axi_lite:axil__{channel}__{name}",))
        yield Link(f"axi_lite:axil__{channel}__ready", (f"axil__{channel}__ready",))
    yield from _same(
        ("readout:reads__payload", "axi_lite:reads__payload"),
        ("readout:reads__valid", "axi_lite:reads__valid"),
        ("axi_lite:reads__ready", "readout:reads__ready"),
        ("axi_lite:read_data__payload", "readout:read_data__payload"),
        ("axi_lite:read_data__valid", "readout:read_data__valid"),
        ("readout:read_data__ready", "axi_lite:read_data__ready"),
    )
