"""The proofs of units: the claim on each, its size, and the inner signals of its invariants."""

from functools import partial

from scegrad.platforms import CHUNK_BITS, ECP5_DEMO, MT7004
from scegrad.rtl.control.axi_lite import AxiLite
from scegrad.rtl.control.checker import Checker
from scegrad.rtl.control.control import Control
from scegrad.rtl.control.readout import Readout
from scegrad.rtl.deal import Deal, Gather
from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.counters import CounterBank
from scegrad.rtl.dma.reader import Reader, ReadRequests
from scegrad.rtl.dma.realign import Realign
from scegrad.rtl.dma.rotate import Rotate
from scegrad.rtl.dma.write_buffer import WriteBuffer
from scegrad.rtl.dma.writer import Writer, WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.signoff.abort import ABORT, small_dma
from scegrad.signoff.any_lane import any_datapath
from scegrad.signoff.unit import Proof, named

PLANNER_HOOKS = named("inner", "tapered", "blocks_left", "final_beat", "beat", "block", "offset")


_PLANNER = partial(Planner, address_bits=32)
_PLANNER_SIZES = {"data_bits": 64, "burst_beats": 16, "turn_blocks": 2}


BUS = {"address_bits": 32, "id_bits": 1}


DEALT = {
    "deal": (Deal, "chunk c goes once, unchanged, to core c mod n of the mask, in order"),
    "gather": (
        Gather,
        "chunk c of the blocks is the one that core c mod n of the mask gives in its turn",
    ),
}


def dealt_proof(name: str, cores: int, data_bits: int) -> Proof:
    """The proof of ``Deal`` or ``Gather``: each size has its own hooks, those of
    ``formal/dealt.svh``.
    """
    unit, claim = DEALT[name]
    chunks = data_bits // CHUNK_BITS
    hooks = named("inner.turn", "mask", "count")
    if chunks > 1:
        hooks |= named("inner.turn", "position")
    if cores > 1:
        hooks |= {f"h_distance_{k}": f"inner.turn.distance__{k}" for k in range(cores)}
    return Proof(
        name,
        unit,
        claim,
        depth=2,
        covers=5 + chunks,  # a block for one core alone
        hooks=hooks,
        apart=True,
        numbers=("h_count",),
        sizes={"cores": cores, "data_bits": data_bits},
    )


BUFFER_CUTS = {
    "f_valid": "inner.fifo.o__valid",
    "f_word": "inner.fifo.o__payload",
    "f_freed": "inner.fifo.freed",
}
"""A buffer inside a unit; the proof uses the properties that ``fifo`` proves in its place."""


def fifo_proof(depth: int, width: int) -> Proof:
    """The proof of a buffer: its words are hooks, so each size has its own."""
    return Proof(
        "fifo",
        Fifo,
        "no word is lost, changed or made up, order is kept, offers stay; 2 cycles from in to out",
        depth=2,
        covers=9,
        hooks=named("inner", "fetch", "filled", "level")
        | {
            "h_write": "inner._signature__addr",
            "h_read": "inner.read__addr",
            "h_words": f"inner.memory[{depth - 1}:0][{width - 1}:0]",
        },
        exact=True,
        sizes={"width": width, "depth": depth},
    )


_ARRAYS = {"x": "inner.logits", "y": "inner.labels"}

READ_HOOKS = (
    named("inner", "following_0", "following_1")
    | {
        "h_q_start": "inner.requests.start",
        "h_q_halt": "inner.requests.halt",
        "h_q_last_byte": "inner.requests.last_byte",
        "h_q_logits": "inner.requests.planner_0.address",
        "h_q_labels": "inner.requests.planner_1.address",
        "h_q_freed_x": "inner.requests.freed__0",
        "h_q_freed_y": "inner.requests.freed__1",
        "h_q_ready": "inner.requests.ar__ready",
        "h_q_end": "inner.requests.burst_end",
        "h_t_valid": "inner.rotate.i__valid",
        "h_t": "inner.rotate.i__payload",
    }
    | {
        f"h_{letter}_{short}": f"{array}.{signal}"
        for letter, array in _ARRAYS.items()
        for short, signal in (
            ("start", "start"),
            ("offset", "offset"),
            ("last_byte", "last_byte"),
            ("valid", "fifo.i__valid"),
            ("word", "fifo.i__payload"),
            ("take", "blocks__ready"),
        )
    }
)
"""What the parts of ``Reader`` get."""

READ_CUTS = {
    "q_valid": "inner.requests.ar__valid",
    "q_id": "inner.requests.port_1",
    "q_burst": "inner.requests.port_2",
    "q_open": "inner.requests.outstanding",
    "t_valid": "inner.rotate.valid_1",
    "t_word": "inner.rotate.o__payload",
} | {
    f"{letter}_{short}": f"{array}.{signal}"
    for letter, array in _ARRAYS.items()
    for short, signal in (
        ("valid", "blocks__valid"),
        ("word", "word"),
        ("old", "from_hold"),
        ("freed", "freed"),
        ("pending", "pending"),
    )
}
"""What they do."""


