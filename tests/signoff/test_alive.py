"""A sign-off is red for mutants that are not known to live, and for these only."""

import json
from functools import partial
from pathlib import Path

import pytest

from scegrad.errors import RequestError
from scegrad.signoff import alive, command, summary
from scegrad.signoff.case import SignoffCase
from scegrad.signoff.command import SignoffOptions
from scegrad.signoff.result import CaseResult, Verdict

NAME = "inv lane.round.empty_0[{}] at Y[{}] of lane.round.$add$design.v:12$44, line 12"
OTHER = "const0 lane.round.$mux$design.v:{0}$7 at B[1] of lane.round.$mux$design.v:{0}$7, line {0}"
GROUPS = ("mutants/lane32/000", "mutants/lane32/001")


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, list[str]]:
    """The mutants that live in each group; a test changes them."""
    found = {GROUPS[0]: [NAME.format(1, 1)], GROUPS[1]: [OTHER.format(20)]}

    def run(name: str) -> CaseResult:
        alive = [{"mutant": mutant, "why": "no time"} for mutant in found[name]]
        data = {"mutants": 9, "ends": {"equal": 9 - len(alive)}, "alive": alive}
        return CaseResult(Verdict.ALIVE if alive else Verdict.PROVED, "told", 1.0, data)

    cases = [
        SignoffCase(name, "claim", "formal/a.sv", True, lambda: "ab" * 32, partial(run, name))
        for name in found
    ]
    monkeypatch.setattr(command, "cases", lambda: cases)
    monkeypatch.setattr(command.tools, "identity", lambda: "prover 1.0")
    monkeypatch.setattr(summary, "DESIGNS", {})
    monkeypatch.setattr(summary, "made", dict)
    monkeypatch.setattr(alive, "PATH", tmp_path / "alive.json")
    return found


def run(folder: Path, **options) -> int:
    return command.main(SignoffOptions(folder, **options))


def accepted(folder: Path) -> None:
    """Run all, and take what lives as known."""
    run(folder)
    assert run(folder, accept=True) == 0


def test_only_news_is_red(living, tmp_path, capsys):
    assert run(tmp_path / "0") == 1
    assert "told, 1 of them new" in capsys.readouterr().out
    assert run(tmp_path / "0", accept=True) == 0
    assert run(tmp_path / "1") == 0
    assert "told, all known" in capsys.readouterr().out
    text = (tmp_path / "1" / "signoff.html").read_text().replace("<wbr>", "")
    assert "cases are proved</span>; in 2 more, mutants live that are known" in text
    assert "alive (known)" in text and ">Not proved</h2>" not in text

    living[GROUPS[1]] += [NAME.format(2, 2)]  # one more of a kind, in another group
    assert run(tmp_path / "2") == 1
    text = (tmp_path / "2" / "signoff.html").read_text().replace("<wbr>", "")
    first = text[text.index(">Not proved</h2>") : text.index(">Ladder</h2>")]
    assert GROUPS[1] in first and GROUPS[0] not in first


def test_a_group_alone_is_green(living, tmp_path):
    accepted(tmp_path / "0")
    assert run(tmp_path / "1", names=(GROUPS[1],)) == 0
    living[GROUPS[0]] += ["inv lane.pack.x[0] at A[0] of _1_, line 1"]
    assert run(tmp_path / "1", names=(GROUPS[1],)) == 0
    assert run(tmp_path / "1", names=(GROUPS[0],)) == 1


def test_a_mutant_that_lives_no_more_is_told(living, tmp_path, capsys):
    accepted(tmp_path / "0")
    capsys.readouterr()
    living[GROUPS[0]].clear()
    assert run(tmp_path / "1") == 0
    assert "1 fewer mutants live than are known" in capsys.readouterr().out
    assert run(tmp_path / "1", accept=True) == 0
    assert "fewer" not in capsys.readouterr().out
    assert json.loads(alive.PATH.read_text())["lane32"]["alive"] == 1


def test_what_was_not_judged_stays_known(living, tmp_path, capsys):
    accepted(tmp_path / "0")
    assert "known mutants of lane32 are renewed\n" in capsys.readouterr().out
    before = alive.PATH.read_text()
    assert '"no time": 2' in before and '"inv lane.round.empty_0 at Y": 1' in before
    run(tmp_path / "1", names=(GROUPS[0],), accept=True)
    told = "no design are renewed; without records of all groups: lane32 (1 of 2 groups)"
    assert told in capsys.readouterr().out
    assert alive.PATH.read_text() == before


def test_without_names_only_records_are_accepted(living, tmp_path, capsys):
    with pytest.raises(RequestError, match="no record of today's sources to accept"):
        run(tmp_path / "0", accept=True)
    run(tmp_path / "0", names=(GROUPS[1],))
    capsys.readouterr()
    assert run(tmp_path / "0", accept=True) == 1  # the other group would be new: nothing is renewed
    told = capsys.readouterr().out
    assert "[1/1] alive" in told and "lane32 (1 of 2 groups)" in told


def test_other_lines_and_groups_are_no_news(living, tmp_path):
    accepted(tmp_path / "0")
    living[GROUPS[0]], living[GROUPS[1]] = [OTHER.format(31)], [NAME.format(3, 3)]
    assert run(tmp_path / "1") == 0


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {}}', '{"a": {"kinds": 1}}'])
def test_another_file_is_refused_before_anything_runs(living, tmp_path, text):
    alive.PATH.write_text(text)
    living.clear()  # any run would fail
    with pytest.raises(RequestError, match="no list of living mutants"):
        run(tmp_path / "0")


def test_the_numbers_of_cells_do_not_count():
    name = "const0 $auto$ff.cc:337:slice${} at SRST[0] of $auto$ff.cc:337:slice${}, line 0"
    assert alive.kind(name.format(1, 1)) == "const0 $auto$ff.cc::slice$ at SRST"
    assert alive.kind(name.format(1, 1)) == alive.kind(name.format(23, 23))
    assert alive.kind(OTHER.format(7)) != alive.kind(OTHER.format(7).replace("mux", "add"))


def test_the_names_of_anonymous_wires_do_not_count():
    assert alive.kind("inv dma.reader._0123_[4] at Q[4] of dma._0123_, line 4") == (
        alive.kind("inv dma.reader._0077_[1] at Q[2] of dma._0077_, line 9")
    )
    assert alive.kind("inv dma.left_12[4] at Q[4] of x, line 4") != alive.kind(
        "inv dma.left_13[4] at Q[4] of x, line 4"
    )
