"""Story: who lives in the city draws one voting code by the wallet; nobody learns whose it is, and it votes."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest
from looking import get_certificate, open_as
from starlette.testclient import TestClient

from madang.citizens.voting.actions.elections import open_election
from madang.citizens.voting.actions.enrolments import begin_enrolment, end_enrolment, enrol
from madang.citizens.voting.actions.proving import ask_wallet
from madang.citizens.voting.methods.credentials import derive_public, make_credential
from madang.citizens.voting.methods.trustees import make_public_key
from madang.citizens.voting.models import CredentialRow, EnrolledRow
from madang.citizens.voting.queries.enrolments import get_enrolment
from madang.citizens.voting.queries.proofs import read_proof
from madang.citizens.voting.records.enrolments import Enrolment
from madang.citizens.voting.tests.boards import GROUP
from madang.citizens.voting.tests.test_elections import PLAN, madang, seal_and_cast
from madang.citizens.wallet import demo
from madang.citizens.wallet.tests.houses import ADDRESS, Holder, offer_to
from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, Conflict, NotAllowed, now
from madang.core.pages.tests.browsing import find_problems, note_problems
from madang.core.people.models import AuditRow

UUID = "zzzzzzzzzzzzz2"
ADULT, OTHER = "sim-0001", "sim-0003"
ASKED = {"region_code", "birth_date"}
BEGIN = {
    "actor": HOUSE,
    "uuid": UUID,
    "title": "공원 이름 · Name of a park",
    "rule": "adult_resident",
    "group": GROUP.name,
}


@pytest.fixture
def holder(transactional_db):
    from madang.project.asgi import application  # noqa: PLC0415 - Django's apps are ready only now

    demo.lay_out(now())
    with TestClient(application, base_url=ADDRESS) as client:
        yield Holder(client, lambda: int(time.time()))


def prove(holder: Holder, enrolment: Enrolment, subject: str) -> str:
    """Show a certificate of residence and return what leads to the yes."""
    began = ask_wallet(now=now(), asker=enrolment, house=ADDRESS)
    said = parse_qs(read_proof(enrolment, began, now()).link.partition("?")[2])
    request = {name: values[0] for name, values in said.items()}
    request["dcql_query"] = json.loads(request["dcql_query"])
    held = holder.accept(*offer_to(subject=subject))
    taken = holder.answer(request, holder.present(held, ASKED, request)).json()["redirect_uri"]
    back = parse_qs(taken.partition("?")[2])
    return f"{back['check'][0]}.{back['response_code'][0]}"


def draw() -> str:
    return str(derive_public(GROUP, UUID, make_credential()))


def test_each_person_gets_one_credential(holder):
    enrolment = begin_enrolment(now=now(), **BEGIN)
    first, second = draw(), draw()
    with pytest.raises(BadInput, match="ten minutes"):
        enrol(now=now(), uuid=UUID, code="", credential=first)
    code = prove(holder, enrolment, ADULT)
    for wrong in ("", "x", "0", "1", str(GROUP.p), str(GROUP.p - 1), f"0{first}"):
        with pytest.raises(BadInput, match="no voting code"):
            enrol(now=now(), uuid=UUID, code=code, credential=wrong)
    enrol(now=now(), uuid=UUID, code=code, credential=first)
    with pytest.raises(Conflict, match="everyone gets one"):
        enrol(now=now(), uuid=UUID, code=prove(holder, enrolment, ADULT), credential=second)
    code = prove(holder, enrolment, OTHER)
    with pytest.raises(Conflict, match="taken"):
        enrol(now=now(), uuid=UUID, code=code, credential=first)
    enrol(now=now(), uuid=UUID, code=code, credential=second)
    assert get_enrolment(UUID).credentials == 2


def test_nothing_kept_says_whose_it_is_and_who_enrolled_is_forgotten_at_the_end(holder):
    enrolment = begin_enrolment(now=now(), **BEGIN)
    first, second = draw(), draw()
    for subject, credential in ((ADULT, first), (OTHER, second)):
        enrol(now=now(), uuid=UUID, code=prove(holder, enrolment, subject), credential=credential)
    told = set(AuditRow.objects.filter(action__contains="enrol").values_list("action", flat=True))
    assert told == {"voting.begin_enrolment"}, "no row tells when one enrolled"
    kept = [set(model.objects.values_list("id", "key")) for model in (EnrolledRow, CredentialRow)]
    people, credentials = ({one for row in rows for one in row} for rows in kept)
    assert not people & credentials
    given = {"trustees": [["Single", make_public_key(GROUP, 5)]], "plan": PLAN}
    with pytest.raises(Conflict, match="still draw"):
        open_election(actor=HOUSE, now=now(), uuid=UUID, credentials=[first], **given)
    late = prove(holder, enrolment, "sim-0002")
    listed = end_enrolment(actor=HOUSE, now=now(), uuid=UUID)
    assert listed == sorted([first, second]) == end_enrolment(actor=HOUSE, now=now(), uuid=UUID)
    assert not EnrolledRow.objects.exists()
    with pytest.raises(Conflict, match="over"):
        enrol(now=now(), uuid=UUID, code=late, credential=draw())
    assert open_election(actor=HOUSE, now=now(), uuid=UUID, credentials=listed, **given).voters == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed", [{"uuid": "short"}, {"uuid": "0" * 14}, {"title": " "}, {"rule": "x"}, {"group": "TOY"}]
)
def test_a_list_that_cannot_be_made_is_refused(changed):
    with pytest.raises(BadInput):
        begin_enrolment(now=now(), **(BEGIN | changed))
    with pytest.raises(NotAllowed):
        begin_enrolment(now=now(), **(BEGIN | {"actor": ANONYMOUS}))


def show_wallet(page):
    """Prove on the page of an election that one may vote; return the page that the wallet opens."""
    page.click("a:has-text('투표 코드 받기')")
    found = find_problems(page)
    page.click("button:has-text('지갑으로 자격 보이기')")
    with page.expect_popup() as opened:
        page.click("text=이 브라우저의 지갑으로 보이기")
    wallet = opened.value
    note_problems(wallet)
    wallet.click("[data-request-form] button:not([data-decline])")
    wallet.wait_for_selector("[data-enrol]:not([hidden])", timeout=60_000)
    assert not found + find_problems(wallet)
    return wallet


def draw_code(page) -> str:
    """Draw a code, type it wrong, type it right; the code itself isn't sent."""
    code = page.text_content("[data-code]")
    page.fill("#typed", make_credential())
    page.click("[data-enrol] button:has-text('명부에')")
    page.wait_for_selector("#typed-problem:not([hidden])")
    page.fill("#typed", code.replace("-", " "))
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.click("[data-enrol] button:has-text('명부에')")
    assert code.replace("-", "") not in sent.value.post_data.replace("-", "")
    page.wait_for_selector("text=명부에 올랐어요")
    assert not find_problems(page) + page.problems
    return code


