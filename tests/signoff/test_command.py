"""The command: which cases run, what the ledger keeps, and what summary and page say of it."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from scegrad.errors import BuildError, RequestError, SimulationError
from scegrad.platforms import ECP5_DEMO
from scegrad.signoff import alive, command, failures, ladder, ledger, page, summary
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.cli import _share
from scegrad.signoff.command import SignoffOptions
from scegrad.signoff.places import ROOT
from scegrad.signoff.result import CaseResult, Verdict
from scegrad.soak import bins, rivals
from scegrad.soak.rounds import Outcome
from scegrad.tools.places import commands


class Cases:
    """Three cases whose verdicts a test sets, and which of them ran."""

    def __init__(self) -> None:
        self.verdicts = dict.fromkeys(("unit/a", "unit/b", "rounding32/k=003"), Verdict.PROVED)
        self.subject = "0123456789abcdef"
        self.ran: list[str] = []
        self.broken: dict[str, Exception] = {}
        self.unmade: dict[str, Exception] = {}
        self.trace = ""

    def cases(self) -> list[SignoffCase]:
        return [
            SignoffCase(
                name,
                f"claim of {name} <&>",
                "formal/a.sv",
                name.startswith("unit"),
                lambda name=name: self.made(name),
                lambda name=name: self.run(name),
            )
            for name in self.verdicts
        ]

    def made(self, name: str) -> str:
        if name in self.unmade:
            raise self.unmade[name]
        return self.subject * 4

    def run(self, name: str) -> CaseResult:
        self.ran.append(name)
        if name in self.broken:
            raise self.broken[name]
        return CaseResult(self.verdicts[name], "as told", 1.5, trace=self.trace)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """The cases of the command."""
    fake = Cases()
    monkeypatch.setattr(command, "cases", fake.cases)
    monkeypatch.setattr(command.tools, "identity", lambda: "prover 1.0")
    monkeypatch.setattr(summary, "DESIGNS", {"lane": lambda: "0123"})
    monkeypatch.setattr(alive, "PATH", tmp_path_factory.mktemp("docs") / "alive.json")
    return fake


def run(directory: Path, **options) -> int:
    return command.main(SignoffOptions(directory, **options))


def html(directory: Path) -> str:
    """The page, without the places at which a name may break."""
    return (directory / "signoff.html").read_text().replace("<wbr>", "")


def out(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def written(directory: Path) -> dict:
    return json.loads((directory / "signoff.json").read_text())


def states(directory: Path) -> dict[str, str]:
    return {row["case"]: row["verdict"] for row in written(directory)["cases"]}


def test_an_output_is_refused_before_anything_runs(fake, tmp_path):
    """A sign-off takes days."""
    with pytest.raises(RequestError, match="cannot be written: it is a directory"):
        run(tmp_path / "out", short=tmp_path)
    assert not fake.ran
    assert run(tmp_path / "out", short=tmp_path / "short.json") == 0
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["short.json"]


def test_an_output_that_cannot_be_written_is_refused_before_anything_runs(fake, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match="file cannot be written: it is not a directory"):
        run(tmp_path / "file")
    for name in ("signoff.html", "signoff.json"):
        (tmp_path / name / name).mkdir(parents=True)
        with pytest.raises(RequestError, match=f"{name} cannot be written: it is a directory"):
            run(tmp_path / name)
    assert not fake.ran


def test_the_short_summary_keeps_what_is_still_of_today(fake, tmp_path):
    """Records on another machine are not lost when one case runs again here."""
    path = tmp_path / "short.json"
    run(tmp_path / "there", short=path)
    rows = {
        "mutants": [{"design": name, "judged": 1, "mutants": 5} for name in ("a", "gone")],
        "coverage": [{"design": "a", "kind": "line"}, {"design": "gone", "kind": "line"}],
    }
    before = json.loads(path.read_text()) | rows
    for name in ("mutants/a/000", "mutants/b/000", "coverage/a"):
        fake.verdicts[name] = Verdict.PROVED
        before["cases"][name] = [fake.subject, "proved", 1.0, "then"]
    path.write_text(json.dumps(before))
    run(tmp_path / "here", names=("unit/a",), short=path)
    found = json.loads(path.read_text())
    assert found["cases"].keys() == fake.verdicts.keys()
    assert found["cases"]["mutants/b/000"][-1] == "then"
    assert [row for row in found["mutants"] if row["judged"]] == rows["mutants"][:1]
    assert found["coverage"] == rows["coverage"][:1]

    fake.subject = "fedcba9876543210"
    run(tmp_path / "changed", names=("unit/a",), short=path)
    found = json.loads(path.read_text())
    assert found["cases"].keys() == {"unit/a"}
    assert not [row for row in found["mutants"] if row["judged"]] and not found["coverage"]


SHAPES = [
    '"cases": []',
    '"cases": {"unit/a": []}',
    '"cases": {"unit/a": 1}',
    '"mutants": {}',
    '"mutants": [1]',
    '"coverage": [{"kind": "line"}]',
    '"tools": [1]',
    '"designs": 1',
]
"""Parts of a summary that are not what we write."""


@pytest.mark.parametrize(
    "text", ["", "[]", '{"version": 0}', *(f'{{"version": 1, {shape}}}' for shape in SHAPES)]
)
def test_another_file_is_no_short_summary(fake, tmp_path, text):
    (tmp_path / "short.json").write_text(text)
    with pytest.raises(RequestError, match="no summary of a sign-off"):
        run(tmp_path / "out", short=tmp_path / "short.json")
    assert not fake.ran


def test_a_device_is_no_earlier_summary(fake, tmp_path):
    # /dev/zero never ends: the command would read until the memory is full.
    assert run(tmp_path / "out", short=Path("/dev/zero")) == 0
    assert len(fake.ran) == 3


def test_a_second_run_takes_up_the_records(fake, tmp_path):
    assert run(tmp_path) == 0
    assert run(tmp_path) == 0
    assert fake.ran == ["unit/a", "unit/b", "rounding32/k=003"]
    assert set(states(tmp_path).values()) == {"proved"}


def test_quick_leaves_the_long_cases(fake, tmp_path):
    assert run(tmp_path, quick=True) == 0
    assert states(tmp_path) == {
        "unit/a": "proved",
        "unit/b": "proved",
        "rounding32/k=003": "missing",
    }


def test_a_named_case_runs_again_and_a_pattern_goes_on(fake, tmp_path):
    run(tmp_path)
    fake.ran.clear()
    assert run(tmp_path, names=("unit/b", "rounding32/*")) == 0
    assert fake.ran == ["unit/b"]


class Interrupted(KeyboardInterrupt):
    """As Ctrl-C raises it."""


@pytest.mark.parametrize("short", [False, True])
def test_an_interrupted_run_has_its_page_and_goes_on(fake, tmp_path, capsys, short):
    options = {"names": ("unit/*",), "short": tmp_path / "short.json" if short else None}
    fake.broken["unit/b"] = Interrupted()
    with pytest.raises(Interrupted):
        run(tmp_path / "out", **options)
    assert "interrupted: writing the page" in out(capsys)
    assert states(tmp_path / "out")["unit/a"] == "proved"
    assert "claim of unit/a" in html(tmp_path / "out")
    assert not (tmp_path / "short.json").exists()
    fake.broken.clear()
    assert run(tmp_path / "out", **options) == 0
    assert fake.ran == ["unit/a", "unit/b", "unit/b"]


def test_the_list_has_the_cases_that_are_chosen(fake, tmp_path, capsys):
    def listed(**options) -> list[str]:
        command.show_list(SignoffOptions(tmp_path, **options))
        return [each.split()[0] for each in out(capsys).splitlines()]

    assert listed() == list(fake.verdicts)
    assert listed(names=("unit/*",)) == ["unit/a", "unit/b"]
    assert listed(quick=True, share=(1, 2)) == ["unit/b"]
    assert listed(quick=True, names=("rounding32/k=003",)) == ["rounding32/k=003"]
    with pytest.raises(RequestError, match="no case"):
        listed(names=("none",))


def test_a_case_that_runs_again_replaces_its_record(fake, tmp_path):
    fake.verdicts["unit/b"] = Verdict.REFUTED
    assert run(tmp_path) == 1
    fake.verdicts["unit/b"] = Verdict.PROVED
    assert run(tmp_path, names=("unit/b",)) == 0
    assert states(tmp_path)["unit/b"] == "proved"
    fake.verdicts["unit/b"] = Verdict.OPEN  # out of time says nothing against a proof
    assert run(tmp_path, names=("unit/b",)) == 1
    assert states(tmp_path)["unit/b"] == "proved"
    assert run(tmp_path) == 0


def test_what_is_open_stays_on_the_page_until_it_is_decided(fake, tmp_path):
    fake.verdicts["unit/b"] = Verdict.OPEN
    assert run(tmp_path / "a") == 1
    assert run(tmp_path / "a", names=("unit/a",)) == 0
    assert states(tmp_path / "a")["unit/b"] == "open"
    fake.verdicts["unit/b"] = Verdict.PROVED
    assert run(tmp_path / "b", names=("unit/b",)) == 0
    for own, other in (("a", "b"), ("b", "a")):  # a proof prevails, wherever it is
        assert run(tmp_path / own, names=("unit/a",), others=(tmp_path / other,)) == 0
        assert states(tmp_path / own)["unit/b"] == "proved"
    assert run(tmp_path / "a") == 0
    assert states(tmp_path / "a")["unit/b"] == "proved"


def test_records_of_others_are_taken_over(fake, tmp_path):
    """The page's own commands, with the new directory alone, keep them."""
    run(tmp_path / "a", names=("unit/a",))
    assert run(tmp_path / "all", names=("unit/b",), others=(tmp_path / "a",)) == 0
    assert run(tmp_path / "all", names=("unit/b",)) == 0
    assert states(tmp_path / "all")["unit/a"] == "proved"
    assert fake.ran == ["unit/a", "unit/b", "unit/b"]


