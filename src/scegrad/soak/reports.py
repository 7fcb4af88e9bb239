"""What a unit must report of a job that is over: its counters, and the address of a bus error.

words of the three arrays ─► READ_BEATS, WRITE_BEATS        exact for a job that is done
the byte that has a fault ─► FAULT_ADDRESS                  of its word; of its burst in a write
latency of the memory     ─► STALL_READ_DATA                at least this, before the first operands
    and one burst at once ─► STALL_PORT                     at least this, before the second burst
no pause, and room for all bursts ─► STALL_PORT, STALL_WRITE    0

A job that ends early has at most the counts of one that is done.
"""

from scegrad.job.job import Counters, Job
from scegrad.registers import Status
from scegrad.rtl.dma.bursts import GROUP_BITS
from scegrad.sim.simulation import Memory
from scegrad.soak.registers import SoakError

NEXT_BURST = 8
"""Cycles from a burst of a reader to the next at most, if the first is taken at once."""

_STALLS = ("stall_read_data", "stall_write", "stall_datapath", "stall_port")


def check_counters(
    job: Job, counters: Counters, memory: Memory, elapsed: int, *, done: bool
) -> None:
    """Raises ``SoakError`` unless the counters are those of the job, or of an early end of it, on
    this memory. ``elapsed`` are the simulator's cycles, from before its request until its end was
    seen.
    """
    reads = sum(_words(job, base) for base in job.arrays[:2])
    due = {"elements": job.length, "read_beats": reads, "write_beats": _words(job, job.gradient)}
    for name, value in due.items():
        _check(job, counters, name, value if done else 0, value)
    for name, least in (_least(job, memory) if done else {}).items():
        _check(job, counters, name, least, elapsed)
    _check(job, counters, "cycles", 0, elapsed)
    for name in _STALLS:
        _check(job, counters, name, 0, counters.cycles)
    busy = counters.stall_read_data + counters.stall_datapath
    if busy > counters.cycles:
        raise SoakError(f"unit {job.unit}: its datapath waited {busy} of {counters.cycles} cycles")
    if not memory.stall:
        rooms = {"stall_port": reads, "stall_write": due["write_beats"]}
        for name in (name for name, words in rooms.items() if words <= memory.outstanding):
            _check(job, counters, name, 0, 0)


def _least(job: Job, memory: Memory) -> dict[str, int]:
    """The least that counters must show of a memory's latency, once for a read and once for a
    write, if a job touches memory at all.
    """
    if not job.length:
        return {}
    second = max(0, memory.latency - NEXT_BURST) if memory.outstanding == 1 else 0
    return {
        "cycles": 2 * memory.latency,
        "stall_read_data": memory.latency,
        "stall_port": second,
    }


def _check(job: Job, counters: Counters, name: str, least: int, most: int) -> None:
    found = getattr(counters, name)
    if not least <= found <= most:
        limits = str(most) if least == most else f"{least} to {most}"
        raise SoakError(f"unit {job.unit}: {name} is {found}, but must be {limits}")


def check_fault(job: Job, found: int, status: Status, fault: int) -> None:
    """Raises ``SoakError`` unless a bus error in the byte at ``fault`` was reported at the right
    address: the array's first byte in the word, or in the burst of a write, which has the words of
    a block or of a group of four.
    """
    word = _word_bytes(job)
    if status in (Status.READ_SLVERR, Status.READ_DECERR):
        first = fault // word * word
        bases = [base for base in job.arrays[:2] if base < first + word and first < base + job.size]
        due = {max(base, first) for base in bases}
    else:
        beats = (1 << GROUP_BITS, job.platform.burst_beats)
        due = {max(job.gradient, fault // (word * n) * (word * n)) for n in beats}
    if found not in due:
        told = " or ".join(f"{address:#x}" for address in sorted(due))
        raise SoakError(f"unit {job.unit}: the fault's address is {found:#x}, but must be {told}")


def _word_bytes(job: Job) -> int:
    platform = job.platform
    return (platform.l2_data_bits if job.private else platform.shared_data_bits) // 8


def _words(job: Job, base: int) -> int:
    """The bus words that an array of the job touches."""
    word = _word_bytes(job)
    return (base + job.size - 1) // word - base // word + 1 if job.size else 0
