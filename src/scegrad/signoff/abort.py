"""The proof of the whole DMA under an abort, ``formal/abort.sv``: its size, and inner signals."""

from scegrad.rtl.dma.dma import Dma
from scegrad.signoff.unit import Proof, named


def small_dma() -> Dma:
    """The bus of a private memory, short bursts, room for two of them, turns of two."""
    return Dma(
        data_bits=64,
        granule_bytes=2,
        burst_beats=4,
        read_buffer_beats=8,
        read_turn_beats=8,
        write_buffer_beats=8,
    )


_BUFFER = {"level": "level", "filled": "filled", "out": "o__valid", "freed": "freed"}

_REALIGN = {
    "word": "word_valid",
    "primed": "primed",
    "pending": "pending",
    "last": "last",
    "left": "blocks_left",
    "suffices": "hold_suffices",
} | {short: f"fifo.{signal}" for short, signal in _BUFFER.items()}

_CONTROL = named("inner", "job", "last_byte", "launch") | named("inner.reader", "start", "clear")

_READER = {
    "h_turn_0": "inner.reader.rotate.valid_0",
    "h_turn_1": "inner.reader.rotate.valid_1",
    "h_tag_0": "inner.reader.rotate.rest_0",
    "h_tag_1": "inner.reader.rotate.rest_1",
    "h_fits": "inner.reader.requests.fits",
    "h_asked": "inner.reader.requests.outstanding",
}
for _i, _letter, _array in ((0, "x", "logits"), (1, "y", "labels")):
    _READER |= {
        f"h_room_{_letter}": f"inner.reader.requests.room_{_i}",
        f"h_take_{_letter}": f"inner.reader.requests.planner_{_i}.bursts__ready",
        **{f"h_{short}_{_letter}": f"inner.reader.{_array}.{s}" for short, s in _REALIGN.items()},
    }

_WRITER = (
    named("inner.writer", "loaded", "go", "more")
    | named("inner.writer.requests", "waiting", "outstanding", "all_issued")
    | named("inner.writer.buffer", "rest", "last_block", "carry", "filling", "last", "room")
    | named("inner.writer.buffer", "beats_left", "blocks_left")
    | {f"h_{short}": f"inner.writer.buffer.fifo.{signal}" for short, signal in _BUFFER.items()}
    | {
        "h_rotated": "inner.writer.buffer.rotate.valid_0",
        "h_next": "inner.writer.buffer.planner.bursts__ready",
        "h_issue": "inner.writer.requests.requests.bursts__ready",
        "h_late": "inner.writer.requests.permit_late",
    }
)

ABORT = Proof(
    "abort",
    small_dma,
    "whole DMA, cut in any cycle: offers are completed, none is new, a clean end in bounded time",
    depth=2,
    covers=24,
    apart=True,
    hooks=_CONTROL | _READER | _WRITER,
    cuts={
        "x_valid": "inner.reader.requests.planner_0.bursts__valid",
        "x_burst": "inner.reader.requests.planner_0.bursts__payload",
        "y_valid": "inner.reader.requests.planner_1.bursts__valid",
        "y_burst": "inner.reader.requests.planner_1.bursts__payload",
        "p_valid": "inner.writer.buffer.planner.bursts__valid",
        "p_burst": "inner.writer.buffer.planner.bursts__payload",
        "a_burst": "inner.writer.requests.requests.bursts__payload",
        "f_word": "inner.writer.buffer.fifo.o__payload",
    },
)
"""x and y are the arrays that it reads: logits and labels."""