def test_two_runs_into_one_summary_lose_nothing(fake, tmp_path):
    path = tmp_path / "short.json"
    decide, others = fake.run, iter(["unit/b"])

    def beside(name: str) -> CaseResult:
        for other in others:  # while the first case runs
            run(tmp_path / "there", names=(other,), short=path)
        return decide(name)

    fake.run = beside
    run(tmp_path / "here", names=("unit/a",), short=path)
    assert set(json.loads(path.read_text())["cases"]) == {"unit/a", "unit/b"}


def test_no_place_for_waves_is_refused_before_anything_runs(fake, tmp_path):
    (tmp_path / "waves").touch()
    with pytest.raises(RequestError, match="waves must be a directory"):
        run(tmp_path)
    assert not fake.ran


def test_without_a_record_no_verilog_is_made(fake, tmp_path, monkeypatch):
    """One case of a second does not wait a minute for the Verilog of all platforms."""
    needless = replace(fake.cases()[2], subject=lambda: pytest.fail("the subject was asked for"))
    monkeypatch.setattr(command, "cases", lambda: [*fake.cases()[:2], needless])
    monkeypatch.setattr(summary, "DESIGNS", {"lane": lambda: pytest.fail("the Verilog was made")})
    monkeypatch.setattr(summary, "made", dict)  # other tests may have made some
    assert run(tmp_path, names=("unit/a",)) == 0
    assert states(tmp_path)["rounding32/k=003"] == "missing"
    assert not written(tmp_path)["designs"]


