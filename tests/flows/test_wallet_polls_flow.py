"""Story: a poll by wallet. Who proves a rule votes once, whatever certificate, device or browser it is."""

from __future__ import annotations

import html
import json
import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from looking import get_certificate, open_as
from starlette.testclient import TestClient

from madang.citizens.voting.actions.polls.casting import cast_vote
from madang.citizens.voting.actions.polls.making import open_poll
from madang.citizens.voting.actions.proving import begin_proof
from madang.citizens.voting.models import VoterRow
from madang.citizens.voting.queries.polls import get_poll, list_votes
from madang.citizens.voting.queries.proofs import read_proof
from madang.citizens.voting.records.polls import (
    BallotKind,
    Eligibility,
    NewChoice,
    NewPoll,
    Poll,
    PollKind,
    ProofState,
)
from madang.citizens.wallet import demo
from madang.citizens.wallet.actions.pseudonyms import forget_old
from madang.citizens.wallet.actions.statuses import change_state
from madang.citizens.wallet.models import CheckRow, PseudonymRow
from madang.citizens.wallet.queries.certificates import list_certificates
from madang.citizens.wallet.queries.checks import list_checks
from madang.citizens.wallet.records import CertificateState
from madang.citizens.wallet.tests.houses import ADDRESS, Holder, offer_to
from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, BadInput, Conflict, now
from madang.core.pages.tests.browsing import find_problems, note_problems
from madang.project.pytest_plugin import House

YOUNG, OLD = "sim-0001", "sim-0003"
ASKED = {"region_code", "birth_date"}


@pytest.fixture
def holder(transactional_db):
    from madang.project.asgi import application  # noqa: PLC0415 - Django's apps are ready only now

    demo.lay_out(now())
    with TestClient(application, base_url=ADDRESS) as client:
        yield Holder(client, lambda: int(time.time()))


def begin() -> Poll:
    """Open a poll of those whom the youth rule lets vote."""
    moment = now()
    plan = NewPoll(
        kind=PollKind.GROUP, question="어디로 갈까요?", ballot=BallotKind.SINGLE, threshold=1,
        choices=(NewChoice(text="산"), NewChoice(text="바다")), opens_at=moment,
        closes_at=moment + timedelta(days=1), eligibility=Eligibility.WALLET, rule="youth_support",
    )  # fmt: skip
    return open_poll(actor=Actor("maker", "만든 사람"), now=moment, plan=plan)


def read_request(link: str) -> dict:
    """Return the request that a link for any wallet stands for."""
    said = {name: values[0] for name, values in parse_qs(link.partition("?")[2]).items()}
    return said | {"dcql_query": json.loads(said["dcql_query"])}


def present(holder: Holder, poll: Poll, held: str) -> tuple[str, Any]:
    """Begin a proof and answer it by a wallet; return (the code of who began, how the house took it)."""
    code = begin_proof(now=now(), poll=poll, house=ADDRESS)
    request = read_request(read_proof(poll, code, now()).link)
    return code, holder.answer(request, holder.present(held, ASKED, request))


def find_way_back(taken: Any) -> tuple[str, str]:
    """Return the address that a wallet opens once it has answered, and the code in it."""
    address = taken.json()["redirect_uri"].removeprefix(ADDRESS)
    said = parse_qs(address.partition("?")[2])
    return address, f"{said['check'][0]}.{said['response_code'][0]}"


def prove(holder: Holder, poll: Poll, subject: str = YOUNG) -> str:
    """Have a certificate issued, show it, and return the code of the proof."""
    began, taken = present(holder, poll, holder.accept(*offer_to(subject=subject)))
    assert taken.status_code == 200
    with pytest.raises(BadInput, match="wallet’s own device"):
        vote(poll, began)
    return find_way_back(taken)[1]


def vote(poll: Poll, code: str, choice: int = 1) -> str:
    return cast_vote(actor=ANONYMOUS, now=now(), poll_id=poll.id, marks={choice: 1}, code=code)


def test_who_shows_a_certificate_votes_once_whatever_copy_it_is(holder):
    poll = begin()
    assert vote(poll, prove(holder, poll))
    with pytest.raises(Conflict, match="already"):
        vote(poll, prove(holder, poll), 2)
    other_device = Holder(holder.client, holder.time)
    with pytest.raises(Conflict, match="already"):
        vote(poll, prove(other_device, poll), 2)
    assert [one.marks for one in list_votes(poll.id)] == [{1: 1}]
    assert vote(poll, prove(holder, poll, "sim-0002"), 2)
    assert get_poll(poll.id, now=now()).voters == 2


def test_a_person_has_one_pseudonym_in_a_poll_and_another_in_the_next(holder):
    poll, other = begin(), begin()
    names = [read_proof(one, prove(holder, one), now()).pseudonym for one in (poll, poll, other)]
    assert all(re.fullmatch(r"[0-9a-f]{64}", name) for name in names)
    assert names[0] == names[1] != names[2]


