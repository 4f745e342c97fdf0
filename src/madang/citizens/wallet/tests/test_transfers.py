"""MyData: a bundle goes to its receiver while its person lets it, and every transfer leaves a receipt."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from joserfc.jwk import ECKey

from madang.citizens.wallet.actions.transfers import (
    give_transfer_consent,
    receive_bundle,
    withdraw_transfer_consent,
)
from madang.citizens.wallet.demo import lay_out
from madang.citizens.wallet.methods.bundles import digest_content, read_receipt
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.models import RegisterRow, TransferConsentRow, TransferRow
from madang.citizens.wallet.pages.transfers import TRANSFERS
from madang.citizens.wallet.queries.certificates import list_public_keys
from madang.citizens.wallet.queries.transfers import get_receipt, list_bundles, list_consents, list_transfers
from madang.citizens.wallet.records import ConsentState
from madang.core.base.interface import Actor, BadInput, Conflict, NotAllowed, NotFound, now
from madang.core.pages.testing import ListPageCases

from .houses import ISSUER

CITIZEN = Actor(id="sim-0001", name="시민")
HOUSING = Actor(id="officer", name="담당", grants=frozenset({("wallet.receive", "housing")}))
WELFARE = Actor(id="other", name="담당", grants=frozenset({("wallet.receive", "welfare")}))


@pytest.fixture
def consent(db):
    lay_out(now())
    return give_transfer_consent(actor=CITIZEN, now=now(), bundle="youth_rent", days=10)


def receive(consent, actor=HOUSING, at=None):
    return receive_bundle(actor=actor, now=at or now(), consent_id=consent.id, issuer=ISSUER)


def test_a_bundle_has_what_it_names_and_no_more(consent):
    sent = receive(consent)
    assert sent.content["resident_extract"] == {
        "name": "김가상", "birth_date": "2004-02-29", "address.region_code": "11", "address.district": "마포구",
    }  # fmt: skip
    assert sent.content["health_insurance"].keys() == {"insured_as", "insured_since"}
    assert "street" not in json.dumps(sent.content)
    kept = json.dumps(list(TransferRow.objects.values()), default=str)
    assert "김가상" not in kept
    assert "마포구" not in kept


def test_a_new_yes_takes_the_place_of_the_one_before_so_that_taking_it_back_ends_all(consent):
    again = give_transfer_consent(actor=CITIZEN, now=now(), bundle="youth_rent", days=3)
    other = give_transfer_consent(actor=CITIZEN, now=now(), bundle="family_benefits", days=3)
    assert {one.id for one in list_consents(CITIZEN.id, now()) if one.state == ConsentState.ACTIVE} == {
        again.id, other.id,
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        receive(consent)
    assert receive(again).content
    withdraw_transfer_consent(actor=CITIZEN, now=now(), consent_id=again.id)
    for one in (consent, again):
        with pytest.raises(NotAllowed):
            receive(one)


def test_both_sides_have_a_receipt_of_what_was_sent(consent, monkeypatch):
    sent = receive(consent)
    key = ECKey.import_key(list_public_keys(now())[-1])
    said = read_receipt(sent.receipt, key)
    assert said["sha256"] == digest_content(sent.content, sent.salt)
    assert (said["receiver"], said["consent"], said["kinds"]) == (
        "housing", consent.id, ["health_insurance", "resident_extract"],
    )  # fmt: skip
    assert receive(consent).digest != sent.digest, "nobody can tell by guessing what was sent"
    assert sent.salt not in json.dumps(list(TransferRow.objects.values()), default=str)
    moved = {
        **list_bundles(),
        "youth_rent": msgspec.structs.replace(list_bundles()["youth_rent"], receiver="elsewhere"),
    }
    monkeypatch.setattr("madang.citizens.wallet.queries.transfers.list_bundles", lambda: moved)
    assert read_receipt(get_receipt(sent.transfer, CITIZEN.id, ISSUER, now()), key) == said
    with pytest.raises(NotFound):
        get_receipt(sent.transfer, "sim-0002", ISSUER, now())
    with pytest.raises(Refused, match="signature"):
        read_receipt(sent.receipt, ECKey.generate_key("P-256"))


def test_only_the_receiver_receives_and_only_while_it_is_let(consent):
    for actor in (WELFARE, CITIZEN):
        with pytest.raises(NotAllowed):
            receive(consent, actor)
    with pytest.raises(NotAllowed):
        receive(consent, at=consent.expires_at + timedelta(seconds=1))
    with pytest.raises(NotFound):
        withdraw_transfer_consent(actor=WELFARE, now=now(), consent_id=consent.id)
    receive(consent)
    withdraw_transfer_consent(actor=CITIZEN, now=now(), consent_id=consent.id)
    with pytest.raises(NotAllowed):
        receive(consent)
    assert list_consents(CITIZEN.id, now())[0].state == ConsentState.WITHDRAWN
    assert [one.received_by for one in list_transfers(CITIZEN.id)] == ["officer"]


def test_a_consent_covers_the_bundle_as_it_was(consent):
    TransferConsentRow.objects.update(version=0)
    with pytest.raises(Conflict):
        receive(consent)


def test_what_the_registers_do_not_hold_is_said_to_be_missing(consent):
    RegisterRow.objects.filter(kind="health_insurance").delete()
    assert receive(consent).missing == ("health_insurance",)


@pytest.mark.parametrize("days", [0, 31])
def test_a_consent_lasts_as_long_as_the_bundle_allows(db, days):
    with pytest.raises(BadInput):
        give_transfer_consent(actor=CITIZEN, now=now(), bundle="youth_rent", days=days)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_citizen_agrees_sees_and_takes_back(language):
    lay_out(now())
    account = get_user_model().objects.create_user(username="kim")
    RegisterRow.objects.filter(subject=CITIZEN.id).update(subject=account.public_id)
    browser = Client()
    browser.force_login(account)
    browser.cookies["language"] = language
    for bundle in list_bundles().values():
        assert bundle.title.say(language) in browser.get("/wallet/mydata/").content.decode()
    for page in (
        browser.get("/wallet/mydata/youth_rent/"),
        browser.post("/wallet/mydata/youth_rent/", {"days": "31"}),
    ):
        asked = page.content.decode()
        for words in (
            ("청년월세 지원 신청", "Rent support"),
            ("<strong>housing<",) * 2,
            ("생년월일", "birth"),
        ):
            assert words[language == "en"] in asked, "who agrees sees to what, and with whom"
    assert page.status_code == 422
    assert browser.post("/wallet/mydata/youth_rent/", {"days": "7"}).status_code == 302
    [given] = list_consents(account.public_id, now())
    sent = receive(given)
    receipt = browser.get(f"/wallet/mydata/transfers/{sent.transfer}/receipt/")
    assert receipt.content.decode().count(".") == 2
    path = f"/wallet/mydata/consents/{given.id}/withdraw/"
    page = browser.get("/wallet/mydata/").content.decode()
    asked = next(one for one in re.findall(r"<details>.*?</details>", page, re.DOTALL) if path in one)
    assert ("새로 동의해야" if language == "ko" else "a new consent") in asked
    assert browser.post(path).status_code == 302
    page = browser.get("/wallet/mydata/").content.decode()
    assert f"{list_bundles()['youth_rent'].title.say(language)} → housing" in page
    assert ("거둠" if language == "ko" else "withdrawn") in page


class TestTransfers(ListPageCases):
    path = "/desk/wallet/transfers/"
    list_page = TRANSFERS

    @pytest.fixture(autouse=True)
    def rows(self, consent):
        self.consent = consent

    def test_the_desk_receives_what_was_let(self, reader):
        address = f"{self.path}{self.consent.id}/"
        before = reader.get(address).content.decode()
        assert "김가상" not in before
        assert "청년월세 지원 신청" in before
        assert "생년월일" in before
        reply = reader.post(address)
        assert "김가상" in reply.content.decode()
        assert reply.headers["Cache-Control"] == "no-store"
        assert TransferRow.objects.count() == 1
        withdraw_transfer_consent(actor=CITIZEN, now=now(), consent_id=self.consent.id)
        assert reader.get(address).status_code == 403, "no button for what is over"