def test_an_unknown_case_is_refused_before_anything_runs(fake, tmp_path):
    with pytest.raises(RequestError, match="unit/c is no case"):
        run(tmp_path, names=("unit/a", "unit/c"))
    with pytest.raises(RequestError, match="is it rounding32/k=003"):
        run(tmp_path, names=("rounding32/k=03",))
    assert not fake.ran


def test_a_share_without_a_case_is_refused_before_anything_runs(fake, tmp_path):
    with pytest.raises(RequestError, match="share 4 of 5 is empty: 3 cases are chosen"):
        run(tmp_path, share=(3, 5))
    with pytest.raises(RequestError, match="none of these cases is quick"):
        run(tmp_path, names=("rounding32/*",), quick=True)
    assert not fake.ran


def test_a_directory_without_records_is_refused(fake, tmp_path):
    (tmp_path / "new").mkdir()
    with pytest.raises(RequestError, match="give the output directory of another sign-off"):
        run(tmp_path / "all", others=(tmp_path / "new",))
    (tmp_path / "new" / ledger.FILE).touch()
    with pytest.raises(RequestError, match="holds no record"):
        run(tmp_path / "all", others=(tmp_path / "new",))
    assert not fake.ran


@pytest.mark.parametrize("verdict", [Verdict.REFUTED, Verdict.VACUOUS, Verdict.OPEN])
def test_what_is_not_proved_gives_status_1(fake, tmp_path, verdict):
    fake.verdicts["unit/b"] = verdict
    assert run(tmp_path) == 1
    fake.verdicts["unit/b"] = Verdict.PROVED
    assert run(tmp_path) == (0 if verdict is Verdict.OPEN else 1)  # only what is open runs again


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (BuildError("yices failed: it is gone"), "yices failed: it is gone"),
        (SimulationError("no output"), "no output"),
        (KeyError("a\nb"), r"KeyError: 'a\\nb' \(tests/signoff/test_command.py:\d+\)"),
    ],
)
def test_a_case_that_breaks_does_not_stop_the_others(fake, tmp_path, capsys, error, cause):
    fake.broken["unit/a"] = error
    assert run(tmp_path) == 1
    assert re.search(rf"^\[1/3\] failed   unit/a \(0.0 s\): {cause}$", out(capsys), re.MULTILINE)
    assert states(tmp_path) == {
        "unit/a": "failed",
        "unit/b": "proved",
        "rounding32/k=003": "proved",
    }
    assert ">Not proved</h2>" in html(tmp_path)
    del fake.broken["unit/a"]
    assert run(tmp_path) == 0  # it ran again, and alone
    assert fake.ran == ["unit/a", "unit/b", "rounding32/k=003", "unit/a"]


