"""The pages open for whom they should, in both languages, and lead through issuing, revoking and checking."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

import pytest
from django.test import Client

from madang.citizens.wallet.actions.checks import open_check
from madang.citizens.wallet.actions.granting import make_offer, redeem_code
from madang.citizens.wallet.actions.issuing import make_nonce, request_certificates
from madang.citizens.wallet.actions.statuses import revoke_own
from madang.citizens.wallet.demo import PEOPLE, lay_out
from madang.citizens.wallet.models import RegisterRow
from madang.citizens.wallet.pages.checks import CHECKS
from madang.citizens.wallet.pages.desk import CERTIFICATES
from madang.citizens.wallet.pages.public import LOG
from madang.citizens.wallet.queries.certificates import get_certificate, get_content, list_certificates
from madang.citizens.wallet.records import CertificateState
from madang.core.base.interface import HOUSE, Actor, NotFound, now
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.models import AuditRow

from .houses import KIM, Holder

ISSUER, SUBJECT = "http://testserver/wallet", "sim-0001"


def issue(subject: str = SUBJECT) -> str:
    """Issue a certificate and return its number."""
    lay_out(now())
    if subject != SUBJECT:
        content = get_content("tuition", SUBJECT)
        RegisterRow.objects.create(
            kind="tuition", subject=subject, content=content, source="test", updated_at=now()
        )
    holder = Holder(None, lambda: int(now().timestamp()))
    offer = make_offer(actor=HOUSE, now=now(), kind="tuition", subject=subject, issuer=ISSUER)
    token = redeem_code(now=now(), code=offer.code, pin=offer.pin).token
    proof = holder.prove(ISSUER, make_nonce(now()))
    request_certificates(now=now(), token=token, kind="tuition", proofs=[proof])
    return list_certificates()[0][0].id


class TestWallet(PageCases):
    path = "/wallet/"
    is_public = True

    def test_one_gets_what_the_registers_hold_of_oneself(self, reader):
        assert reader.post("/wallet/get/tuition/").status_code == 404
        lay_out(now())
        assert "아직 없어요" in reader.get(self.path).content.decode()


class TestLost(PageCases):
    path = "/wallet/lost/"

    def test_who_lost_a_phone_blocks_ones_own_certificates_and_nobody_elses(self, django_user_model):
        owner = django_user_model.objects.create_user("maru", "only for tests")
        mine, other = issue(owner.public_id), issue()
        client = Client()
        client.force_login(owner)
        assert "1건" in client.get("/wallet/").content.decode()
        shown = client.get(self.path).content.decode()
        assert (mine in shown, other in shown) == (True, False)
        refused = client.post(self.path, {"certificates": []})
        assert "골라 주세요" in refused.content.decode()
        assert client.post(self.path, {"certificates": [mine, other]}).status_code == 422
        with pytest.raises(NotFound):
            revoke_own(actor=Actor(owner.public_id, ""), now=now(), certificate_ids=[mine, other])
        assert get_certificate(mine).state == CertificateState.VALID
        assert client.post(self.path, {"certificates": [mine]}).status_code == 302
        assert get_certificate(mine).state == CertificateState.REVOKED
        assert get_certificate(other).state == CertificateState.VALID
        assert "/wallet/lost/" not in client.get("/wallet/").content.decode()
        nothing = client.get(self.path).content.decode()
        assert "지금 막을 증명서가 없어요" in nothing
        assert "고른 것 막기" not in nothing


class TestHolder(PageCases):
    path = "/wallet/holder/"
    is_public = True


class TestLog(ListPageCases):
    path = "/wallet/log/"
    list_page = LOG
    is_public = True

    @pytest.fixture(autouse=True)
    def rows(self, db):
        issue()


class TestCertificates(ListPageCases):
    path = "/desk/wallet/"
    list_page = CERTIFICATES

    @pytest.fixture(autouse=True)
    def rows(self, db):
        self.id = issue()

    def test_an_offer_is_shown_once_with_its_pin_and_code(self, reader):
        reply = reader.post(f"{self.path}offers/new/", {"kind": "resident_extract", **KIM, "form": "wallet"})
        page = reply.content.decode()
        assert reply.headers["Cache-Control"] == "no-store"
        assert "<svg" in page
        here = re.search(r'href="/wallet/holder/#([^"]+)"', page)[1].replace("&amp;", "&")
        offer = json.loads(parse_qs(here)["credential_offer"][0])
        assert offer["credential_issuer"] == ISSUER
        pin = re.search(r"<dd>(\d{6})</dd>", page)[1]
        grant = next(iter(offer["grants"].values()))
        assert redeem_code(now=now(), code=grant["pre-authorized_code"], pin=pin).token

    def test_nobody_at_the_desk_browses_the_registers(self, reader):
        """Who stands at the counter is found by name and date of birth alone, and that somebody looked is on record."""
        address = f"{self.path}offers/new/"
        page = reader.get(address).content.decode()
        assert not [name for _, name, *_ in PEOPLE if name in page]
        asked = {"kind": "resident_extract", "form": "wallet"}
        for wrong in ({"name": "김가상", "born_on": "2004-02-28"}, {"name": "김", "born_on": "2004-02-29"}):
            reply = reader.post(address, asked | wrong)
            assert (reply.status_code, "대장에 없습니다" in reply.content.decode()) == (422, True)
        old = {"name": "박연습", "born_on": "1957-11-03", "kind": "multi_child_card"}
        assert reader.post(address, asked | old).status_code == 422
        RegisterRow.objects.filter(subject="sim-0002", kind="resident_extract").update(
            content={"name": "김가상", "birth_date": "2004-02-29"}
        )
        assert "가려낼 수 없습니다" in reader.post(address, asked | KIM).content.decode()
        looked = AuditRow.objects.filter(action="wallet.look_up").order_by("pk")
        assert [(one.subject, json.loads(one.details_json)["found"]) for one in looked] == [
            ("", 0), ("", 0), ("sim-0003", 1), ("", 2),
        ]  # fmt: skip

    def test_what_is_revoked_stays_revoked(self, reader):
        address = f"{self.path}{self.id}/"
        asked = reader.get(f"{address}suspended/").content.decode()
        assert asked.count(f'href="{address}"') == 2, (
            "what is suspended is named, and who cancels goes back to it"
        )
        assert "교육비 납입증명서" in asked
        reply = reader.post(f"{address}suspended/", {"reason": ""})
        assert reply.status_code == 422
        for state in ("suspended", "valid", "revoked"):
            assert reader.post(f"{address}{state}/", {"reason": "시험"}).status_code == 302
        assert list_certificates()[0][0].state == CertificateState.REVOKED
        assert reader.post(f"{address}valid/", {"reason": "시험"}).status_code == 422
        page = reader.get(address).content.decode()
        assert "폐기" in page
        assert f"{address}valid/" not in page
        assert reader.get(f"/wallet/log/?q={list_certificates()[0][0].digest}").context["total"] == 4


class TestChecks(ListPageCases):
    path = "/desk/wallet/checks/"
    list_page = CHECKS

    @pytest.fixture(autouse=True)
    def rows(self, db):
        open_check(actor=HOUSE, now=now(), rule="family_parking", address=ISSUER)

    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_a_check_shows_a_qr_code_and_what_is_asked(self, reader, language):
        reader.cookies["language"] = language
        started = reader.post(f"{self.path}new/", {"rule": "youth_support"})
        reply = reader.get(started.headers["Location"])
        page = reply.content.decode()
        assert "<svg" in page
        assert ("생년월일" if language == "ko" else "Date of birth") in page
        assert f"<li>{'도로명' if language == 'ko' else 'Street'}</li>" not in page
        assert reader.post(f"{self.path}new/", {"rule": "unheard of"}).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["offers/new/", "checks/new/", "no-such/", "no-such/revoked/"])
def test_the_desk_is_closed_to_strangers(path):
    assert Client().get(f"/desk/wallet/{path}").status_code == 302
