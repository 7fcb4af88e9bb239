"""The memory model: it serves who keeps the rules, and finds each way of breaking them."""

import pytest

from scegrad.axi import Resp
from scegrad.tb.runner import SIMULATORS, run_bench
from scegrad.tb.storage import Fault, Storage

from .axi_copy import DEFECTS, AxiCopy

BENCH = "tests.tb.copy_bench"
GOOD = ("good_manager", "timing", "faults", "write_past_the_end")
EXPECTED = {
    "ar_changes": "m_axi_ar changed",
    "ar_falls": "m_axi_arvalid fell",
    "ar_in_reset": "m_axi_arvalid is 1 in reset",
    "ar_size": "ar: size is 2",
    "ar_burst": "ar: burst is 0",
    "ar_page": "cross 4 KiB",
    "ar_unaligned": "is not that of a bus word",
    "ar_long": "5 beats are more than 4",
    "ar_outside": "nobody declared readable",
    "aw_outside": "nobody declared writable",
    "aw_waits": "no end",
    "w_last": "wlast is 1 in beat 1 of 4",
    "w_changes": "m_axi_w changed",
    "w_twice": "target was written more than once",
}


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_good_manager(simulator: str) -> None:
    run_bench(AxiCopy(), BENCH, simulator, {"beats": 4}, tests=GOOD)


def test_every_defect_has_a_message() -> None:
    assert set(EXPECTED) == set(DEFECTS)


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_bad_manager(simulator: str) -> None:
    run_bench(
        AxiCopy(), BENCH, simulator, {"beats": 4, "expected": EXPECTED}, tests=["bad_manager"]
    )


def test_unknown_values() -> None:
    run_bench(AxiCopy(), BENCH, "icarus", {"beats": 4}, tests=["unknown_values"])


def test_storage() -> None:
    storage = Storage(7)
    assert storage.dump(0xFFF, 4000) == Storage(7).dump(0xFFF, 4000) != Storage(8).dump(0xFFF, 4000)
    storage.load(0x1FFE, b"abcd")
    assert storage.dump(0x1FFD, 6)[1:5] == b"abcd"
    window = storage.declare("x", 0x2004, 8, readable=True, writable=True, ident=1)
    assert storage.readable(0x2000, 16, 8, 1) is window
    assert storage.readable(0x2000, 16, 8, 0) is None
    assert storage.readable(0x1FF8, 16, 8, 1) is storage.readable(0x2008, 16, 8, 1) is None
    assert storage.write(0x2004, b"12") is None
    assert "more than once" in (storage.write(0x2005, b"3") or "")
    assert "nobody declared" in (storage.write(0x200B, b"34") or "")
    storage.faults = [Fault(0x2005, Resp.SLVERR)]
    assert storage.fault(0x2000, 8, write=False) is Resp.SLVERR
    assert (
        storage.fault(0x2000, 8, write=True) is storage.fault(0x2008, 8, write=False) is Resp.OKAY
    )