def test_a_failed_case_has_no_figures(fake, tmp_path):
    for name in ("mutants/a/000", "coverage/a", "soak/a"):
        fake.verdicts[name] = Verdict.PROVED
        fake.broken[name] = BuildError("no tool")
    assert run(tmp_path) == 1
    assert [row["verdict"] for row in written(tmp_path)["cases"]].count("failed") == 3


@pytest.mark.parametrize("short", [False, True])
def test_hardware_that_cannot_be_elaborated_fails_its_cases(
    fake, tmp_path, capsys, monkeypatch, short
):
    path = tmp_path / "short.json" if short else None
    fake.unmade["unit/a"] = BuildError("the hardware cannot be elaborated: rtl/a.py:5")
    monkeypatch.setattr(summary, "DESIGNS", {"lane": lambda: fake.made("unit/a")})
    assert run(tmp_path / "out", short=path) == 1
    assert "failed   unit/a (0.0 s): the hardware cannot be elaborated: rtl/a.py:5" in out(capsys)
    assert states(tmp_path / "out")["unit/a"] == "failed"
    assert fake.ran == ["unit/b", "rounding32/k=003"]
    if path:
        assert "unit/a" not in json.loads(path.read_text())["cases"]


def test_a_file_of_the_hardware_that_cannot_be_read_is_one_line():
    error = SyntaxError("invalid syntax", (str(ROOT / "rtl/fifo.py"), 7, 1, "x", 7, 2))
    assert failures.told(error).startswith(
        "the hardware cannot be elaborated: rtl/fifo.py:7: Synta"
    )


