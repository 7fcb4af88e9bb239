"""Speed: the limits are those of the page, and a job that is slower is refuted."""

from dataclasses import replace

from scegrad.bench.measure import CountersWrongError, Measurement
from scegrad.platforms import ECP5_DEMO, FT78NE
from scegrad.signoff import speeds
from scegrad.signoff.result import Verdict


def measured(monkeypatch, more):
    """The verdict if each job takes this many cycles more than its limit."""
    monkeypatch.setattr(
        speeds, "measure", lambda job: Measurement(job, speeds.limit(job) + more, {})
    )
    return speeds.measured(ECP5_DEMO)


def test_the_limit_is_that_of_cores_or_port():
    found = [job for job in speeds.jobs(FT78NE) if not job.latency]
    limits = {(job.memory, job.cores): speeds.limit(job) - speeds.AROUND for job in found}
    assert limits == {
        ("private", 1): 1 << 14,
        ("shared", 1): 1 << 18,
        ("shared", 2): 1 << 17,
        ("shared", 4): 1 << 16,
        ("shared", 8): 1 << 15,
    }
    assert speeds.limit(replace(found[0], latency=100)) == speeds.limit(found[0]) + 200


def test_one_cycle_beyond_the_limit_is_refuted(monkeypatch):
    assert measured(monkeypatch, 0).verdict is Verdict.PROVED
    found = measured(monkeypatch, 1)
    assert found.verdict is Verdict.REFUTED
    assert "16585 cycles, more than 16584" in found.detail


def test_wrong_counters_are_refuted(monkeypatch):
    def wrong(_):
        raise CountersWrongError("read_beats")

    monkeypatch.setattr(speeds, "measure", wrong)
    assert speeds.measured(ECP5_DEMO).detail == "read_beats"
