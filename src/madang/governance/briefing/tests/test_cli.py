"""`madang briefing check` prints findings, as text or JSON, and refuses what isn't a report's text."""

from __future__ import annotations

import json
import sys

import pytest

from madang.project.command_line import main

from .fragments import WHOLE


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["madang", "briefing", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


def test_findings_as_json(monkeypatch, capsys, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(WHOLE.replace("의자 1,530개", "의자 1,350개"), "utf-8")
    assert run(monkeypatch, "check", str(path), "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert set(one) == {"line", "place", "kind", "stated", "computed", "cause"}
    assert (one["kind"], one["stated"], one["computed"]) == ("sum", "1,350개", "1,530")


@pytest.mark.parametrize(("language", "words"), [("ko", "지적 0건"), ("en", "0 findings")])
def test_findings_as_text(monkeypatch, capsys, tmp_path, language, words):
    path = tmp_path / "report.txt"
    path.write_text(WHOLE, "cp949", errors="ignore")
    assert run(monkeypatch, "check", str(path), "--language", language) == 0
    assert words in capsys.readouterr().out


def test_what_can_not_be_read_leaves_with_2(monkeypatch, capsys, tmp_path):
    path = tmp_path / "picture.txt"
    path.write_bytes(bytes(range(256)))
    assert run(monkeypatch, "check", str(path)) == 2
    assert run(monkeypatch, "check", str(tmp_path / "missing.txt")) == 2
    assert "can't be read" in capsys.readouterr().err
