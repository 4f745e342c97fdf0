"""An election in the house: opened, voted in from many devices and from a browser, closed, opened again by shares."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import httpx
import msgspec
import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import expect

from madang.citizens.voting.actions.elections import (
    add_decryption,
    cast_ballot,
    close_election,
    open_election,
    publish_result,
)
from madang.citizens.voting.detectors.openings import check_opening
from madang.citizens.voting.detectors.verifying import verify
from madang.citizens.voting.methods.ballots import check_choices, make_ballot
from madang.citizens.voting.methods.credentials import derive_public, make_credential
from madang.citizens.voting.methods.trustees import decrypt_partially, make_public_key
from madang.citizens.voting.queries.elections import get_archive, get_setup, get_text, list_board, read_tally
from madang.citizens.voting.records.elections import ElectionState, Plan, Question
from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, Conflict, NotAllowed
from madang.core.pages.testing import PageCases

from .boards import GROUP, NOW, QUESTIONS

UUID = "zzzzzzzzzzzzz1"
STRANGER = "zzz-zzz-zzz-zzz-zzn"
SECRETS = (1234567, 7654321)
PLAN = Plan(name="공원 이름", description="시험", questions=QUESTIONS)
CHOICE = ((0, 1, 0), (1, 0, 0))


def begin(voters: int, uuid: str = UUID) -> list[str]:
    """Open an election and return its voters' codes."""
    codes = [make_credential() for _ in range(voters)]
    open_election(
        actor=HOUSE,
        now=NOW,
        uuid=uuid,
        plan=PLAN,
        trustees=[["Single", make_public_key(GROUP, secret)] for secret in SECRETS],
        credentials=sorted(str(derive_public(GROUP, uuid, code)) for code in codes),
    )
    return codes


def make(code: str, choices=CHOICE, uuid: str = UUID) -> str:
    election = get_text(uuid)
    key = int(msgspec.json.decode(election)["public_key"])
    return make_ballot(
        GROUP, election=election, uuid=uuid, key=key, questions=QUESTIONS, code=code, choices=choices
    )


def give_share(owner: int, secret: int) -> None:
    share = decrypt_partially(GROUP, secret, read_tally(UUID), get_setup(UUID).fingerprint)
    add_decryption(actor=HOUSE, now=NOW, uuid=UUID, owner=owner, decryption=share)


@pytest.mark.django_db
def test_from_the_first_ballot_to_the_result():
    codes = begin(3)
    first = make(codes[0])
    tracker = cast_ballot(uuid=UUID, ballot=first)
    with pytest.raises(Conflict, match="already"):
        cast_ballot(uuid=UUID, ballot=first)
    again = cast_ballot(uuid=UUID, ballot=make(codes[0], ((1, 0, 0), (0, 0, 0))))
    cast_ballot(uuid=UUID, ballot=make(codes[1]))
    trackers = [line.tracker for line in list_board(UUID)[0]]
    assert again in trackers
    assert tracker not in trackers
    with pytest.raises(BadInput, match="list of voters"):
        cast_ballot(uuid=UUID, ballot=make(make_credential()))
    with pytest.raises(BadInput, match="not written as") as refused:
        cast_ballot(uuid=UUID, ballot=make(codes[2]) + " ")
    assert not re.search("[A-Za-z]", refused.value.text.ko), "what is wrong is said in Korean"
    close_election(actor=HOUSE, now=NOW, uuid=UUID)
    with pytest.raises(Conflict):
        cast_ballot(uuid=UUID, ballot=make(codes[2]))
    give_share(1, SECRETS[0])
    with pytest.raises(Conflict, match="trustees are needed"):
        publish_result(actor=HOUSE, now=NOW, uuid=UUID)
    with pytest.raises(BadInput, match="not proven"):
        give_share(2, SECRETS[1] + 1)
    give_share(2, SECRETS[1])
    election = publish_result(actor=HOUSE, now=NOW, uuid=UUID)
    assert (election.state, election.result) == (ElectionState.TALLIED, ((1, 1, 0), (1, 0, 0)))
    assert verify(get_archive(UUID), processes=1).fault is None


