"""The vocabulary of the house holds for any input."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base import commands
from madang.core.base.interface import (
    GENESIS,
    Actor,
    BadInput,
    Command,
    Kept,
    Manifest,
    NotAllowed,
    Text,
    call_command,
    hash_row,
    new_id,
    read_pair,
    say_here,
)
from madang.core.base.manifests import read_manifest

CONTENT = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=20) | st.none(), max_size=5)


@given(st.lists(CONTENT, min_size=1, max_size=6), st.data())
def test_a_hash_chain_shows_any_changed_row(rows, data):
    def hash_all(contents):
        previous = GENESIS
        for content in contents:
            previous = hash_row(previous, content)
        return previous

    place = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows[:place], data.draw(CONTENT.filter(lambda c: c != rows[place])), *rows[place + 1 :]]
    assert hash_all(rows) != hash_all(changed)


@given(CONTENT)
def test_a_hash_does_not_depend_on_the_order_of_keys(content):
    assert hash_row(GENESIS, content) == hash_row(GENESIS, dict(reversed(content.items())))


def test_ids_sort_by_the_moment_they_were_made():
    made = [new_id() for _ in range(500)]
    assert len(set(made)) == 500
    assert [i[:13] for i in made] == sorted(i[:13] for i in made)
    assert all(i[14] == "7" and i[19] in "89ab" for i in made)


def test_a_grant_holds_for_its_agency_only():
    officer = Actor(id="1", name="김", grants=frozenset({("lake.import", "A"), ("lake.read", "*")}))
    assert officer.may("lake.import", "A")
    assert not officer.may("lake.import", "B")
    assert officer.may("lake.import")
    assert officer.may("lake.read", "B")
    assert not officer.may("people.admin")


def write_manifest(folder, body):
    folder.mkdir()
    path = folder / "service.toml"
    path.write_text(body, "utf-8")
    return path


GOOD = 'name = "parking"\n[title]\nko = "주차"\nen = "Parking"\n[summary]\nko = "요약"\nen = "Summary"\n'


def test_a_manifest_is_read_whole(tmp_path):
    assert read_manifest(write_manifest(tmp_path / "parking", GOOD)).title == Text(ko="주차", en="Parking")


@pytest.mark.parametrize(
    "body", ["name = ", "colour = 1\n" + GOOD, GOOD.replace("parking", "cars", 1), "name = 3"]
)
def test_a_wrong_manifest_is_refused_with_its_place(tmp_path, body):
    with pytest.raises(BadInput, match="parking"):
        read_manifest(write_manifest(tmp_path / "parking", body))


class Ask(msgspec.Struct):
    number: int


class Reply(msgspec.Struct):
    number: int


@pytest.fixture
def doubling(monkeypatch):
    """Two declared services and one command between them, as manifests would declare them."""
    text = Text(ko="가", en="A")
    provider = Manifest(
        name="giver", title=text, summary=text, provides=("giver.double",), chapter="citizens"
    )
    user = Manifest(name="asker", title=text, summary=text, uses=("giver.double",), chapter="citizens")
    stranger = Manifest(name="stranger", title=text, summary=text, chapter="citizens")
    command = Command(
        name="giver.double",
        permission="giver.use",
        request_type=Ask,
        reply_type=Reply,
        action=lambda *, actor, now, request: Reply(number=request.number * 2),
    )
    monkeypatch.setattr(commands, "list_manifests", lambda: (provider, user, stranger))
    monkeypatch.setattr(commands, "collect", lambda part, constant: [(provider, command)])
    commands.list_commands.cache_clear()
    yield
    commands.list_commands.cache_clear()


NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALLOWED = Actor(id="1", name="a", grants=frozenset({("giver.use", "*")}))


@pytest.mark.usefixtures("doubling")
def test_a_declared_command_is_called_with_typed_records():
    reply = call_command("giver.double", caller="asker", actor=ALLOWED, now=NOW, request=Ask(number=21))
    assert reply == Reply(number=42)


@pytest.mark.usefixtures("doubling")
def test_an_undeclared_use_or_a_missing_permission_is_refused():
    with pytest.raises(NotAllowed, match="declare"):
        call_command("giver.double", caller="stranger", actor=ALLOWED, now=NOW, request=Ask(number=1))
    with pytest.raises(NotAllowed, match="permission"):
        call_command(
            "giver.double", caller="asker", actor=Actor(id="2", name="b"), now=NOW, request=Ask(number=1)
        )


def test_what_is_kept_is_read_again_when_it_is_old_or_forgotten():
    counted = iter(range(100))
    kept = Kept(seconds=3600, most=3)
    assert [kept.get("a", lambda: next(counted)) for _ in range(3)] == [0, 0, 0]
    kept.forget()
    assert kept.get("a", lambda: next(counted)) == 1
    assert kept.get("none", lambda: None) is None
    for name in range(5):
        kept.get(name, lambda: next(counted))
    assert len(kept._answers) <= 3
    assert Kept(seconds=0).get("a", lambda: next(counted)) == 7


def test_what_is_old_stays_kept_while_its_version_is_the_same():
    counted, versions = iter(range(100)), iter((0, 0, 0, 1, 1))
    kept = Kept(seconds=0)
    read = [kept.get("a", lambda: next(counted), lambda: next(versions)) for _ in range(5)]
    assert read == [0, 0, 0, 1, 1]
    kept.forget()
    assert kept.get("a", lambda: next(counted), lambda: 1) == 2


@pytest.mark.parametrize(
    ("words", "ko", "en"),
    [
        ("시뮬레이션 · simulated", "시뮬레이션", "simulated"),
        ("열린재정", "열린재정", "열린재정"),
        ("서울시 · 종로구", "서울시 · 종로구", "서울시 · 종로구"),
        ("open data · portal", "open data · portal", "open data · portal"),
        ("", "", ""),
    ],
)
def test_a_field_for_both_languages_is_read_into_them(words, ko, en):
    assert read_pair(words) == Text(ko=ko, en=en)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "예"),
        ({"LANG": "en_US.UTF-8"}, "yes"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, "yes"),
        ({"LC_ALL": "", "LC_MESSAGES": "ko_KR", "LANG": "C"}, "예"),
        ({}, "yes"),
    ],
)
def test_a_terminal_is_spoken_to_in_its_language(environment, said, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert say_here(Text(ko="예", en="yes")) == said


def test_the_particle_follows_the_sound_before_it() -> None:
    said = {
        "도로이(가) 없습니다": "도로가 없습니다",
        "‘집’을(를) 적어 주세요": "‘집’을 적어 주세요",
        "서울(으)로, 부산(으)로, 3(으)로": "서울로, 부산으로, 3으로",
        "7은(는) 이미 있습니다": "7은 이미 있습니다",
        "tables이(가) 없습니다": "tables이(가) 없습니다",
    }
    assert {written: Text(ko=written, en="").say("ko") for written in said} == said