def test_who_is_not_eligible_is_told_why_and_cannot_vote(holder):
    poll = begin()
    code = prove(holder, poll, OLD)
    with pytest.raises(BadInput, match="19 and 39"):
        vote(poll, code)
    assert read_proof(poll, code, now()).pseudonym == ""


def test_a_suspended_certificate_is_refused_in_words(holder):
    poll = begin()
    held = holder.accept(*offer_to())
    change_state(
        actor=HOUSE, now=now(), certificate_id=list_certificates()[0][0].id,
        state=CertificateState.SUSPENDED, reason="시험",
    )  # fmt: skip
    code, taken = present(holder, poll, held)
    proof = read_proof(poll, code, now())
    assert (taken.status_code, proof.state, proof.pseudonym) == (400, ProofState.WAITING, "")
    assert "정지된 증명서" in proof.reason.ko
    with pytest.raises(BadInput, match="hasn’t answered"):
        vote(poll, code)


def test_a_yes_is_read_with_its_secret_in_its_poll_within_its_time(holder):
    poll, other = begin(), begin()
    code = prove(holder, poll)
    check = code.partition(".")[0]
    for wrong_poll, wrong in ((poll, check), (poll, f"{check}.guessed"), (poll, ""), (other, code)):
        with pytest.raises(BadInput, match="within ten minutes"):
            vote(wrong_poll, wrong)
    late = now() + timedelta(minutes=11)
    assert read_proof(poll, code, late).state is ProofState.EXPIRED
    begin_proof(now=now(), poll=poll, house=ADDRESS)
    assert forget_old(late) == 3, "two pseudonyms, and the check that nobody answered"
    assert not PseudonymRow.objects.exists()
    assert [row.is_eligible for row in CheckRow.objects.all()] == [True]


def browse(poll: Poll, holder: Holder, subject: str = YOUNG) -> Client:
    """Return a browser that began a proof on the poll's page, whose own wallet then answered and went on."""
    browser, taken = ask_for_proof(poll, holder, subject)
    address, code = find_way_back(taken)
    assert browser.get(address)["Location"] == f"/voting/polls/{poll.id}/#ballot"
    assert browser.cookies[f"proof-{poll.id}"].value == code
    return browser


def ask_for_proof(poll: Poll, holder: Holder, subject: str) -> tuple[Client, Any]:
    """Return a browser that began a proof, and what the wallet was answered that showed a certificate for it."""
    browser = Client()
    address = f"/voting/polls/{poll.id}/"
    assert browser.post(f"{address}proof/")["Location"] == f"{address}#ballot"
    link = html.unescape(re.search(r'href="(openid4vp:[^"]+)"', browser.get(address).content.decode())[1])
    request, held = read_request(link), holder.accept(*offer_to(subject=subject))
    return browser, holder.answer(request, holder.present(held, ASKED, request))


def test_whoever_gets_somebody_to_scan_the_code_cannot_vote_in_their_place(holder):
    poll = begin()
    address = f"/voting/polls/{poll.id}/"
    attacker, taken = ask_for_proof(poll, holder, YOUNG)
    page = attacker.get(address, headers={"HX-Request": "true", "HX-Target": "proof"})
    assert ("지갑이 있는 기기에서" in page.content.decode(), page["HX-Refresh"]) == (True, "true")
    assert "투표하기</button>" not in page.content.decode()
    assert attacker.post(f"{address}vote/", {"choice": "2"}).status_code == 422
    way_back, code = find_way_back(taken)
    for wrong in (
        way_back[:-1] + ("0" if way_back[-1] != "0" else "1"),
        way_back.replace(poll.id, begin().id),
    ):
        attacker.get(wrong)
        assert attacker.post(f"{address}vote/", {"choice": "2"}).status_code == 422
    assert Client().get("/voting/answered/").status_code == 404
    scanned = Client()
    assert "투표하기</button>" in scanned.get(way_back, follow=True).content.decode()
    assert "투표했어요" in scanned.post(f"{address}vote/", {"choice": "1"}, follow=True).content.decode()
    assert [one.marks for one in list_votes(poll.id)] == [{1: 1}]
    began = attacker.cookies[f"proof-{poll.id}"].value
    assert code not in began
    assert read_proof(poll, began, now()).pseudonym == ""


def test_the_browser_whose_wallet_answered_votes_without_an_account_and_another_may_not(holder):
    poll = begin()
    address = f"/voting/polls/{poll.id}/"
    browser, other = browse(poll, holder), Client()
    assert "투표하기</button>" in browser.get(address).content.decode()
    assert "투표하기</button>" not in other.get(address).content.decode()
    refused = other.post(f"{address}vote/", {"choice": "2"})
    assert (refused.status_code, "자격을 보인 지갑이 연 화면에서" in refused.content.decode()) == (
        422,
        True,
    )
    assert browser.post(f"{address}vote/", {}).status_code == 422
    done = browser.post(f"{address}vote/", {"choice": "1"}, follow=True).content.decode()
    assert "투표했어요" in done
    assert "지갑으로 자격 보이기" in done
    assert not PseudonymRow.objects.exists(), "what was used is forgotten"
    assert list_checks(now=now())[1] == 0, "the desk's list is of the desk's own checks"
    assert browser.post(f"{address}vote/", {"choice": "2"}).status_code == 422