def test_the_waves_of_a_failure_are_a_file_that_the_line_names(fake, tmp_path, capsys):
    fake.verdicts["unit/a"], fake.trace = Verdict.REFUTED, "$enddefinitions $end"
    run(tmp_path, names=("unit/a",))
    path = tmp_path / "waves" / "unit-a.vcd"
    assert out(capsys).splitlines()[0].endswith(f"as told; waves: {path}")
    assert path.read_text() == fake.trace
    fake.verdicts["unit/a"], fake.trace = Verdict.PROVED, ""
    run(tmp_path, names=("unit/a",))
    assert not path.exists()


def test_another_subject_makes_records_stale(fake, tmp_path):
    run(tmp_path)
    fake.subject = "fedcba9876543210"
    assert run(tmp_path, names=("unit/a",)) == 0
    assert states(tmp_path) == {"unit/a": "proved", "unit/b": "stale", "rounding32/k=003": "stale"}


def test_shares_make_the_whole(fake, tmp_path):
    for i in range(2):
        assert run(tmp_path / str(i), share=(i, 2)) == 0
    assert sorted(fake.ran) == sorted(fake.verdicts)
    fake.ran.clear()
    assert run(tmp_path / "all", others=(tmp_path / "0", tmp_path / "1")) == 0
    assert not fake.ran
    assert set(states(tmp_path / "all").values()) == {"proved"}


@pytest.mark.parametrize("text", ["", "0/2", "3/2", "1", "a/b", "1/2/3", "-1/2"])
def test_a_share_that_is_none_is_refused(text):
    with pytest.raises(RequestError, match="--share"):
        _share(text)


def test_a_ledger_of_another_version_is_refused(fake, tmp_path, monkeypatch):
    run(tmp_path)
    monkeypatch.setattr(ledger, "VERSION", 2)
    with pytest.raises(RequestError, match="version"):
        run(tmp_path)
    with pytest.raises(RequestError, match="version"):
        run(tmp_path / "other", others=(tmp_path,))


def test_the_ladder_follows_the_cases():
    rung = ladder.Rung("V2", "all", "formal", "unit/*")
    rows = [{"case": "unit/a", "verdict": "proved"}, {"case": "unit/b", "verdict": "stale"}]
    assert rung.state(rows)["state"] == "part"
    assert rung.state(rows[:1])["state"] == "done"
    for verdict in ("refuted", "vacuous", "failed"):
        assert rung.state([*rows, {"case": "unit/c", "verdict": verdict}])["state"] == "failed"
    for verdict in ("missing", "stale"):
        absent = [{"case": "unit/a", "verdict": verdict}, rows[1]]
        found = rung.state(absent)
        assert (found["state"], found["detail"]) == ("missing", "none of 2 has a record")
    assert replace(rung, cases="none/*").state(rows)["state"] == "missing"


def test_every_rung_has_a_meaning(fake, tmp_path):
    assert [*ladder.MEANINGS] == [*dict.fromkeys(rung.level for rung in ladder.LADDER)]
    run(tmp_path)
    assert all(f"<p><b>{level}</b>: " in html(tmp_path) for level in ladder.MEANINGS)


def test_the_ladder_goes_up():
    levels = [rung.level for rung in ladder.LADDER]
    assert levels == sorted(levels)


def test_every_evidence_is_there():
    root = Path(__file__).resolve().parents[2]
    assert not [rung.evidence for rung in ladder.LADDER if not (root / rung.evidence).exists()]