def test_on_a_phone_a_resident_draws_a_code_and_votes_with_it(house, browser, tmp_path: Path):
    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(PLAN))
    begun = ("enrol", "--title", BEGIN["title"], "--rule", "adult_resident")
    uuid, place = madang(house, begun)
    page = open_as(browser, house, "citizen", "/wallet/", viewport={"width": 390, "height": 844})
    note_problems(page)
    get_certificate(page, house)
    page.goto(f"{house.url}/voting/")
    wallet = show_wallet(page)
    assert wallet.url == f"{house.url}{place}#ballot", "the secret left the address"
    code = draw_code(wallet)
    madang(house, ("enrolled", uuid, "--out", tmp_path), ("trustee-key", "--out", tmp_path))
    listed = tmp_path / f"{uuid}.credentials.json"
    assert json.loads(listed.read_bytes()) == [str(derive_public(GROUP, uuid, code))]
    given = ("--credentials", listed, "--trustees", *tmp_path.glob("*.public.json"))
    madang(house, ("open", "--uuid", uuid, "--plan", tmp_path / "plan.json", *given))
    page.goto(f"{house.url}/voting/{uuid}/booth/")
    for box in ("#q0a1", "#q1a0"):
        page.check(box)
    seal_and_cast(page, code=code)
    page.wait_for_selector("[data-done]:not([hidden])", timeout=60_000)
    page.context.close()
