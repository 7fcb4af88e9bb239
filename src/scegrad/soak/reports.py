"""What a unit must report of a job that is over: its counters, and the address of a bus error.

words of the three arrays ─► READ_BEATS, WRITE_BEATS        exact for a job that is done
the byte that has a fault ─► FAULT_ADDRESS                  of its word; of its burst in a write

A job that ends early has at most the counts of one that is done.
"""

from scegrad.job.job import Counters, Job
from scegrad.registers import Status
from scegrad.rtl.dma.bursts import GROUP_BITS
from scegrad.soak.registers import SoakError

_STALLS = ("stall_read_data", "stall_write", "stall_datapath", "stall_port")


def check_counters(job: Job, counters: Counters, *, done: bool) -> None:
    """Raises ``SoakError`` unless the counters are those of the job, or of an early end of it."""
    reads = sum(_words(job, base) for base in job.arrays[:2])
    due = {"elements": job.length, "read_beats": reads, "write_beats": _words(job, job.gradient)}
    for name, value in due.items():
        found = getattr(counters, name)
        if found != value if done else found > value:
            most = "" if done else "at most "
            raise SoakError(f"unit {job.unit}: {name} is {found}, but must be {most}{value}")
    for name in _STALLS:
        if getattr(counters, name) > counters.cycles:
            raise SoakError(f"unit {job.unit}: {name} is more than its {counters.cycles} cycles")


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