def test_the_page_stands_alone(fake, tmp_path):
    run(tmp_path)
    text = html(tmp_path)
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//|@import|url\(""", text)
    assert "claim of unit/a &lt;&amp;&gt;" in text
    assert 'name="viewport"' in text and "prefers-color-scheme: dark" in text
    assert len(re.findall(r'<(?:table|p) id="\w+"', text)) == 14
    assert ">3 of 3 cases are proved</span>.</p>" in text


def test_the_page_begins_with_what_is_not_proved(fake, tmp_path):
    run(tmp_path, names=("unit/a",))
    text = html(tmp_path)
    assert ">1 of 3 cases are proved</span>; " in text[: text.index("<nav")]
    assert ">2 without a record</span>, among them rounding32/*: run <code>scegrad signoff" in text
    fake.verdicts |= {"unit/b": Verdict.OPEN, "rounding32/k=003": Verdict.REFUTED}
    run(tmp_path)
    text = html(tmp_path)
    first = text[text.index("<h2 ") : text.index(">Ladder</h2>")]
    assert ">2 ran, not proved</a>" in text
    assert first.index("rounding32/k=003") < first.index("unit/b")
    assert "as told" in first and "unit/a" not in first


def test_the_page_shows_seed_and_command_of_each_case(fake, tmp_path, monkeypatch):
    known = fake.cases()
    seeded = replace(known[0], seed=20261127, command="scegrad soak --seed 20261127")
    monkeypatch.setattr(command, "cases", lambda: [seeded, *known[1:]])
    run(tmp_path)
    text = html(tmp_path)
    assert ">20261127</td>" in text
    assert f"<code>{commands()}scegrad soak --seed 20261127</code>" in text
    assert f"<code>{commands()}scegrad signoff -o {tmp_path} unit/b</code>" in text


def test_a_command_of_the_usual_directory_has_none(fake, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "USUAL", tmp_path)
    run(tmp_path)
    assert written(tmp_path)["cases"][0]["again"] == f"{commands()}scegrad signoff unit/a"


def test_the_page_has_the_functional_coverage_of_a_soak(fake, tmp_path, monkeypatch):
    outcome = Outcome(ECP5_DEMO)
    outcome.add(Counter(bins.bins(ECP5_DEMO)[1:]), Counter(rivals.kinds(ECP5_DEMO)))
    result = CaseResult(Verdict.HOLES, "as told", 1.0, outcome.record())
    soaked = replace(fake.cases()[0], name="soak/ecp5_demo", run=lambda: result)
    monkeypatch.setattr(command, "cases", lambda: [soaked])
    run(tmp_path)
    found = written(tmp_path)
    assert [(row["hit"], row["bins"]) for row in found["functional"]] == [(2267, 2268)]
    assert sum(row["bins"] for row in found["impossible"]) == 21600 - 2268
    assert [row["bin"] for row in found["unhit"]] == [bins.told(bins.bins(ECP5_DEMO)[0])]
    assert found["unhit"][0]["bin"] in html(tmp_path)


def test_the_summary_is_json_with_a_line_for_each_case(fake, tmp_path):
    run(tmp_path)
    found = written(tmp_path)
    assert summary.text(found) == (tmp_path / "signoff.json").read_text()
    text = (tmp_path / "signoff.html").read_text()
    (sources,) = {*re.findall(r'<a href="(.*/)formal/a.sv">', text)}
    assert page.page(found, sources) == text


def test_the_page_links_to_the_checkout_from_anywhere(fake, tmp_path, monkeypatch):
    root = Path(__file__).resolve().parents[2]
    monkeypatch.chdir(tmp_path)
    run(Path("some/where"))
    text = Path("some/where/signoff.html").read_text()
    (sources,) = {*re.findall(r'<a href="(.*/)formal/a.sv">', text)}
    assert (Path("some/where") / sources).resolve() == root
