"""The proofs of units: the claim on each, its size, and the inner signals of its invariants."""

from amaranth.hdl import Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from scegrad.formats import FP32
from scegrad.platforms import CHUNK_BITS, ECP5_DEMO, MT7004
from scegrad.rtl.control.axi_lite import AxiLite
from scegrad.rtl.control.checker import Checker
from scegrad.rtl.control.control import Control
from scegrad.rtl.datapath.datapath import Datapath
from scegrad.rtl.datapath.layouts import running
from scegrad.rtl.deal import Deal, Gather
from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.counters import CounterBank
from scegrad.rtl.dma.reader import ReadRequests
from scegrad.rtl.dma.realign import Realign
from scegrad.rtl.dma.rotate import Rotate
from scegrad.rtl.dma.write_buffer import WriteBuffer
from scegrad.rtl.dma.writer import Writer, WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.signoff.abort import ABORT, small_dma
from scegrad.signoff.unit import Proof, named

PLANNER_HOOKS = named("inner", "tapered", "blocks_left", "final_beat", "beat", "block", "offset")


def _planner() -> Planner:
    return Planner(address_bits=32, data_bits=64, burst_beats=16, turn_blocks=2)


class _AnyLane(wiring.Component):
    """Stands for a lane: the proof takes any results, one for each pair, at any later time."""

    def __init__(self) -> None:
        pair = data.StructLayout({"logit": FP32.width, "label": FP32.width})
        super().__init__({"i": In(running(pair)), "o": Out(running(FP32.width))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pair = self.i.payload
        m.d.sync += [
            self.o.valid.eq(self.i.valid),
            self.o.payload.eq(pair.logit ^ pair.label),
        ]
        return m


def _datapath() -> Datapath:
    """With little room, so that covers reach its end."""
    datapath = Datapath(())
    datapath.depth = 4
    datapath.lanes = [_AnyLane()]  # not a real one, on purpose
    return datapath


BUS = {"data_bits": 64, "address_bits": 32, "id_bits": 1}


def _dealt(name: str, unit: type[Deal] | type[Gather], claim: str) -> Proof:
    """Three cores, blocks of four chunks; the hooks are those of ``formal/dealt.svh``."""
    distances = {f"h_distance_{k}": f"inner.turn.distance__{k}" for k in range(3)}
    return Proof(
        name,
        lambda: unit(3, 4 * CHUNK_BITS),
        claim,
        depth=2,
        covers=9,
        hooks=named("inner.turn", "mask", "count", "position") | distances,
    )


BUFFER_CUTS = {
    "f_valid": "inner.fifo.o__valid",
    "f_word": "inner.fifo.o__payload",
    "f_freed": "inner.fifo.freed",
}
"""A buffer inside a unit; the proof uses the properties that ``fifo`` proves in its place."""

PROOFS = (
    Proof(
        "fifo",
        lambda: Fifo(width=8, depth=4),
        "no word is lost, changed or made up, order is kept, offers stay; 2 cycles from in to out",
        depth=2,
        covers=9,
        hooks=named("inner", "fetch", "filled", "level")
        | {
            "h_write": "inner._signature__addr",
            "h_read": "inner.read__addr",
            "h_words": "inner.memory[3:0][7:0]",
        },
    ),
    Proof(
        "reset_fifo",
        lambda: Fifo(width=2, depth=4),
        "after a reset, from any two power-up states, the same words come out at the same time",
        covers=9,
    ),
    Proof(
        "planner",
        _planner,
        "for every address and size, bursts join without gap, stay in 4 KiB and end with the array",
        depth=2,
        hooks=PLANNER_HOOKS,
    ),
    Proof(
        "planner_same",
        _planner,
        "planners with the same array list the same bursts, however far each has come",
        depth=2,
        hooks=PLANNER_HOOKS,
    ),
    Proof(
        "counters",
        lambda: CounterBank(data_bits=64),
        "each counter counts its event and nothing else",
        depth=2,
        covers=8,
    ),
    Proof(
        "write_requests",
        lambda: WriteRequests(**BUS, burst_beats=16, buffer_beats=8),
        "AW stable and as planned, one permit per burst, at most 32 outstanding, none after a halt",
        depth=2,
        hooks=named("inner", "waiting", "outstanding", "all_issued")
        | {
            "h_issue": "inner.requests.bursts__ready",
            "h_planned": "inner.requests.bursts__valid",
            "h_burst": "inner.requests.bursts__payload",
            "h_answered": "inner.responses.bursts__payload",
            "h_next": "inner.responses.bursts__ready",
            "h_late": "inner.permit_late",
        },
    ),
    Proof(
        "read_requests",
        lambda: ReadRequests(**BUS, burst_beats=16, buffer_beats=64, turn_beats=32),
        "AR stable and as planned, never more beats asked for than there is room, none after a"
        " halt",
        depth=5,
        hooks=named("inner", "room_0", "room_1", "fresh", "outstanding")
        | {
            f"h_{short}_{i}": f"inner.planner_{i}.bursts__{port}"
            for i in (0, 1)
            for short, port in (("valid", "valid"), ("take", "ready"), ("burst", "payload"))
        },
    ),
    Proof(
        "dma_control",
        small_dma,
        "a job ends once and soon, with the status of what came first and with nothing in flight",
        depth=5,
        hooks=named("inner.reader", "start", "clear", "halt") | named("inner", "outcome"),
        cuts={
            "r_idle": "inner.reader.idle",
            "r_fault": "inner.reader.faults__valid",
            "r_payload": "inner.reader.faults__payload",
            "w_idle": "inner.writer.idle",
            "w_finished": "inner.writer.finished",
            "w_fault": "inner.writer.faults__valid",
            "w_payload": "inner.writer.faults__payload",
        },
    ),
    ABORT,
    Proof(
        "realign",
        lambda: Realign(data_bits=64, granule_bytes=2, depth=4),
        "byte k of the blocks is byte k of the array, for every offset, size, k; each block once",
        depth=7,
        covers=11,
        hooks=named(
            "inner", *("primed", "last", "hold", "blocks_left", "word", "word_valid", "from_hold")
        )
        | {"h_take": "inner.fifo.o__ready"},
        cuts=BUFFER_CUTS,
    ),
    Proof(
        "write_buffer",
        lambda: WriteBuffer(data_bits=64, granule_bytes=2, address_bits=32, burst_beats=4, depth=4),
        "byte k of the blocks goes to its place, strobes are those of the array, room is kept",
        depth=2,
        covers=9,
        hooks=named(
            "inner",
            *("hold", "rest", "carry", "until_last", "amount", "blocks_left", "room", "last"),
            *("from_hold", "first", "last_block", "filling", "beats_left"),
        )
        | {
            "h_push": "inner.fifo.i__valid",
            "h_beat": "inner.fifo.i__payload",
            "h_next": "inner.planner.bursts__ready",
            "h_rotated": "inner.rotate.valid_0",
            "h_turned": "inner.rotate.word_0",
        },
        cuts={
            "p_valid": "inner.planner.bursts__valid",
            "p_burst": "inner.planner.bursts__payload",
            "f_freed": "inner.fifo.freed",
        },
    ),
    Proof(
        "write_beats",
        lambda: Writer(**BUS, granule_bytes=2, burst_beats=4, buffer_beats=8),
        "beats go out on W as they came, once, stable, none before its burst may",
        depth=2,
        covers=8,
        hooks=named("inner", "loaded", "go", "more") | {"h_take": "inner.buffer.o__ready"},
        cuts={
            "beat_valid": "inner.buffer.beats__valid",
            "beat": "inner.buffer.beats__payload",
            "permit": "inner.requests.permit",
        },
    ),
    Proof(
        "rotate",
        lambda: Rotate(data_bits=128, granule_bytes=2, tag_bits=1, first_levels=1),
        "granule g of a word is granule g + amount of what came two cycles before",
        depth=3,
        covers=6,
    ),
    Proof(
        "datapath",
        _datapath,
        "element j goes into the lane as its j-th and comes out as the j-th result; room is kept",
        depth=2,
        covers=11,
        hooks=named("inner", "waiting", "room", "second")
        | {
            "h_feed": "inner.lane.i__valid",
            "h_operands": "inner.lane.i__payload",
            "h_push": "inner.results.i__valid",
            "h_high": "inner.results.port_0",
            "h_first": "inner.results.port_1",
        },
        cuts={
            "lane_valid": "inner.lane.o__valid",
            "lane_result": "inner.lane.o__payload",
            "f_freed": "inner.results.freed",
        },
    ),
    _dealt("deal", Deal, "chunk c goes once, unchanged, to core c mod n of the mask, in order"),
    _dealt(
        "gather",
        Gather,
        "chunk c of the blocks is the one that core c mod n of the mask gives in its turn",
    ),
    Proof(
        "axi_lite",
        lambda: AxiLite(address_bits=6),
        "each write and each read is passed on once, answered once, and held until it is taken",
        depth=2,
        covers=6,
    ),
    Proof(
        "control",
        lambda: Control(ECP5_DEMO),
        "a START is one check and one start at most, an end one pending interrupt; soon an answer",
        depth=6,
        covers=9,
        hooks={
            "h_w_ready": "inner.axi_lite.writes__ready",
            "h_error": "inner.axi_lite.write_error",
            "h_r_ready": "inner.axi_lite.reads__ready",
            "h_d_valid": "inner.axi_lite.read_data__valid",
            "h_check": "inner.job_checker.check",
            "h_request": "inner.job_checker.request",
            "h_enable": "inner.irq_enable",
            "h_pending": "inner.pending",
        },
        cuts={
            "w_valid": "inner.axi_lite.writes__valid",
            "w_item": "inner.axi_lite.writes__payload",
            "r_valid": "inner.axi_lite.reads__valid",
            "r_index": "inner.axi_lite.reads__payload",
            "r_take": "inner.axi_lite.read_data__ready",
            "c_valid": "inner.job_checker.valid",
            "c_status": "inner.job_checker.status",
            "c_start": "inner.job_checker.start",
        },
    ),
    Proof(
        "job_checker",
        lambda: Checker(MT7004),
        "every request gets the first reason that holds in exact arithmetic, and starts if none",
        depth=5,
        quick=False,
        covers=6,
        hooks={
            f"h_{short}_{letter}": f"inner.{array}.{signal}"
            for letter, array in (("x", "logits"), ("y", "labels"), ("g", "gradient_43"))
            for short, signal in (("shared", "shared_6"), ("held", "private"))
        }
        | {
            "h_overlap_x": "inner.overlap_logits.overlap",
            "h_overlap_y": "inner.overlap_labels.overlap",
        },
    ),
)

BY_NAME = {proof.name: proof for proof in PROOFS}
