"""A table becomes a budget exactly: every row a ledger line or a kept reject, every level the file's own sum."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, Conflict, NotAllowed
from madang.governance.budget.actions.importing import import_budget
from madang.governance.budget.gateway import read_cells
from madang.governance.budget.methods.import_table import read_table
from madang.governance.budget.models import BookRow
from madang.governance.budget.queries.imports import get_import, list_rejects, sum_levels
from madang.governance.budget.queries.ledger import find_ledger_faults
from madang.governance.budget.queries.nodes import get_node, list_items, list_named
from madang.governance.budget.records import Level, Measure
from madang.governance.budget.records.imports import TableWish
from madang.governance.budget.records.ledger import Side

NOW = datetime(2026, 11, 1, tzinfo=UTC)
HEADER = (
    "회계연도,소관명,회계명,세부사업명,당초예산(천원),이월액(천원),예산현액(천원),원인행위(천원),지출액(천원)"
)
ROWS = (
    "2025,가과,일반회계,광장 운영,100,20,120,90,50",
    "2025,가과,일반회계,망 구축,200,-,200,-,-",
    "2025,가과,합계,,300,20,320,90,50",
    "2025,나과,특별회계,센터 운영,50,-,51,10,10",
    "2025,나과,특별회계,꽃 심기,백만,-,5,1,1",
    "2025,나과,특별회계,물 주기,10,-,10,12,1",
    "2026,나과,특별회계,센터 운영,70,-,70,-,-",
)


def bring(raw: bytes, **more) -> str:
    wish = TableWish(series="시험", name="시험 예산", **more)
    return import_budget(actor=HOUSE, now=NOW, file_name="예산.csv", raw=raw, wish=wish)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_rows_become_ledger_lines_or_kept_rejects(encoding):
    import_id = bring("\n".join([HEADER, *ROWS]).encode(encoding))
    found = get_import(import_id)
    assert (found.rows_read, found.lines_taken, found.totals_read, found.rejected) == (7, 4, 1, 2)
    rejects, _ = list_rejects(import_id)
    assert [(one.row, one.reason) for one in rejects] == [(6, "amount_unreadable"), (7, "beyond_budget")]
    assert "백만" in rejects[0].cells
    assert [(one.row, one.kind, one.stated_krw, one.computed_krw) for one in found.findings] == [
        (5, "current", 51_000, 50_000)
    ]
    assert [BookRow.objects.get(pk=one).fiscal_year for one in found.book_ids] == [2025, 2026]
    balance = get_node(found.book_ids[0]).balance
    assert (balance.current_budget_krw, balance.committed_krw, balance.disbursed_krw) == (
        370_000,
        100_000,
        60_000,
    )
    assert (balance.original_krw, balance.carried_in_krw) == (350_000, 20_000)
    assert all(find_ledger_faults(one) == () for one in found.book_ids)


@pytest.mark.django_db
def test_a_wrong_total_is_a_finding_and_nothing_is_corrected():
    wrong = [HEADER, *ROWS[:2], ROWS[2].replace("합계,,300", "합계,,290")]
    found = get_import(bring("\n".join(wrong).encode()))
    assert [(one.row, one.kind, one.measure, one.computed_krw) for one in found.findings] == [
        (4, "sum", "original_krw", 300_000)
    ]
    assert get_node(found.book_ids[0]).balance.original_krw == 300_000


@pytest.mark.django_db
def test_a_table_of_revenue_keeps_its_levels_and_its_totals():
    """As `madang briefing table` writes it from a work report."""
    rows = (
        "회계연도,구분,관·항,목,세부 세입,예산현액(원)",
        "2022,합계,,,,1742720000",
        "2022,세외수입,소계,,,1100000000",
        "2022,세외수입,경상적 세외수입,사용료,주차요금,742720000",
        "2022,세외수입,경상적 세외수입,사용료,공원,357280000",
        "2022,보조금,국고보조금,국고보조금,쉼터,642720001",
    )
    raw = "\n".join(rows).encode()
    with pytest.raises(BadInput) as refused:
        bring(raw)
    assert refused.value.details["field"] == "side"
    found = get_import(bring(raw, side=Side.REVENUE))
    assert (found.lines_taken, found.totals_read, found.rejected) == (3, 2, 0)
    assert [(one.path, one.stated_krw, one.computed_krw) for one in found.findings] == [
        ((), 1_742_720_000, 1_742_720_001)
    ]
    sums = [(one.level, one.count) for one in sum_levels(found.book_ids[0]) if one.level]
    assert sums == [("category", 2), ("group", 2), ("kind", 2), ("source", 3)]


@pytest.mark.django_db
def test_what_is_no_budget_table_is_refused_whole():
    for raw in (
        b"", b"\x00\x01\x02\xff", b"PK\x03\x04broken", b"\x1f\x8bbroken", "이름,나이\n가,3".encode(),
        "소관명,예산현액\n가과,3".encode(), f"{HEADER}\n".encode(), f"{HEADER}\n2025,,,,,,,,\n".encode(),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            bring(raw)
    assert BookRow.objects.count() == 0
    bring("\n".join([HEADER, *ROWS]).encode())
    with pytest.raises(Conflict):
        bring("\n".join([HEADER, *ROWS]).encode())
    with pytest.raises(NotAllowed):
        import_budget(actor=ANONYMOUS, now=NOW, file_name="x", raw=b"", wish=TableWish(series="x", name="x"))


def test_a_gzipped_csv_and_tabs_are_read():
    assert read_cells(gzip.compress("가\t나\n1\t2".encode())) == [["가", "나"], ["1", "2"]]


def test_cells_are_divided_by_what_stands_between_them():
    assert read_cells("예산; 안\n사업명;금액\n광장, 길;1,234,567\n".encode())[1:] == [
        ["사업명", "금액"],
        ["광장, 길", "1,234,567"],
    ]
    assert read_cells('사업명,금액\n"광장; 길; 숲; 강",3\n'.encode())[1] == ["광장; 길; 숲; 강", "3"]
    assert read_cells("2024년 예산\n사업명\t금액\n광장\t1,000,000\n".encode())[2] == ["광장", "1,000,000"]


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "why"), [("-100", "below 0"), ("999999999999999999", "too large")])
def test_a_table_without_a_row_to_take_is_refused_with_row_and_reason(amount, why):
    raw = f"사업명,당초예산(천원)\n광장,{amount}\n".encode()
    with pytest.raises(BadInput) as refused:
        bring(raw, fiscal_year=2024)
    assert "row 2" in refused.value.text.en
    assert why in refused.value.text.en


@pytest.mark.django_db
def test_sums_that_no_ledger_holds_are_refused():
    rows = "".join(f"사업 {at},99999999999999999\n" for at in range(100))
    with pytest.raises(BadInput) as refused:
        bring(f"사업명,당초예산(원)\n{rows}".encode(), fiscal_year=2024)
    assert refused.value.code == "budget.too_large"


def run_madang(tmp_path: Path, *words: str | bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "madang.project.command_line", *words]
    environment = {**os.environ, "MADANG_DATA": str(tmp_path / "new")}
    return subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603


def test_the_command_line_refuses_in_a_sentence_and_begins_a_house(tmp_path):
    table = tmp_path / "예산.csv"
    table.write_text("사업명,당초예산(천원)\n광장,3\n")
    rest = ("--name", "예산", "--year", "2024")
    for words in (
        ("budget", "import", str(tmp_path / "none.csv"), "--series", "s", *rest),
        ("budget", "import", str(table), "--series", b"\xff", *rest),
    ):
        ended = run_madang(tmp_path, *words)
        assert (ended.returncode, b"Traceback" in ended.stderr) == (2, False), ended.stderr.decode()
    ended = run_madang(tmp_path, "budget", "import", str(table), "--series", "s", *rest)
    assert ended.returncode == 0, ended.stderr.decode()
    assert b"1 rows: 1 taken" in ended.stdout


@pytest.mark.django_db
def test_the_national_budget_is_equal_at_every_level(municipal_files: Path):
    raw = (municipal_files / "budget" / "budget2023.csv.gz").read_bytes()
    import_id = bring(raw, source="열린재정")
    found = get_import(import_id)
    assert (found.rows_read, found.lines_taken, found.rejected, found.findings) == (9074, 9074, 0, ())
    (book_id,) = found.book_ids
    table = read_table(read_cells(raw))
    original: dict[str, int] = defaultdict(int)
    proposed: dict[str, int] = defaultdict(int)
    for line in table.lines:
        path = ""
        for level in (None, *Level):
            if level is not None:
                if not line.names.get(level):
                    continue
                path = f"{path}\t{level}:{line.names[level]}" if path else f"{level}:{line.names[level]}"
            original[path] += line.amounts[Measure.ORIGINAL] or 0
            proposed[path] += line.amounts[Measure.PROPOSED] or 0
    kept = list_named(book_id)
    assert {path: node.balance.original_krw for path, node in kept.items()} == original
    assert {path: node.proposed_krw for path, node in kept.items()} == proposed
    assert find_ledger_faults(book_id) == ()
    whole = original[""]
    full_levels = {one.level: one.kept_krw for one in sum_levels(book_id)}
    assert all(full_levels[level] == whole for level in ("", "organization", "account", "project"))
    assert list_items(book_id)[1] == len([path for path in kept if kept[path].is_leaf])


@pytest.mark.django_db
def test_the_workbook_with_the_broken_style_sheet_is_the_same_budget(municipal_files: Path):
    (path,) = (municipal_files / "budget").glob("*.xlsx")
    other = read_table(read_cells((municipal_files / "budget" / "budget2023.csv.gz").read_bytes()))
    table = read_table(read_cells(path.read_bytes()))
    assert [line.amounts for line in table.lines] == [line.amounts for line in other.lines]
    assert [line.names for line in table.lines] == [line.names for line in other.lines]
