"""`madang briefing check` prints findings, as text or JSON, and refuses what isn't a report's text."""

from __future__ import annotations

import json
import unicodedata
from argparse import ArgumentParser

import pytest

from madang.core.base.interface import BadInput
from madang.governance.briefing.cli import SUBCOMMANDS

from .fragments import WHOLE, find_line


def run(*arguments):
    (command,) = SUBCOMMANDS
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def test_findings_as_json(capsys, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(WHOLE.replace("의자 1,530개", "의자 1,350개"), "utf-8")
    assert run("check", str(path), "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert set(one) == {"line", "place", "kind", "stated", "computed", "cause"}
    assert (one["kind"], one["stated"], one["computed"]) == ("sum", "1,350개", "1,530")


def test_the_budget_as_a_table(capsys, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(WHOLE, "utf-8")
    assert run("table", str(path), "--side", "revenue") == 0
    lines = capsys.readouterr().out.split("\n")
    assert lines[:2] == ["회계연도,구분,관·항,목,세부 세입,예산현액(원)", "2022,합계,,,,1742720000"]


def test_what_was_not_read_is_told_beside_the_json(capsys, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(WHOLE.replace("주차요금수입\t742,720", "주차요금수입\t74ㄹ,720"), "utf-8")
    assert run("check", str(path), "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == []
    assert "74ㄹ,720" in said.err
    assert f"{find_line('주차요금수입')}:" in said.err


def test_a_text_that_is_no_report_is_refused(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("안녕하십니까\n\n다음 주에 뵙겠습니다.\n", "utf-8")
    with pytest.raises(BadInput, match="no table, task or figure"):
        run("check", str(path), "--json")


@pytest.mark.parametrize(("part", "count"), [("800", 0), ("900", 1)])
def test_a_text_without_a_table_or_task_is_checked(capsys, tmp_path, part, count):
    path = tmp_path / "note.txt"
    path.write_text(f"주차장 1,250면을 조성하였음\n공유주차 1,250면(공영 450면, 민영 {part}면)\n", "utf-8")
    assert run("check", str(path), "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == count


def test_text_as_a_mac_writes_it_reads_the_same(capsys, tmp_path):
    path = tmp_path / "report.txt"
    for text, count in ((WHOLE, 0), (WHOLE.replace("의자 1,530개", "의자 1,350개"), 1)):
        path.write_text(unicodedata.normalize("NFD", text), "utf-8")
        run("check", str(path), "--json")
        assert len(json.loads(capsys.readouterr().out)) == count


@pytest.mark.parametrize(("language", "words"), [("ko", "지적 0건"), ("en", "0 findings")])
def test_findings_as_text(capsys, tmp_path, language, words):
    path = tmp_path / "report.txt"
    path.write_text(WHOLE, "cp949", errors="ignore")
    assert run("check", str(path), "--language", language) == 0
    assert words in capsys.readouterr().out


def test_what_can_not_be_read_is_refused(tmp_path):
    path = tmp_path / "picture.txt"
    path.write_bytes(bytes(range(256)))
    for one, words in ((path, "isn't text"), (tmp_path / "missing.txt", "can't be read")):
        with pytest.raises(BadInput, match=words):
            run("check", str(one))
