"""Story: a file becomes a dataset, again becomes its next version, and can be taken back; nothing half."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict, NotAllowed, NotFound, Text, now
from madang.core.lake.charting import ChartChoice, draw_chart
from madang.core.lake.cli import describe_outcome
from madang.core.lake.datasets import restore_version
from madang.core.lake.folders import lake_path
from madang.core.lake.importing.action import import_file, preview_file, undo_import
from madang.core.lake.importing.jobs import (
    confirm_import,
    do_import,
    get_choice,
    get_import,
    make_import_id,
    open_import,
    turn_to_sheet,
    upload_path,
)
from madang.core.lake.importing.names import MAX_LENGTH, derive_table_name, take_stem
from madang.core.lake.importing.records import ImportCancelled, ImportChoice
from madang.core.lake.importing.rejected import rejected_path
from madang.core.lake.interface import (
    authorize,
    describe_dataset,
    get_dataset,
    list_versions,
    publish_dataset,
)
from madang.core.lake.models import Dataset
from madang.core.lake.pages.dataset import describe_report
from madang.core.lake.pages.forms import fill_from_choice
from madang.core.lake.records import ColumnChange, DatasetChange, DatasetState
from madang.core.lake.sql import run_sql
from madang.core.lake.vocabulary import FIXES, WARNINGS
from madang.core.pages.interface import ChartKind

pytestmark = pytest.mark.django_db
LIBRARIES = """\
도서관명,구,경도,위도,좌석수
남산,중구,126.981,37.552,"1,200"
정독,종로구,126.983,37.581,534
송파,송파구,127.127,37.502,-
"""


@pytest.fixture(autouse=True)
def fresh_lake(tmp_path, settings):
    from madang.core.base.interface import read_settings  # noqa: PLC0415

    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def take(path: Path, **changes):
    return import_file(actor=HOUSE, now=now(), path=path, **changes)


def test_a_korean_file_becomes_a_draft_with_a_place(tmp_path):
    outcome = take(write(tmp_path, "서울_도서관.csv", LIBRARIES, "cp949"))
    assert outcome.report.table == "seoul_doseogwan"
    assert outcome.title == Text(ko="서울 도서관", en="서울 도서관")
    record = get_dataset(actor=HOUSE, name="seoul_doseogwan")
    assert (record.state, record.rows, record.version) == (DatasetState.DRAFT, 3, outcome.version)
    assert record.quality["rows"] == 3
    reader = authorize(HOUSE, "seoul_doseogwan")
    rows = reader.read(order_by=["좌석수"]).to_pylist()
    assert [row["좌석수"] for row in rows] == [534, 1200, None]
    assert rows[0][record.table.lon] == 126.983


def test_the_same_file_again_is_the_next_version_and_words_stay(tmp_path):
    path = write(tmp_path, "lib.csv", LIBRARIES)
    first = take(path)
    title = Text(ko="시립도서관", en="City libraries")
    words = DatasetChange(title=title, columns=(ColumnChange(name="구", personal="주소"),))
    describe_dataset(actor=HOUSE, now=now(), name="lib", change=words)
    path.write_text(LIBRARIES + "강남,강남구,127.06,37.49,7\n", "utf-8")
    second = take(path)
    assert second.previous_version == first.version
    record = get_dataset(actor=HOUSE, name="lib")
    assert (record.rows, record.table.title) == (4, title)
    assert [column.personal for column in record.table.columns if column.name == "구"] == ["주소"]
    assert len(list_versions(actor=HOUSE, name="lib")) == 2


def test_two_files_with_one_slug_stay_two_datasets(tmp_path):
    first = take(write(tmp_path, "값.csv", LIBRARIES))
    second = take(write(tmp_path, "gap.csv", LIBRARIES))
    assert first.report.table == "gap"
    assert second.report.table.startswith("gap_")
    assert take(write(tmp_path, "gap.csv", LIBRARIES)).report.table == second.report.table


def test_a_file_of_the_same_name_with_other_columns_replaces_nothing(tmp_path):
    first = take(write(tmp_path, "lib.csv", LIBRARIES))
    other = write(tmp_path, "lib.csv", "상호,업종,매출\n가,빵,1\n나,차,2\n다,책,3\n")
    second = take(other)
    assert first.report.table == "lib"
    assert second.report.table.startswith("lib_")
    assert take(other).report.table == second.report.table
    more = take(write(tmp_path, "lib.csv", LIBRARIES.replace("좌석수", "자리,좌석수").replace(",5", ",1,5")))
    assert (more.report.table, more.previous_version) == ("lib", first.version)
    wanted = take(other, choice=ImportChoice(table_name="lib"))
    assert wanted.report.table == "lib"


def test_undo_brings_back_what_was_before(tmp_path):
    path = write(tmp_path, "lib.csv", LIBRARIES)
    first = take(path)
    path.write_text(LIBRARIES.replace("남산", "북산"), "utf-8")
    second = take(path)
    undo = {"actor": HOUSE, "now": now(), "name": "lib"}
    undo_import(**undo, version=second.version, previous_version=second.previous_version)
    assert authorize(HOUSE, "lib").read(["도서관명"]).column(0).to_pylist()[0] == "남산"
    with pytest.raises(Exception, match="changed since"):
        undo_import(**undo, version=first.version, previous_version=None)
    version = get_dataset(actor=HOUSE, name="lib").version
    assert undo_import(**undo, version=version, previous_version=None) is None
    assert not Dataset.objects.filter(name="lib").exists()


def test_a_dry_run_writes_nothing(tmp_path):
    outcome = take(write(tmp_path, "lib.csv", LIBRARIES), dry_run=True)
    assert outcome.version is None
    assert outcome.report.rows_kept == 3
    assert not Dataset.objects.exists()


def test_a_cancelled_import_leaves_nothing(tmp_path):
    path = write(tmp_path, "lib.csv", LIBRARIES)
    stages = []
    with pytest.raises(ImportCancelled):
        take(path, progress=lambda stage, done: stages.append(stage), cancelled=lambda: "writing" in stages)
    assert not Dataset.objects.exists()
    assert not list((lake_path() / "rejected").glob("**/*.csv"))
    assert not list((lake_path() / "tables").glob("**/*.parquet"))


def test_an_import_is_cancelled_while_its_columns_are_judged(tmp_path):
    path = write(tmp_path, "lib.csv", LIBRARIES)
    told = []
    with pytest.raises(ImportCancelled):
        preview_file(
            actor=HOUSE,
            path=path,
            file_name=path.name,
            progress=lambda stage, done: told.append(done),
            cancelled=lambda: bool(told),
        )


def test_rejected_rows_are_kept_with_their_line(tmp_path):
    rows = "".join(f"{n},이름{n},{n * 3}\n" for n in range(1, 30))
    outcome = take(write(tmp_path, "broken.csv", "번호,이름,값\n" + rows + '30,"열린 따옴표,5\n31,끝,6\n'))
    kept = rejected_path("broken", outcome.version)
    assert outcome.report.rows_read == outcome.report.rows_kept + sum(outcome.report.rejected.values())
    if outcome.report.rejected:
        with kept.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
        assert len(lines) == sum(outcome.report.rejected.values())
        assert all(int(line["line"]) >= 30 and line["reason"] for line in lines)


def test_what_cannot_be_read_names_the_line_and_leaves_nothing(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text('[{"a": 1},\n{"a": 2},\n{"a": }\n]', "utf-8")
    with pytest.raises(BadInput, match="line 3"):
        take(path)
    assert not Dataset.objects.exists()


def test_a_preview_shows_rows_and_places(tmp_path):
    path = write(tmp_path, "lib.csv", LIBRARIES)
    preview = preview_file(actor=HOUSE, path=path, file_name="lib.csv")
    assert preview.is_new
    assert preview.rows[0][:2] == ["남산", "중구"]
    assert preview.points[0] == (126.981, 37.552)
    assert not Dataset.objects.exists()


def test_choices_publish_and_hide(tmp_path):
    choice = ImportChoice(
        table_name="libraries",
        title=Text(ko="도서관", en="Libraries"),
        category="culture",
        personal={"도서관명": "name"},
        publish=True,
    )
    take(write(tmp_path, "lib.csv", LIBRARIES), choice=choice)
    visitor = Actor(id="", name="", kind="anonymous")
    assert get_dataset(actor=visitor, name="libraries").category == "culture"
    assert "도서관명" not in authorize(visitor, "libraries").read().column_names


@pytest.mark.parametrize("name", ["lib", "other"])
def test_who_may_not_publish_changes_nothing_by_asking_for_it(tmp_path, name):
    path = write(tmp_path, "lib.csv", LIBRARIES)
    take(path, choice=ImportChoice(publish=True))
    importer = Actor(id="7", name="민", grants=frozenset({("lake.import", "*")}))
    path.write_text(LIBRARIES.replace("남산", "북산"), "utf-8")
    with pytest.raises(NotAllowed):
        import_file(actor=importer, now=now(), path=path, choice=ImportChoice(table_name=name, publish=True))
    assert [row.name for row in Dataset.objects.all()] == ["lib"]
    assert authorize(HOUSE, "lib").read(["도서관명"]).column(0).to_pylist()[0] == "남산"


def test_an_import_that_fails_at_its_end_is_taken_back(tmp_path):
    path = write(tmp_path, "lib.csv", LIBRARIES)
    take(path)
    path.write_text(LIBRARIES.replace("남산", "북산"), "utf-8")

    for name in ("lib", "other"):
        with pytest.raises(TypeError):
            take(path, choice=ImportChoice(table_name=name, category=5))
    assert [row.name for row in Dataset.objects.all()] == ["lib"]
    assert authorize(HOUSE, "lib").read(["도서관명"]).column(0).to_pylist()[0] == "남산"


def test_a_sheet_of_a_workbook_is_chosen_by_name(tmp_path):
    path, book = tmp_path / "통계.xlsx", openpyxl.Workbook()
    for title, place in (("2021", "중구"), ("2022/말", "송파구")):
        sheet = book.create_sheet(title.replace("/", " "))
        for row in (["구", "값"], [place, 1], [place, 2]):
            sheet.append(row)
    del book["Sheet"]
    book.save(path)
    first = take(path)
    assert (first.sheets, first.report.fixes) == (("2021", "2022 말"), {"sheets_ignored": 1})
    second = take(path, choice=ImportChoice(sheet="2022 말"))
    again = take(path, choice=ImportChoice(sheet="2022 말"))
    assert (first.previous_version, second.previous_version) == (None, None)
    assert again.report.table == second.report.table != first.report.table
    assert authorize(HOUSE, again.report.table).read(["구"]).column(0).to_pylist() == ["송파구"] * 2
    preview = preview_file(actor=HOUSE, path=path, file_name="통계.xlsx", sheet="2022 말")
    assert (preview.table_name, preview.sheets[0]) == (second.report.table, "2022 말")
    with pytest.raises(BadInput, match="only 2021, 2022"):
        take(path, choice=ImportChoice(sheet="2023"))
    with pytest.raises(BadInput, match="only a workbook"):
        take(write(tmp_path, "lib.csv", LIBRARIES), choice=ImportChoice(sheet="2023"))


def test_a_previewed_workbook_turns_to_another_sheet_and_is_stored_as_it(tmp_path):
    import_id, book = make_import_id(), openpyxl.Workbook()
    for title in ("가", "나"):
        sheet = book.create_sheet(title)
        for row in (["구", "값"], [title, 1], [title, 2]):
            sheet.append(row)
    del book["Sheet"]
    book.save(upload_path(import_id) / "file")
    known = {"actor": HOUSE, "now": now(), "import_id": import_id}
    open_import(**known, file_name="통계.xlsx", choice=ImportChoice(), wants_preview=True)
    do_import(import_id)
    assert get_import(actor=HOUSE, import_id=import_id).preview.sheets == ("가", "나")
    with pytest.raises(NotFound):
        turn_to_sheet(**known, sheet="다")
    turn_to_sheet(**known, sheet="나")
    do_import(import_id)
    preview = get_import(actor=HOUSE, import_id=import_id).preview
    assert (preview.sheets, preview.rows) == (("나", "가"), [["나", 1], ["나", 2]])
    confirm_import(**known, choice=ImportChoice(table_name="stats"))
    do_import(import_id)
    job = get_import(actor=HOUSE, import_id=import_id)
    assert (job.state, job.rows_written) == ("done", 2)
    assert authorize(HOUSE, "stats").read(["구"]).column(0).to_pylist() == ["나", "나"]


def test_the_query_that_the_terminal_suggests_runs(tmp_path):
    for name in ("select", "lib"):
        outcome = take(write(tmp_path, "lib.csv", LIBRARIES), choice=ImportChoice(table_name=name))
        query = shlex.split(describe_outcome(outcome).rpartition("madang sql ")[2])[0]
        assert run_sql(HOUSE, query).num_rows == 3


def test_what_can_t_be_stored_as_decided_may_be_decided_again(tmp_path):
    import_id = make_import_id()
    write(upload_path(import_id), "file", PEOPLE)
    known = {"actor": HOUSE, "now": now(), "import_id": import_id}
    open_import(**known, file_name="명부.csv", choice=ImportChoice(), wants_preview=True)
    do_import(import_id)
    wrong = ImportChoice(table_name="people", source="총무과", publish=True)
    confirm_import(**known, choice=wrong)
    do_import(import_id)
    job = get_import(actor=HOUSE, import_id=import_id)
    assert job.state == "previewed"
    assert "번호" in job.message.ko
    assert not Dataset.objects.filter(name="people").exists()
    filled = fill_from_choice(get_choice(actor=HOUSE, import_id=import_id))
    assert filled == {"table_name": "people", "source": "총무과", "personal": [], "publish": True}
    confirm_import(
        **known, choice=ImportChoice(table_name="people", publish=True, personal={"번호": "개인정보"})
    )
    do_import(import_id)
    job = get_import(actor=HOUSE, import_id=import_id)
    assert (job.state, job.message.ko, upload_path(import_id).joinpath("file").exists()) == (
        "done",
        "",
        False,
    )


def test_the_terminal_tells_columns_with_type_and_unit(tmp_path):
    path = write(tmp_path, "lib.csv", "도서관,예산(천원)\n남산,5\n정독,6\n")
    said = describe_outcome(import_file(actor=HOUSE, now=now(), path=path, dry_run=True))
    assert "columns   도서관 (text), 예산(천원) (whole number, 천원)" in said


def test_the_terminal_tells_it_in_its_own_language(tmp_path, monkeypatch):
    rows = '도서관,장서,문의\n남산,"1,000",02-120\n정독,"2,000"\n정독,"2,000",-,더\n'
    outcome = import_file(actor=HOUSE, now=now(), path=write(tmp_path, "lib.csv", rows), dry_run=True)
    assert outcome.report.rejected
    assert outcome.report.fixes
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert not re.search("읽음|고침|제외|됩니다", describe_outcome(outcome))
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    said = describe_outcome(outcome).replace("lib.csv", "").replace(outcome.report.table, "")
    assert re.findall("[A-Za-z]{2,}", said) == ["utf"]


def test_strangers_may_not_import(tmp_path):
    with pytest.raises(NotAllowed):
        import_file(actor=Actor(id="1", name="민"), now=now(), path=write(tmp_path, "lib.csv", LIBRARIES))


@settings(max_examples=200)
@given(st.text(min_size=1, max_size=120))
def test_every_file_name_gives_one_lawful_table_name(stem):
    name = derive_table_name(take_stem(stem + ".csv"))
    assert name == derive_table_name(take_stem(stem + ".csv.gz"))
    assert len(name) <= MAX_LENGTH
    assert name.replace("_", "a").isalnum()
    assert name.isascii()
    assert name[0].isalpha()
    assert name == name.lower()


PEOPLE = (
    "이름,번호,법인등록번호,전화\n김가,900101-1234567,110111-1234567,02-120\n이나,,110111-2345678,02-120\n"
)


def test_resident_numbers_are_never_published(tmp_path):
    path = write(tmp_path, "people.csv", PEOPLE)
    for choice in (ImportChoice(publish=True), ImportChoice()):
        if choice.publish:
            with pytest.raises(Conflict) as refusal:
                take(path, choice=choice)
            assert refusal.value.code == "lake.personal_data"
            assert "번호" in refusal.value.text.en
            assert not Dataset.objects.exists()
        else:
            take(path, choice=choice)
            with pytest.raises(Conflict):
                publish_dataset(actor=HOUSE, now=now(), name="people")
    change = DatasetChange(columns=(ColumnChange(name="번호", personal="번호"),))
    describe_dataset(actor=HOUSE, now=now(), name="people", change=change)
    assert publish_dataset(actor=HOUSE, now=now(), name="people").state is DatasetState.PUBLISHED
    change = DatasetChange(columns=(ColumnChange(name="번호", personal=""),))
    with pytest.raises(Conflict):
        describe_dataset(actor=HOUSE, now=now(), name="people", change=change)


def test_an_older_version_with_resident_numbers_does_not_come_back_where_everyone_sees_it(tmp_path):
    path = write(tmp_path, "people.csv", PEOPLE)
    with_numbers = take(path).version
    path.write_text(PEOPLE.replace("900101-1234567", ""))
    version = take(path).version
    publish_dataset(actor=HOUSE, now=now(), name="people")
    with pytest.raises(Conflict):
        restore_version("people", with_numbers, actor=HOUSE, now=now())
    assert get_dataset(actor=HOUSE, name="people").version == version


def test_the_next_version_of_a_published_table_brings_no_resident_numbers(tmp_path):
    path = write(tmp_path, "people.csv", PEOPLE.replace("900101-1234567", ""))
    version = take(path, choice=ImportChoice(publish=True)).version
    path.write_text(PEOPLE)
    with pytest.raises(Conflict):
        take(path)
    assert get_dataset(actor=HOUSE, name="people").version == version


@pytest.mark.parametrize(
    ("name", "refused"), [("주민등록번호", True), ("관리번호", False), ("법인번호", False)]
)
def test_thirteen_digits_are_a_person_s_only_by_their_name(tmp_path, name, refused):
    path = write(
        tmp_path, "numbers.csv", f"이름,{name}\n" + "".join(f"가{n},900101123456{n}\n" for n in range(9))
    )
    if refused:
        with pytest.raises(Conflict):
            take(path, choice=ImportChoice(publish=True))
    else:
        assert take(path, choice=ImportChoice(publish=True)).is_published


def test_what_was_left_as_it_stands_isn_t_called_a_repair():
    said = describe_report(
        {"rejected": {}, "fixes": {"totals_kept": 2, "midnight_24": 3, "percent_signs": 0}}
    )
    assert said["warnings"] == [(FIXES["totals_kept"], 2)]
    assert said["fixes"] == [(FIXES["midnight_24"], 3)]
    assert set(FIXES) > WARNINGS


def test_a_header_alone_never_empties_a_dataset(tmp_path):
    first = take(write(tmp_path, "도서관.csv", LIBRARIES))
    write(tmp_path, "도서관.csv", LIBRARIES.splitlines()[0] + "\n")
    for is_dry in (True, False):
        with pytest.raises(Conflict, match="would empty"):
            take(tmp_path / "도서관.csv", dry_run=is_dry)
    record = get_dataset(actor=HOUSE, name=first.report.table)
    assert (record.rows, record.version) == (3, first.version)


@pytest.mark.parametrize("form", ["{y}년 {m}월", "{y}{m:02}"])
def test_months_of_a_file_are_drawn_in_their_order(tmp_path, form):
    months = [form.format(y=y, m=m) for y in (2021, 2022) for m in range(1, 13)]
    rows = "".join(f"{month},{number % 7}\n" for number, month in enumerate(months))
    name = take(write(tmp_path, "sales.csv", f"기준년월,매출액\n{rows}")).report.table
    choice = ChartChoice(x="기준년월", function="sum", y="매출액")
    chart = draw_chart(authorize(HOUSE, name), choice, Text(ko="매출", en="Sales"), None)
    assert (chart.kind, [point.ko for point in chart.x]) == (ChartKind.LINE, months)
    assert list(chart.series[0].values) == [number % 7 for number in range(24)]