PROOFS = (
    fifo_proof(depth=4, width=8),
    Proof(
        "reset_fifo",
        lambda: Fifo(width=2, depth=4),
        "after a reset, from any two power-up states, the same words come out at the same time",
        covers=9,
    ),
    Proof(
        "planner",
        _PLANNER,
        "for every address and size, bursts join without gap, stay in 4 KiB and end with the array",
        depth=2,
        hooks=PLANNER_HOOKS,
        sizes=_PLANNER_SIZES,
    ),
    Proof(
        "planner_same",
        _PLANNER,
        "planners with the same array list the same bursts, however far each has come",
        depth=2,
        hooks=PLANNER_HOOKS,
        sizes=_PLANNER_SIZES,
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
        partial(WriteRequests, **BUS),
        "AW stable and as planned, as soon as a burst may be; one permit each, at most 32"
        " outstanding, none after a halt; finished after the last, errors with their address",
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
        sizes={"data_bits": 64, "burst_beats": 16, "buffer_beats": 8},
    ),
    Proof(
        "read_requests",
        partial(ReadRequests, **BUS),
        "AR stable and as planned, a burst as soon as there is room, of the array whose turn it is;"
        " never more beats asked for than there is room, none after a halt",
        depth=5,
        hooks=named("inner", "room_0", "room_1", "fresh", "turn", "long", "fits", "gone")
        | named("inner", "outstanding")
        | {
            f"h_{short}_{i}": f"inner.planner_{i}.bursts__{port}"
            for i in (0, 1)
            for short, port in (("valid", "valid"), ("take", "ready"), ("burst", "payload"))
        },
        sizes={"data_bits": 64, "burst_beats": 16, "buffer_beats": 64, "turn_beats": 32},
    ),
    Proof(
        "read_beats",
        partial(Reader, **BUS),
        "each word of R is turned and kept as the array that RID names, blocks go out in pairs, a"
        " fault has the address of its beat",
        depth=2,
        covers=8,
        hooks=READ_HOOKS,
        cuts=READ_CUTS,
        sizes={
            "data_bits": 64,
            "granule_bytes": 2,
            "burst_beats": 4,
            "buffer_beats": 8,
            "turn_beats": 8,
        },
    ),
    Proof(
        "dma_control",
        small_dma,
        "a job ends once and soon, with the status of what came first and with nothing in flight;"
        " its arrays are those that were asked for, and each counter counts its event",
        depth=5,
        hooks=named("inner.reader", "start", "clear", "halt", "pending")
        | named("inner", "outcome", "job", "last_byte"),
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
        Realign,
        "byte k of the blocks is byte k of the array, for every offset, size, k; each block once",
        depth=7,
        covers=11,
        hooks=named(
            "inner", *("primed", "last", "hold", "blocks_left", "word", "word_valid", "from_hold")
        )
        | {"h_take": "inner.fifo.o__ready"},
        cuts=BUFFER_CUTS,
        sizes={"data_bits": 64, "granule_bytes": 2, "depth": 4},
    ),
    Proof(
        "write_buffer",
        partial(WriteBuffer, address_bits=32),
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
        sizes={"data_bits": 64, "granule_bytes": 2, "burst_beats": 4, "depth": 4},
    ),
    Proof(
        "write_beats",
        partial(Writer, **BUS),
        "beats go out on W as they came, once, stable, none before its burst may",
        depth=2,
        covers=8,
        hooks=named("inner", "loaded", "go", "more") | {"h_take": "inner.buffer.o__ready"},
        cuts={
            "beat_valid": "inner.buffer.beats__valid",
            "beat": "inner.buffer.beats__payload",
            "permit": "inner.requests.permit",
        },
        sizes={"data_bits": 64, "granule_bytes": 2, "burst_beats": 4, "buffer_beats": 8},
    ),
    Proof(
        "rotate",
        partial(Rotate, tag_bits=1),
        "granule g of a word is granule g + amount of what came some cycles before",
        depth=4,
        covers=6,
        sizes={"data_bits": 128, "granule_bytes": 2, "first_levels": 1},
    ),
    Proof(
        "datapath",
        any_datapath,
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
    dealt_proof("deal", cores=3, data_bits=4 * CHUNK_BITS),
    dealt_proof("gather", cores=3, data_bits=4 * CHUNK_BITS),
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
        }
        | named("inner.job_checker", "cores_busy", "shared_busy", "shared_cores")
        | {
            "h_common": "inner.readout.common",
            "h_half_0": "inner.readout.port_0",
            "h_half_1": "inner.readout.port_1",
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
        "readout",
        lambda: Readout(MT7004),
        "a read of any address is answered once with what the register table has there, and held",
        depth=4,
        covers=8,
        hooks=named("inner", "steps"),
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
