"""The audit log: what was done stays on record, and every quiet change of the record is found."""

import copy
import shutil
import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from madang.core.base.interface import GENESIS, HOUSE, Actor, read_settings
from madang.core.people.audit import hash_audit_row, record_audit
from madang.core.people.checkpoints import (
    LINES,
    PUBLIC_KEY,
    check_audit_log,
    find_problems,
    write_checkpoint,
)
from madang.core.people.models import AuditRow
from madang.core.people.records import Checkpoint

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CLERK = Actor(id="clerk-1", name="김담당")


@pytest.fixture
def folders(own_folder, settings):
    """The data folder's checkpoints, and a folder for them that the log's keeper can't write."""
    outside = own_folder.parent / "outside"
    settings.MADANG = read_settings({"MADANG_CHECKPOINT_DIR": str(outside)})
    return own_folder / "checkpoints", outside


def record(number):
    with transaction.atomic():
        for index in range(number):
            record_audit(
                actor=CLERK,
                now=AT + timedelta(seconds=index),
                action="wifi.move",
                subject=f"ap-{index}",
                details={"to": "시청"},
            )


def build_chain(number):
    rows, previous = [], GENESIS
    for seq in range(1, number + 1):
        row = AuditRow(
            seq=seq,
            at=AT + timedelta(minutes=seq),
            actor_id=f"clerk-{seq % 3}",
            actor_name="김담당",
            action="wifi.move",
            subject=f"ap-{seq}",
            purpose="official_duty",
            details_json='{"to":"시청"}',
            previous_hash=previous,
        )
        row.hash = previous = hash_audit_row(row)
        rows.append(row)
    return rows


def vouch(row):
    return Checkpoint(seq=row.seq, hash=row.hash, at=row.at, signature="")


def rehash(rows, start=0):
    """What a forger without the key can do: make the chain fit again."""
    previous = rows[start - 1].hash if start else GENESIS
    for seq, row in enumerate(rows[start:], start=start + 1):
        row.seq, row.previous_hash = seq, previous
        row.hash = previous = hash_audit_row(row)


FIELDS = ["actor_id", "actor_name", "action", "subject", "purpose", "details_json", "previous_hash", "hash"]


@given(data=st.data(), number=st.integers(2, 12))
@hypothesis_settings(deadline=None)
def test_any_single_change_is_found(data, number):
    rows = build_chain(number)
    checkpoint = vouch(rows[-1])
    assert find_problems(copy.deepcopy(rows), [checkpoint]) == []
    index = data.draw(st.integers(0, number - 1))
    change = data.draw(st.sampled_from([edit, edit_time, delete, swap, insert, edit_and_rehash]))
    change(rows, index, data)
    assert find_problems(rows, [checkpoint])


def edit(rows, index, data):
    field = data.draw(st.sampled_from(FIELDS))
    old = getattr(rows[index], field)
    setattr(rows[index], field, data.draw(st.text(max_size=64).filter(lambda text: text != old)))


def edit_time(rows, index, data):
    rows[index].at += timedelta(microseconds=data.draw(st.integers(1, 10**12)))


def delete(rows, index, _data):
    del rows[index]


def swap(rows, index, data):
    other = data.draw(st.integers(0, len(rows) - 1).filter(lambda one: one != index))
    rows[index], rows[other] = rows[other], rows[index]
    if data.draw(st.booleans()):
        rows[index].seq, rows[other].seq = rows[other].seq, rows[index].seq


def insert(rows, index, _data):
    rows.insert(index, copy.copy(rows[index]))
    if index % 2 and index < len(rows) - 2:
        rehash(rows)


def edit_and_rehash(rows, index, _data):
    rows[index].subject += " (지움)"
    rehash(rows, index)


def test_a_forger_without_checkpoints_can_only_rewrite_everything():
    rows = build_chain(5)
    edit_and_rehash(rows, 2, None)
    assert find_problems(rows, []) == []
    assert find_problems(rows, [vouch(build_chain(5)[4])])


@pytest.mark.django_db
def test_a_row_carries_who_did_what_and_follows_the_one_before():
    record(3)
    first, second, third = AuditRow.objects.all()
    assert (first.seq, first.previous_hash) == (1, GENESIS)
    assert (third.seq, third.previous_hash) == (3, second.hash)
    assert (first.actor_name, first.action, first.subject) == ("김담당", "wifi.move", "ap-0")
    assert msgspec.json.decode(first.details_json) == {"to": "시청"}


