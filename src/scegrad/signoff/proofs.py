"""The proofs of units: what is proved of each, in which size, and which inner signals its
invariants speak of.
"""

from scegrad.rtl.dma.bursts import Planner
from scegrad.rtl.dma.counters import CounterBank
from scegrad.rtl.dma.dma import Dma
from scegrad.rtl.dma.reader import ReadRequests
from scegrad.rtl.dma.writer import WriteRequests
from scegrad.rtl.fifo import Fifo
from scegrad.signoff.unit import Proof


def named(path: str, *signals: str) -> dict[str, str]:
    """Hooks for signals of one module: ``h_`` and the name."""
    return {f"h_{signal}": f"{path}.{signal}" for signal in signals}


PLANNER_HOOKS = named("inner", "tapered", "blocks_left", "final_beat", "beat", "block", "offset")


def _planner() -> Planner:
    return Planner(address_bits=32, data_bits=64, burst_beats=16, turn_blocks=2)


BUS = {"data_bits": 64, "address_bits": 32, "id_bits": 1}

PROOFS = (
    Proof(
        "fifo",
        lambda: Fifo(width=8, depth=4),
        "no word is lost, changed or made up, order is kept, offers stay; 2 cycles from in to out",
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
        lambda: Dma(
            data_bits=32,
            granule_bytes=2,
            burst_beats=4,
            read_buffer_beats=8,
            read_turn_beats=4,
            write_buffer_beats=8,
        ),
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
)

BY_NAME = {proof.name: proof for proof in PROOFS}