def test_the_same_person_changes_the_vote_on_the_same_device_and_the_next_one_does_not_see_it(holder):
    poll = begin()
    address = f"/voting/polls/{poll.id}/"
    browser = browse(poll, holder)
    browser.post(f"{address}vote/", {"choice": "1"})

    def show_again(subject: str) -> str:
        browser.cookies[f"proof-{poll.id}"] = browse(poll, holder, subject).cookies[f"proof-{poll.id}"].value
        return browser.get(address).content.decode()

    assert "내 표 고치기" not in show_again("sim-0002")
    assert "내 표 고치기" in show_again(YOUNG)
    browser.post(f"{address}vote/", {"choice": "2", "is_change": "yes"})
    assert [one.marks for one in list_votes(poll.id)] == [{2: 1}]
    elsewhere = browse(poll, holder).get(address).content.decode()
    assert "이미 투표했어요" in elsewhere
    assert VoterRow.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ko", ["지갑으로 자격 보이기", "청년 지원", "생년월일", "지갑의 답을 기다리고 있어요", "QR 코드", "자격이 없어요"]),
        ("en", ["Show your wallet", "Youth support", "Date of birth", "Waiting for your wallet", "QR code",
                "Not between 19 and 39"]),
    ],
)  # fmt: skip
def test_the_page_leads_through_the_proof_in_both_languages(holder, language, words):
    poll = begin()
    address = f"/voting/polls/{poll.id}/"
    fresh = Client()
    fresh.cookies["language"] = language
    page = fresh.get(address).content.decode()
    fresh.post(f"{address}proof/")
    page += (waiting := fresh.get(address).content.decode())
    refused = browse(poll, holder, OLD)
    refused.cookies["language"] = language
    page += (
        after := refused.get(address, headers={"HX-Request": "true", "HX-Target": "proof"})
    ).content.decode()
    assert [word for word in words if word not in page] == []
    assert 'hx-trigger="every 3s"' in waiting
    assert ' style="' not in page
    assert after["HX-Refresh"] == "true"


def test_a_poll_by_wallet_is_made_on_the_form_and_found_by_everyone(holder, django_user_model):
    citizen = Client()
    citizen.force_login(django_user_model.objects.create_user("maru", "only for tests", name="마루"))
    filled = {"question": "무엇을 심을까요?", "ballot": "single", "choice_1": "상추", "choice_2": "고추",
              "lasts": "7", "eligibility": "wallet", "may_change": "on", "seats": "1", "unit": "만원"}  # fmt: skip
    assert "청년 지원" in citizen.get("/voting/polls/new/").content.decode()
    for wrong in ({}, {"rule": "no_such_rule"}):
        refused = citizen.post("/voting/polls/new/", filled | wrong)
        assert (refused.status_code, "아직 열지 않았어요" in refused.content.decode()) == (422, True)
    address = citizen.post("/voting/polls/new/", filled | {"rule": "resident_discount"})["Location"]
    poll = get_poll(address.split("/")[3], now=now())
    assert (poll.eligibility, poll.rule, poll.is_listed) == (Eligibility.WALLET, "resident_discount", True)
    assert "무엇을 심을까요?" in Client().get("/voting/").content.decode()


def test_no_proof_is_begun_after_the_end(holder):
    poll = begin()
    with pytest.raises(Conflict, match="open"):
        begin_proof(now=now(), poll=get_poll(poll.id, now=now() + timedelta(days=2)), house=ADDRESS)
    assert Client().get(f"/voting/polls/{poll.id}/proof/").status_code == 405


PHONE = {"width": 390, "height": 844}
QUESTION = "청년에게 먼저 필요한 것은"


def test_on_a_phone_the_wallet_opens_the_ballot(house: House, browser):
    page = open_as(browser, house, "citizen", "/voting/", viewport=PHONE)
    note_problems(page)
    get_certificate(page, house)
    page.goto(f"{house.url}/voting/")
    page.click(f"a:has-text('{QUESTION}')")
    found = find_problems(page)
    page.click("button:has-text('지갑으로 자격 보이기')")
    page.wait_for_selector("text=지갑의 답을 기다리고 있어요")
    page.click("summary:has-text('QR 코드')")
    found += find_problems(page)
    with page.expect_popup() as opened:
        page.click("text=이 브라우저의 지갑으로 보이기")
    wallet = opened.value
    note_problems(wallet)
    wallet.click("[data-request-form] button:not([data-decline])")
    wallet.wait_for_selector("button:has-text('투표하기')", timeout=60_000)
    found += page.problems
    page.close()
    page = wallet
    found += find_problems(page)
    page.check("text=월세 지원")
    page.click("button:has-text('투표하기')")
    page.wait_for_selector("text=다시 보이면 마감 전까지")
    found += find_problems(page) + page.problems
    page.context.close()
    assert found == []