@pytest.mark.django_db
def test_a_vote_that_nobody_came_to_ends_like_any_other():
    begin(2)
    assert close_election(actor=HOUSE, now=NOW, uuid=UUID).ballots == 0
    for owner, secret in enumerate(SECRETS, start=1):
        give_share(owner, secret)
    election = publish_result(actor=HOUSE, now=NOW, uuid=UUID)
    assert election.result == ((0, 0, 0), (0, 0, 0))
    verdict = verify(get_archive(UUID), processes=1)
    assert (verdict.fault, verdict.counted, verdict.result) == (None, 0, [[0, 0, 0], [0, 0, 0]])
    assert "0명" in Client().get(f"/voting/{UUID}/").content.decode()


@pytest.mark.django_db
def test_only_those_who_may_hold_one():
    with pytest.raises(NotAllowed):
        close_election(actor=ANONYMOUS, now=NOW, uuid=UUID)
    begin(1)
    with pytest.raises(Conflict):
        begin(1)


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"questions": ()}, {"group": "TOY"}, {
    "questions": (Question(question="?", answers=("a",), min=2, max=1),)}])  # fmt: skip
def test_a_plan_that_cannot_be_held_is_refused(changed):
    with pytest.raises(BadInput):
        open_election(
            actor=HOUSE, now=NOW, uuid=UUID, plan=msgspec.structs.replace(PLAN, **changed),
            trustees=[["Single", make_public_key(GROUP, 5)]], credentials=[str(GROUP.g)],
        )  # fmt: skip


@pytest.mark.parametrize("chosen", [(0, 0, 0), (0, 1, 1), (1, 1, 0), (0, 1), (0, 2, 0)])
def test_a_voter_cannot_choose_what_is_not_allowed(chosen):
    with pytest.raises(ValueError, match="answers|0 or 1"):
        check_choices(QUESTIONS[0], chosen)


@pytest.mark.django_db(transaction=True)
def test_voters_on_two_devices_at_once_lose_nothing_and_count_once():
    codes = begin(4)
    ballots = [make(code) for code in codes for _ in range(2)]
    failed = []

    def cast(ballot: str) -> None:
        try:
            for _ in range(40):
                try:
                    cast_ballot(uuid=UUID, ballot=ballot)
                    return
                except Exception as error:  # noqa: BLE001 - a locked database is tried again, as a device would
                    last = error
            failed.append(last)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=cast, args=(ballot,)) for ballot in ballots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    close_election(actor=HOUSE, now=NOW, uuid=UUID)
    verdict = verify(get_archive(UUID), processes=1)
    assert (verdict.fault, verdict.ballots, verdict.counted) == (None, 8, 4)


class TestList(PageCases):
    path = "/voting/elections/"
    is_public = True


class TestElection(PageCases):
    path = f"/voting/{UUID}/"
    is_public = True

    @pytest.fixture(autouse=True)
    def election(self, db):
        begin(2)

    def test_the_archive_is_public(self):
        assert verify(Client().get(f"/voting/{UUID}/").content).fault is not None
        assert verify(get_archive(UUID), processes=1).fault is None


class TestBooth(PageCases):
    path = f"/voting/{UUID}/booth/"
    is_public = True

    @pytest.fixture(autouse=True)
    def election(self, db):
        begin(2)


RUN = "import json, sys; from madang.project.command_line import run; [run(one) for one in json.load(sys.stdin)]"


