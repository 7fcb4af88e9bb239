"""Excluded points of the coverage, each with the reason: no other point may be missing.

A point that is hit counts as hit, even if it is excluded here.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple


class Exclusion(NamedTuple):
    """Patterns of kinds, modules and signals, each for the whole text, and the reason.

    Of a toggle also which bits, all of them if there are none. Lines and branches have no signal:
    the pattern is for the line in the module and what Verilator calls the point.
    """

    reason: str
    modules: str
    signals: str = ".*"
    kinds: str = "toggle"
    bits: frozenset[int] = frozenset()

    def holds(self, kind: str, module: str, what: str) -> bool:
        """Whether it is about a point."""
        signal, bit = what, -1
        if kind == "toggle" and (found := _TOGGLE.fullmatch(what)):
            signal, bit = found[1], int(found[2] or -1)
        return bool(
            re.fullmatch(self.kinds, kind)
            and re.fullmatch(self.modules, module)
            and re.fullmatch(self.signals, signal)
            and (not self.bits or bit in self.bits)
        )


_TOGGLE = re.compile(r"(.*?)(?:\[(\d+)\])?:(?:0->1|1->0)")


def _bits(*ranges: tuple[int, int], every: int = 1 << 20, words: int = 1) -> frozenset[int]:
    """The bits of ranges, both ends included, in this many words of ``every`` bits."""
    return frozenset(
        word * every + bit
        for word in range(words)
        for low, high in ranges
        for bit in range(low, high + 1)
    )


def _low(*bits: int) -> frozenset[int]:
    return frozenset(bits)


_PRIVATE = _bits((19, 31))
_ADDRESSES = (
    r"address|offset|following_\d|fault|faults__payload\w*|(unit\w*__)?fault_address|value0"
)

_GRANULE = "addresses and sizes are multiples of two bytes: bit 0 is 0"
_WINDOW = "the private memory is 512 KiB at 0x10800000: the upper bits of its addresses stand"
_BURST = "AXI: all bursts are INCR, full width, at most 16 beats; no lock, one protection and cache"
_ALWAYS = "always ready"
_IDS = "writes have the ID 0; no response code that the memory gives has bit 0 set alone"
_MASTER = "the harness of the simulator writes whole words at word addresses, with one protection;"
_MASTER += " tests/rtl/control drives the strobes"
_CODES = "no status code has this bit"
_FIELDS = "the register has no such bit: it reads 0"
_COUNTERS = "takes jobs of 2^16 cycles and more; that the counters count is proved (unit/counters)"
_ZEROS = "four of these seven bits are the constant 0"
_BACKLOG = (
    "only a memory that takes writes later than it gives reads fills these buffers; this"
    " simulator's has one pause for all channels: the bench backlog does it (tests/tb)"
)
_TURN = "only the reads of the shared port take turns of more than one burst"
_LONGEST = "the bursts that fill both buffers are 64, since all but the last ones have 16 beats"

_PLATFORM: tuple[Exclusion, ...] = (
    Exclusion(_GRANULE, ".*", rf"{_ADDRESSES}|job_size|size(_\d+)?|(w_)?bytes", bits=_low(0)),
    Exclusion(_GRANULE, ".*", r"written|bursts__payload(_\d+)?", bits=_low(0)),
    Exclusion(_GRANULE, ".*_dma(_\\w+)?", r"job|port_\d+", bits=_bits((0, 0), every=32, words=4)),
    Exclusion(_GRANULE, "top", r"m_axi_\w+_a[rw]addr", bits=_low(0, 1, 2)),
    Exclusion(_GRANULE, ".*", r"\w+__(ar|aw)__payload", bits=_low(0, 1, 2, 3)),
    Exclusion(_WINDOW, "core.*|cluster.*|control.*|top", _ADDRESSES, bits=_PRIVATE),
    Exclusion(_WINDOW, "core_dma.*", r"bursts__payload(_\d+)?", bits=_PRIVATE),
    Exclusion(_WINDOW, "core_dma.*", r"job|port_\d", bits=_bits((16, 31), every=32, words=4)),
    Exclusion(_WINDOW, "top", r"m_axi_l2_0_a[rw]addr", bits=_PRIVATE),
    Exclusion(_WINDOW, ".*", r"(l2__0|axi)__a[rw]__payload", bits=_bits((20, 32))),
    Exclusion(_BURST, "top", r"m_axi_\w+_a[rw](prot|cache|size|burst|lock)"),
    Exclusion(_BURST, "top", r"m_axi_\w+_a[rw]len", bits=_bits((4, 7))),
    Exclusion(_BURST, ".*", r"\w+__a[rw]__payload", bits=_bits((37, 45))),
    Exclusion(_BURST, ".*", r"bursts__payload(_\d+)?", bits=_bits((36, 39))),
    Exclusion(_BURST, "cluster.*|core.*", r"port_\d", bits=_bits((0, 4), (33, 39))),
    Exclusion(_TURN, "core_dma.*", r"bursts__payload(_\d+)?", bits=_low(40)),
    Exclusion(_ALWAYS, ".*", r"\w*(rready|bready|__[rb]__ready)"),
    Exclusion(_IDS, ".*", r"\w*(awid|bid)"),
    Exclusion(_IDS, ".*", r"(\w+__)?b__payload(_\d+)?", bits=_low(0)),
    Exclusion(_MASTER, ".*", r"s_axil_(a[rw]prot|wstrb)|axil__w__payload"),
    Exclusion(_MASTER, ".*", r"s_axil_a[rw]addr|axil__a[rw]__payload", bits=_low(0, 1, 12, 13, 14)),
    Exclusion(_CODES, ".*", r"s_axil_[rb]resp|axil__b__payload", bits=_low(0)),
    Exclusion(_CODES, ".*", r"axil__r__payload", bits=_low(32)),
    Exclusion(_CODES, ".*", r"(units?__(\d__)?)?status|outcome|request_\d+", bits=_low(2, 3, 5)),
    Exclusion(_FIELDS, "control", "irq_enable", bits=_bits((1, 15), (17, 31))),
    Exclusion(_FIELDS, "control", "mode", bits=_bits((2, 31))),
    Exclusion(
        _COUNTERS,
        ".*",
        r"(units?__(\d__)?)?counters|counts",
        bits=_bits((16, 31), every=32, words=8),
    ),
    Exclusion(_LONGEST, r"c\w+_dma_reader_requests", "outstanding", bits=_bits((7, 10))),
    Exclusion(_LONGEST, r"c\w+_dma_reader_requests", r".*outstanding\[\d+\].*", "expr"),
    Exclusion(_TURN, "core_dma_reader_requests", r".*(_025_|_027_).*", "expr"),
    Exclusion(_ZEROS, r"control(_readout)?", r".*4'h0, \w+\[9:7\].*\[[3-6]\]==1.*", "expr"),
    Exclusion(_BACKLOG, "core_datapath_results|core_dealt|core_dma_writer_buffer_fifo", "level"),
    Exclusion(_BACKLOG, "core_dma_reader_labels_fifo", "level"),
    Exclusion(_BACKLOG, "core_dma_writer(_requests)?", "more|waiting|outstanding"),
    Exclusion(
        _BACKLOG,
        "cluster_gather|core_(datapath|dealt)(_results)?|core_dma_(reader_labels|writer)(_\\w+)?",
        kinds="expr",
    ),
    Exclusion(_BACKLOG, "cluster_gather", "56 else", "branch"),
)

_WINDOWS = "each private memory is 512 KiB, at its core's address: the upper bits stand"
_WORD = "bursts of the shared port begin at its words: the low six bits are 0"
_WRITES = "writes take turns of one burst, so that each ends one"
_FEW = "fewer than 64 bursts fill both buffers: 192 beats each, of which 128 are in bursts of 16"
_FIRST = "the first granule of an array that is not aligned is always that of the older word"
_COUNTERS13 = _COUNTERS.replace("2^16", "2^13")

_REASONS = {_WINDOW: _WINDOWS, _LONGEST: _FEW}
"""Reasons that are other words on a platform with a wide port."""


def _wide(cores: int) -> tuple[Exclusion, ...]:
    """What a platform of some cores with a shared port of 512 bits has beside that of one core."""
    private = f"[0-{cores - 1}]"
    backlog = "cluster_dma_(reader_labels_fifo|writer(_requests|_buffer_fifo)?)"
    return (
        *(each._replace(reason=_REASONS.get(each.reason, each.reason)) for each in _PLATFORM),
        Exclusion(_WINDOWS, ".*", rf"l2__{private}__a[rw]__payload", bits=_bits((20, 32))),
        Exclusion(_WINDOWS, "top", rf"m_axi_l2_{private}_a[rw]addr", bits=_PRIVATE),
        Exclusion(_WINDOWS, "control_readout", f"value{private}", bits=_PRIVATE),
        Exclusion(_WINDOWS, "core_dma_writer_\\w+", "block", bits=_bits((12, 24))),
        Exclusion(_WORD, "top", "m_axi_shared_a[rw]addr", bits=_low(3, 4, 5)),
        Exclusion(_WORD, "cluster(_dma(_writer(_requests)?)?)?", "port_[1378]", bits=_low(5)),
        Exclusion(_BURST, "cluster(_dma(_reader(_\\w+)?)?)?", "port_[235]", bits=_bits((30, 33))),
        Exclusion(
            _BURST,
            "cluster_dma_writer_buffer",
            r"\(bursts__payload\[39:32\]\[[4-7]\]==1\) => 0",
            "expr",
        ),
        Exclusion(_FIRST, "cluster_dma_reader_labels", r"\(_0(02|13)_==0\) => 0", "expr"),
        Exclusion(_WRITES, "cluster_dma_writer_\\w+", r"bursts__payload(_\d+)?", bits=_low(40)),
        Exclusion(_FEW, r"c\w+_dma_reader_requests", "outstanding", bits=_low(6)),
        Exclusion(
            _COUNTERS13,
            ".*",
            r"(units?__(\d__)?)?counters|counts",
            bits=_bits((13, 15), every=32, words=8),
        ),
        Exclusion(_BACKLOG, backlog, "level|more|waiting|outstanding"),
        Exclusion(_BACKLOG, backlog, kinds="expr"),
        Exclusion(_BACKLOG, "cluster_gather", r"\d+ else", "branch"),
    )


_GRANULE4 = "addresses and sizes are multiples of four bytes: bit 1 is 0"
_ONE_FORMAT = "the platform has one format: no core is ever in another"

_WIDE_FP32: tuple[Exclusion, ...] = (
    *_wide(8),
    Exclusion(
        _GRANULE4, ".*", rf"{_ADDRESSES}|job_size|size(_\d+)?|(w_)?bytes|written", bits=_low(1)
    ),
    Exclusion(_GRANULE4, ".*", r"bursts__payload(_\d+)?", bits=_low(1)),
    Exclusion(_GRANULE4, ".*_dma", "job", bits=_bits((1, 1), every=32, words=4)),
    Exclusion(_ONE_FORMAT, ".*", "core_format|half"),
    Exclusion(_ONE_FORMAT, "core_datapath", "(79|80) cond_then", "branch"),
    Exclusion(_ONE_FORMAT, "control_readout", r"port_\d"),
    Exclusion(_ONE_FORMAT, "control_readout", r"\(port_\d==1\) => 1", "expr"),
    Exclusion(_ONE_FORMAT, "control_readout", "(4[468]0|5[02468]0|600) cond_then", "branch"),
)

_BOTH = "fp16: the stage is made for both formats, and this format's shifts and anchors are short"
_WHOLE = "fp16: the sum holds every label whole: its low bits are 0, and nothing is shifted out"
_FIELDS16 = "fp16: the same, as one field of the payload"

_LANE16: tuple[Exclusion, ...] = (
    Exclusion(_BOTH, "lane_.*", r"(anchor|\w_shift|magnitude_shift|empty)_\d", bits=_low(4, 5)),
    Exclusion(_BOTH, "lane_round", r"limit_\d", bits=_low(5, 6, 7)),
    Exclusion(_BOTH, "lane_round", r"inner_1", bits=_low(17)),
    Exclusion(_BOTH, "lane_sigmoid", r"(tiny|value)_[67]", bits=_low(24, 25)),
    Exclusion(_BOTH, "lane_round", r"\(magnitude_shift_3\[[45]\]==1\) => 1", "expr"),
    Exclusion(_BOTH, "lane_round", r"25[45] cond_then|438 if", "branch"),
    Exclusion(_BOTH, "lane_sigmoid", r"52[39] if", "branch"),
    Exclusion(_WHOLE, "lane_subtract", r"y_[0-3](_\d+)?|y_lost_\d(_\d+)?"),
    Exclusion(_WHOLE, "lane_subtract", kinds="expr"),
    Exclusion(_WHOLE, "lane_subtract", "2(42|46|49|96) cond_then|473 if", "branch"),
    Exclusion(_FIELDS16, "lane.*", r"[io]__payload(_\d+)?", bits=_low(30, 47, 48, 57)),
)

_TERMS = "fp32: the terms of the polynomial keep their sign and fill less than the adder's width"
_PLACED = "fp32: a label's bits lie at the top, so that the first step of its shift loses none"
_SHORT = "fp32: limits and counts of zeros need fewer bits than their sums have"

_LANE32: tuple[Exclusion, ...] = (
    Exclusion(_TERMS, "lane_sigmoid", r"(base|c0)_\d+", bits=_bits((47, 54))),
    Exclusion(_TERMS, "lane_sigmoid", r"(a2|c2)_\d+", bits=_low(34)),
    Exclusion(_TERMS, "lane_sigmoid", r"linear_\d(_\d+)?", bits=_bits((0, 15), (40, 54))),
    Exclusion(_TERMS, "lane_sigmoid", r"upper_\d+(_\d+)?", bits=_bits((0, 4), (48, 57))),
    Exclusion(_TERMS, "lane_sigmoid", r"\(_049_\[15:0\]\[\d+\]==1\) => 1", "expr"),
    Exclusion(_PLACED, "lane_subtract", r"y_(0_4|1_13)", bits=_low(0)),
    Exclusion(_PLACED, "lane_subtract", r"y_lost_(0|1_15)"),
    Exclusion(
        _PLACED,
        "lane_subtract",
        r"\((_001_\[15:0\]\[\d+\]|i__payload\[82\]==1 && _008_|"
        r"y_1_13\[7:0\]\[0\]|y_lost_1_15)==1\) => 1",
        "expr",
    ),
    Exclusion(_SHORT, "lane_round", r"(limit|empty)_\d", bits=_bits((7, 10))),
)

EXCLUSIONS: dict[str, Iterable[Exclusion]] = {
    "ecp5_demo": _PLATFORM,
    "mt7004": _wide(4),
    "ft78ne": _WIDE_FP32,
    "lane16": _LANE16,
    "lane32": _LANE32,
}
"""By the design that is measured."""
