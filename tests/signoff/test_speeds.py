"""Speed: the limits and figures are those of the page, and a job that is slower is refuted."""

import re
from dataclasses import replace

import pytest

from scegrad.bench.measure import CountersWrongError, Measurement
from scegrad.platforms import ECP5_DEMO, FT78NE
from scegrad.signoff import speeds
from scegrad.signoff.result import Verdict


def measured(monkeypatch, cycles):
    """The verdict if each job takes ``cycles(job)``."""
    monkeypatch.setattr(speeds, "measure", lambda job: Measurement(job, cycles(job), {}))
    return speeds.measured(ECP5_DEMO)


def test_the_limit_is_that_of_cores_or_port():
    found = [job for job in speeds.jobs(FT78NE) if not job.latency and not job.dram]
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
    high = dict.fromkeys(speeds.jobs(ECP5_DEMO), 1 << 30)
    monkeypatch.setattr(speeds, "figures", lambda: high)
    assert measured(monkeypatch, speeds.limit).verdict is Verdict.PROVED
    found = measured(monkeypatch, lambda job: speeds.limit(job) + 1)
    assert found.verdict is Verdict.REFUTED
    assert "16585 cycles, more than 16584" in found.detail


@pytest.mark.parametrize("slower", speeds.jobs(ECP5_DEMO))
def test_one_cycle_more_than_the_page_says_is_refuted(monkeypatch, slower):
    figures = speeds.figures()
    found = measured(monkeypatch, lambda job: figures[job] + (job == slower))
    assert found.verdict is Verdict.REFUTED
    more = f"{figures[slower] + 1} cycles, more than {figures[slower]} in docs/bench/bench.json"
    assert more in found.detail


def test_the_figures_of_the_page_are_proved_and_fewer_cycles_are_told(monkeypatch):
    figures = speeds.figures()
    found = measured(monkeypatch, figures.__getitem__)
    assert found.verdict is Verdict.PROVED
    assert "fewer" not in found.detail
    found = measured(monkeypatch, lambda job: figures[job] - (job.fmt == "fp16"))
    assert found.verdict is Verdict.PROVED
    assert re.search(r"; 9 have fewer cycles than there: make bench", found.detail)


def test_a_job_without_a_figure_is_refuted(monkeypatch):
    monkeypatch.setattr(speeds, "figures", dict)
    found = measured(monkeypatch, lambda _: 1)
    assert found.verdict is Verdict.REFUTED
    assert "no figure in docs/bench/bench.json: make bench" in found.detail


def test_wrong_counters_are_refuted(monkeypatch):
    def wrong(_):
        raise CountersWrongError("read_beats")

    monkeypatch.setattr(speeds, "measure", wrong)
    assert speeds.measured(ECP5_DEMO).detail == "read_beats"


def test_a_job_that_does_not_end_is_refuted(monkeypatch):
    def hang(_):
        raise TimeoutError("no interrupt came within 9 cycles")

    monkeypatch.setattr(speeds, "measure", hang)
    found = speeds.measured(ECP5_DEMO)
    assert found.verdict is Verdict.REFUTED
    told = "16384 elements of fp32, 1 cores, private: no interrupt came within 9 cycles"
    assert found.detail == told