@pytest.mark.django_db
def test_rows_are_never_changed_or_deleted_by_the_models():
    record(1)
    for change in (AuditRow.objects.all().delete, AuditRow.objects.get().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        AuditRow.objects.filter(seq=1).update(subject="x")
    row = AuditRow.objects.get()
    row.subject = "x"
    with pytest.raises(TypeError):
        row.save()


@pytest.mark.django_db(transaction=True)
def test_a_row_lives_and_dies_with_the_change_it_records():
    with pytest.raises(transaction.TransactionManagementError):
        record_audit(actor=HOUSE, now=AT, action="a", subject="s")
    with pytest.raises(ValueError, match="the change failed"), transaction.atomic():
        record_audit(actor=HOUSE, now=AT, action="a", subject="s")
        raise ValueError("the change failed")
    assert AuditRow.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain():
    failures = []

    def work():
        try:
            for _ in range(5):
                record(2)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    rows = list(AuditRow.objects.all())
    assert [row.seq for row in rows] == list(range(1, 41))
    assert find_problems(rows, []) == []


@pytest.mark.django_db
def test_text_that_a_database_cannot_keep_is_still_recorded():
    with transaction.atomic():
        record_audit(actor=HOUSE, now=AT, action="a", subject="x\x00y", details={"z": "\x00", "n": 1.50})
    assert find_problems(AuditRow.objects.all(), []) == []


@pytest.mark.django_db
def test_checkpoints_are_written_once_a_head_to_both_folders(folders):
    assert write_checkpoint(AT) is None
    record(2)
    write_checkpoint(AT)
    write_checkpoint(AT + timedelta(minutes=1))
    record(1)
    write_checkpoint(AT + timedelta(minutes=2))
    for folder in folders:
        lines = [msgspec.json.decode(line) for line in (folder / LINES).read_bytes().splitlines()]
        assert [line["seq"] for line in lines] == [2, 3]
    assert check_audit_log() == []
    assert (folders[0].parent / "keys" / "audit.pem").stat().st_mode & 0o777 == 0o600


def forge(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE people_auditrow SET subject = 'else' WHERE seq = 3", "audit row 3 was changed"),
        ("DELETE FROM people_auditrow WHERE seq = 2", "audit rows 2 to 2 are missing"),
        ("DELETE FROM people_auditrow WHERE seq > 3", "audit rows 4 to 5 are missing"),
        ("DELETE FROM people_auditrow", "audit rows 1 to 5 are missing"),
    ],
)
def test_the_check_says_what_was_done_to_the_table(folders, sql, said):
    record(5)
    write_checkpoint(AT)
    forge(sql)
    assert said in [problem.en for problem in check_audit_log()]


@pytest.mark.parametrize(
    "changed",
    [
        "at = 'garbage'",
        "at = '2020-13-45 00:00:00'",
        "subject = CAST(x'fffe' AS TEXT)",
        "details_json = x'ff'",
    ],
)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="other databases keep no such values")
@pytest.mark.django_db
def test_a_row_changed_to_what_none_can_hold_is_a_problem_and_no_crash(folders, changed):
    record(5)
    write_checkpoint(AT)
    forge(f"UPDATE people_auditrow SET {changed} WHERE seq = 3")
    assert len(check_audit_log()) == 1


@pytest.mark.django_db
def test_a_thief_of_the_whole_data_folder_is_betrayed_by_the_outside_copy(folders):
    """Rows cut off, chain, checkpoints and key made anew: only the outside folder remembers."""
    inside, outside = folders
    record(5)
    write_checkpoint(AT)
    held_by_an_agency = outside.parent / "held"
    shutil.copytree(outside, held_by_an_agency)
    shutil.rmtree(inside)
    shutil.rmtree(inside.parent / "keys")
    shutil.rmtree(outside)
    forge("DELETE FROM people_auditrow WHERE seq > 3")
    write_checkpoint(AT)
    assert check_audit_log() == []
    assert "audit rows 4 to 5 are missing" in [one.en for one in check_audit_log(held_by_an_agency)]


@pytest.mark.django_db
def test_damaged_or_forged_checkpoints_are_named(folders):
    inside, outside = folders
    record(2)
    write_checkpoint(AT)
    line = (inside / LINES).read_bytes()
    (inside / LINES).write_bytes(line.replace(b'"seq":2', b'"seq":1'))
    assert len(check_audit_log()) == 1
    (inside / LINES).write_bytes(line + b"\xff\xfe torn")
    assert len(check_audit_log()) == 1
    record(1)
    write_checkpoint(AT)
    assert len(check_audit_log()) == 1
    (outside / PUBLIC_KEY).write_text("not a key")
    assert any("not a public key" in problem.en for problem in check_audit_log())
    assert check_audit_log(outside.parent / "nowhere")