def madang(house, *commands: tuple[object, ...]) -> list[str]:
    """Run `madang vote …` commands one after the other beside the running house; return what they print."""
    lines = msgspec.json.encode([["vote", *map(str, one)] for one in commands])
    environment = os.environ | {"MADANG_DATA": str(house.data)}
    done = subprocess.run([sys.executable, "-c", RUN], input=lines, env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def check_opening_of(page, archive: bytes) -> None:
    """Challenge the device: what it sealed is what was chosen, under the seal that it showed."""
    opening = unquote(page.get_attribute("[data-opening]", "href").partition(",")[2])
    opened = check_opening(archive, opening)
    assert opened.choices == ((0, 0, 1), (1, 0, 1))
    assert opened.seal == page.text_content("[data-step=opened] [data-sealed]")


def seal_and_cast(page, *, code: str) -> None:
    page.fill("[name=code]", code)
    page.click("[data-seal]")
    page.click("[data-cast]", timeout=60_000)


def vote_too_late(page, address: str, code: str, close: Callable[[], object]) -> None:
    """Seal a ballot, and cast it when the vote is over: the voter is told so and led on."""
    page.goto(f"{address}booth/")
    for box in ("#q0a1", "#q1a0"):
        page.check(box)
    page.fill("[name=code]", code)
    page.click("[data-seal]")
    page.wait_for_selector("[data-step=sealed]:not([hidden])", timeout=60_000)
    close()
    page.click("[data-cast]")
    expect(page.locator("[data-problem]")).to_contain_text("투표가 끝났습니다", timeout=60_000)
    page.click("[data-refused] a")
    page.wait_for_url(address)
    page.close()


def vote_in_a_browser(page, address: str, code: str) -> str:
    """Vote for the second answer of the first question and two of the second; return the tracking number."""
    page.goto(f"{address}booth/")
    page.fill("[name=code]", ("1" if code[0] != "1" else "2") + code[1:])
    page.click("[data-seal]")
    page.wait_for_selector("[data-problem]:not([hidden])")
    page.fill("[name=code]", code)
    page.click("[data-seal]")
    expect(page.locator("[data-problem]")).to_contain_text("하나: 1개를 골라 주세요")
    for box in ("#q0a1", "#q1a0", "#q1a2"):
        page.check(box)
    page.click("[data-seal]")
    page.click("[data-challenge]", timeout=60_000)
    check_opening_of(page, page.request.get(f"{address.rstrip('/')}.bel").body())
    page.click("[data-step=opened] [data-again]")
    seal_and_cast(page, code=STRANGER)
    expect(page.locator("[data-problem]")).to_contain_text("유권자 명부에 없습니다", timeout=60_000)
    page.click("[data-step=sealed] [data-again]")
    page.route("**/ballots", lambda route: (route.fetch(), route.abort()))  # it arrives, its answer doesn't
    seal_and_cast(page, code=code)
    expect(page.locator("[data-problem]")).to_contain_text("다시 해 주세요", timeout=60_000)
    page.unroute("**/ballots")
    assert page.locator("[data-chosen] dd").all_text_contents() == ["나", "다, 마"]
    page.click("[data-cast]")
    page.wait_for_selector("[data-done]:not([hidden])", timeout=60_000)
    assert page.is_hidden("[data-challenge]"), "a ballot that is cast can't be opened"
    tracker, seal = page.text_content("[data-tracker]"), page.text_content("[data-step=done] [data-sealed]")
    page.click("[data-board]")
    shown = page.locator("main ul.rows code").all_text_contents()
    assert shown == [tracker, seal], "the board shows the seal under which it was cast"
    page.close()
    return tracker


def test_each_role_by_its_own_command_and_a_voter_in_a_browser(house, browser, tmp_path: Path):
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(PLAN))
    out = ("--out", tmp_path)
    madang(house, ("credentials", "--uuid", UUID, "--count", 2, *out), *[("trustee-key", *out)] * 2)
    keys = sorted(tmp_path.glob("*.public.json"))
    given = ("--credentials", tmp_path / f"{UUID}.credentials.json", "--trustees", *keys)
    madang(house, ("open", "--uuid", UUID, "--plan", tmp_path / "plan.json", *given))
    code = (tmp_path / f"{UUID}.codes.txt").read_text().splitlines()[0]
    address = f"{house.url}/voting/{UUID}/"
    vote_in_a_browser(browser.new_page(), address, code)
    private = [key.with_name(key.name.replace("public", "private")) for key in keys]
    vote_too_late(browser.new_page(), address, code, lambda: madang(house, ("close", UUID)))
    archive = tmp_path / f"{UUID}.bel"
    archive.write_bytes(httpx.get(f"{house.url}/voting/{UUID}.bel").content)
    for owner, key in enumerate(private, start=1):
        own = tmp_path / f"trustee-{owner}"
        own.mkdir()
        given = ("share", UUID, "--owner", owner, own / "trustee.decryption")
        madang(house, ("trustee", "decrypt", archive, "--keys", own, "--private", key), given)
    madang(house, ("publish", UUID))
    archive.write_bytes(httpx.get(f"{house.url}/voting/{UUID}.bel").content)
    verdict = verify(archive.read_bytes())
    assert (verdict.fault, verdict.result) == (None, [[0, 0, 1], [1, 0, 1]])
    if shutil.which("belenios-tool"):
        command = ["belenios-tool", "election", "verify"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert "all checks passed" in done.stderr
