"""Certificates of another issuer, at a socket of its own: taken while it is trusted, and while its lists can be had."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc.jwk import ECKey

from madang.citizens.wallet.actions.asking import ask_for_service
from madang.citizens.wallet.actions.checks import open_check
from madang.citizens.wallet.actions.trusting import trust_issuer, withdraw_trust
from madang.citizens.wallet.gateway.keys import rotate_key
from madang.citizens.wallet.methods.credential import Draft, StatusReference, issue_credential
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.status_list import Status, StatusList
from madang.citizens.wallet.methods.status_token import Edition, publish
from madang.citizens.wallet.methods.trust_list import read_keys, read_list
from madang.citizens.wallet.models import FetchedRow, TrustedIssuerRow
from madang.citizens.wallet.pages.trust import ISSUERS
from madang.citizens.wallet.queries.checks import build_query, build_request, get_check
from madang.citizens.wallet.records import IssuerDraft
from madang.core.base.interface import (
    HOUSE,
    Actor,
    BadInput,
    NotAllowed,
    Text,
    Unavailable,
    now,
    read_settings,
)
from madang.core.pages.testing import ListPageCases

from .houses import ISSUER

CONTENT = {
    "birth_date": "2004-02-29",
    "address": {"region_code": "11", "district": "중구"},
    "name": "남의시민",
}
SHOWN = {"region_code", "birth_date"}


class Other:
    """Another city's issuer: it publishes keys and a status list, and counts who asks."""

    def __init__(self):
        self.key, self.bits, self.asked, self.is_down, self.lasts_s = (
            ECKey.generate_key("P-256"),
            {},
            [],
            False,
            3600,
        )
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                other.answer(self)

            def log_message(self, *_said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.home = f"http://127.0.0.1:{self.server.server_port}"
        self.issuer, self.vct = f"{self.home}/busan", f"{self.home}/busan/resident"
        self.list, self.jwks = f"{self.home}/busan/status/7", f"{self.home}/busan/jwks"
        self.tokens = {}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, request):
        tag = f'"{sorted(self.bits.items())}{self.lasts_s}"'
        is_known = request.headers.get("If-None-Match") == tag
        self.asked.append((request.path, 503 if self.is_down else 304 if is_known else 200))
        request.send_response(self.asked[-1][1])
        if self.asked[-1][1] != 200:
            request.end_headers()
            return
        if request.path.endswith("/jwks"):
            body = json.dumps({"keys": [{**self.key.as_dict(private=False), "kid": "b1"}]})
        else:
            at = int(time.time())
            edition = Edition(uri=self.list, issued_at=at, expires_at=at + self.lasts_s, fetch_again_s=3600)
            body = publish(StatusList.make(64, 2, self.bits), edition, self.key, {"kid": "b1"})
            request.send_header("ETag", tag)
        request.end_headers()
        request.wfile.write(body.encode())

    def issue(self, holder, **changes):
        at = int(time.time())
        draft = Draft(
            **{
                "issuer": self.issuer, "kind": self.vct, "content": CONTENT, "issued_at": at,
                "hidden": (("name",), ("birth_date",), ("address", "region_code")),
                "valid_until": at + 9999, "holder_key": holder.key.as_dict(private=False),
                "status": StatusReference(self.list, 5), **changes,
            }
        )  # fmt: skip
        return issue_credential(draft, self.key, {"kid": "b1"}, decoys=1).text


@pytest.fixture
def other(settings):
    settings.MADANG = read_settings({"MADANG_HAND_OVER_NETWORKS": "127.0.0.0/8"})
    made = Other()
    yield made
    made.server.shutdown()


def draft(other, **changes):
    return IssuerDraft(
        **{
            "issuer": other.issuer, "title": Text(ko="다른 시", en="Another city"),
            "kinds": {"resident_extract": other.vct}, "keys": (), "keys_address": other.jwks,
            "valid_from": now() - timedelta(days=1), "valid_until": now() + timedelta(days=30), **changes,
        }
    )  # fmt: skip


def trust(other, **changes):
    return trust_issuer(actor=HOUSE, now=now(), wanted=draft(other, **changes), reason="협약")


def show(holder, held, request=None):
    """Show a certificate to a check at the desk; return (whether it was taken, the check)."""
    request = request or build_request(
        open_check(actor=HOUSE, now=now(), rule="youth_support", address=ISSUER)
    )
    reply = holder.answer(request, holder.present(held, SHOWN, request))
    return reply.status_code == 200, get_check(request["state"], now())


def age(**passed):
    """Let time pass for everything that was fetched."""
    for row in FetchedRow.objects.all():
        row.tried_at -= timedelta(**passed)
        row.fetched_at = row.fetched_at and row.fetched_at - timedelta(**passed)
        row.save()


def test_a_trusted_issuers_certificate_answers_a_check_until_trust_is_withdrawn(holder, other):
    held = other.issue(holder)
    is_taken, check = show(holder, held)
    assert (is_taken, check.refusal) == (False, "credential.issuer")
    number = trust(other)
    check = open_check(actor=HOUSE, now=now(), rule="youth_support", address=ISSUER)
    [asked] = build_query(check)["credentials"]
    assert asked["meta"]["vct_values"] == [f"{ISSUER}/kinds/resident_extract", other.vct]
    is_taken, check = show(holder, held)
    assert is_taken and (check.is_eligible, check.reason) == (True, "eligible")
    withdraw_trust(actor=HOUSE, now=now(), issuer_id=number, reason="끝남")
    assert show(holder, held)[1].refusal == "credential.issuer"
    assert TrustedIssuerRow.objects.get().reason == "끝남"


def test_what_its_issuer_took_back_is_refused_once_the_list_says_so(holder, other):
    trust(other)
    held = other.issue(holder)
    assert show(holder, held)[0]
    other.bits[5] = Status.INVALID
    assert show(holder, held)[0], "the list is kept for five minutes"
    age(minutes=6)
    assert show(holder, held)[1].refusal == "credential.revoked"
    other.bits[5] = Status.SUSPENDED
    age(minutes=6)
    assert show(holder, held)[1].refusal == "credential.suspended"
    other.bits[5] = Status.VALID
    age(minutes=6)
    assert show(holder, held)[0]


def test_a_list_is_asked_for_with_its_tag_and_kept_while_it_is_fresh(holder, other):
    trust(other)
    held = other.issue(holder)
    for _ in range(3):
        assert show(holder, held)[0]
    lists = [code for path, code in other.asked if path.endswith("/status/7")]
    assert lists == [200]
    age(minutes=6)
    assert show(holder, held)[0]
    assert [code for path, code in other.asked if path.endswith("/status/7")] == [200, 304]


def test_a_list_that_can_not_be_had_is_relied_on_for_a_day_and_no_longer(holder, other):
    trust(other)
    held = other.issue(holder)
    assert show(holder, held)[0]
    other.is_down = True
    age(hours=1)
    before = len(other.asked)
    assert show(holder, held)[0] and show(holder, held)[0]
    assert len(other.asked) == before + 2, "keys and list are tried once, not again at once"
    age(hours=24)
    assert show(holder, held)[1].refusal == "credential.unreachable"
    other.is_down = False
    age(minutes=1)
    assert show(holder, held)[0]


def test_a_list_never_had_or_over_says_nothing(holder, other):
    at = {"keys": [{**other.key.as_dict(private=False), "kid": "b1"}]}
    trust(other, keys=tuple(read_keys(at)))
    held = other.issue(holder)
    other.is_down = True
    assert show(holder, held)[1].refusal == "status_list.unreachable"
    other.is_down, other.lasts_s = False, -120
    age(minutes=1)
    assert show(holder, held)[1].refusal == "status_list.unreachable", "an expired list is no answer"
    other.lasts_s = 3600
    age(minutes=1)
    assert show(holder, held)[0]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kind": "https://elsewhere.example/x"}, "credential.kind"),
        ({"kind": f"{ISSUER}/kinds/resident_extract"}, "credential.kind"),
        ({"issuer": "http://127.0.0.1:1/busan"}, "credential.issuer"),
        ({"issuer": ISSUER}, "credential.issuer"),
        ({"status": None}, "credential.reference"),
        ({"status": StatusReference("http://127.0.0.1:1/busan/status/7", 5)}, "credential.reference"),
        ({"status": StatusReference(f"{ISSUER}/status/0", 5)}, "credential.reference"),
        ({"status": "near", "index": 64}, "status_list.index"),
    ],
)
def test_an_issuer_is_trusted_for_what_it_is_trusted_for(holder, other, changes, refusal):
    trust(other)
    if "index" in changes:
        changes = {"status": StatusReference(other.list, changes["index"])}
    assert show(holder, other.issue(holder, **changes))[1].refusal == refusal


def test_a_forger_with_the_trusted_name_is_refused_and_makes_no_traffic(holder, other):
    trust(other)
    other.asked.clear()
    true, other.key = other.key, ECKey.generate_key("P-256")
    forged = other.issue(holder)
    other.key = true
    for _ in range(3):
        assert show(holder, forged)[1].refusal == "credential.signature"
    assert other.asked == []


def test_trust_has_a_beginning_and_an_end(holder, other):
    with pytest.raises(BadInput):
        trust(other, valid_until=now() - timedelta(days=1))
    with pytest.raises(BadInput):
        trust(other, keys_address="http://127.0.0.1:1/jwks")
    with pytest.raises(BadInput):
        trust(other, kinds={})
    other.is_down = True
    with pytest.raises(Unavailable):
        trust(other)
    other.is_down = False
    age(minutes=1)
    with pytest.raises(NotAllowed):
        trust_issuer(actor=Actor(id="x", name=""), now=now(), wanted=draft(other), reason="")
    trust(other, valid_from=now() + timedelta(days=1))
    held = other.issue(holder)
    assert show(holder, held)[1].refusal == "credential.issuer"
    TrustedIssuerRow.objects.update(
        valid_from=now() - timedelta(days=2), valid_until=now() - timedelta(days=1)
    )
    assert show(holder, held)[1].refusal == "credential.issuer"


def test_another_service_needs_a_person_of_our_registers(holder, other):
    trust(other)
    check, _ = ask_for_service(now=now(), rule="youth_support", scope="poll:1", address=ISSUER)
    request = build_request(check)
    assert request["dcql_query"]["credentials"][0]["meta"]["vct_values"] == [
        f"{ISSUER}/kinds/resident_extract"
    ]
    assert show(holder, other.issue(holder), request)[1].refusal == "credential.issuer"


def test_the_list_is_published_signed_and_changes_its_tag(holder, other):
    reply = holder.client.get("/wallet/trust-list")
    key = ECKey.import_key(holder.get_json(f"{ISSUER}/jwks")["keys"][-1])
    said = read_list(reply.text, key)
    assert [one["issuer"] for one in said["trusted_issuers"]] == [ISSUER]
    tag = {"If-None-Match": reply.headers["ETag"]}
    assert holder.client.get("/wallet/trust-list", headers=tag).status_code == 304
    number = trust(other)
    reply = holder.client.get("/wallet/trust-list", headers=tag)
    after = read_list(reply.text, key)
    own, entry = after["trusted_issuers"]
    assert (entry["issuer"], entry["vct_values"], entry["keys_address"]) == (
        other.issuer, [other.vct], other.jwks,
    )  # fmt: skip
    assert f"{ISSUER}/kinds/tuition" in own["vct_values"]
    assert after["sequence_number"] > said["sequence_number"]
    rotate_key(now())
    reply = holder.client.get("/wallet/trust-list")
    with pytest.raises(Refused, match="signature"):
        read_list(reply.text, key)
    withdraw_trust(actor=HOUSE, now=now(), issuer_id=number, reason="끝남")
    newer = ECKey.import_key(holder.get_json(f"{ISSUER}/jwks")["keys"][-1])
    last = read_list(holder.client.get("/wallet/trust-list").text, newer)
    assert len(last["trusted_issuers"]) == 1 and last["sequence_number"] > after["sequence_number"]


@pytest.mark.parametrize(
    "said",
    [None, {}, {"keys": {}}, {"keys": []}, {"keys": ["x"]}, {"keys": [{"kty": "oct", "k": "AAAA"}]},
     {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]},
     {"keys": [{**ECKey.generate_key("P-256").as_dict(private=False), "use": "enc"}]}],
)  # fmt: skip
def test_a_set_of_keys_has_public_keys_for_signatures(said):
    with pytest.raises(ValueError, match="key"):
        read_keys(said)


class TestIssuers(ListPageCases):
    path = "/desk/wallet/issuers/"
    list_page = ISSUERS

    @pytest.fixture(autouse=True)
    def rows(self, db, other):
        self.other = other
        trust(other)

    def test_an_officer_adds_and_withdraws(self, reader):
        keys = json.dumps({"keys": [self.other.key.as_dict(private=False)]})
        form = {
            "title_ko": "가", "title_en": "a", "issuer": "https://a.example/x", "kind": "tuition",
            "vct": "urn:x", "keys": keys, "valid_from": "2026-01-01", "valid_until": "2099-12-31", "reason": "협약",
        }  # fmt: skip
        for wrong in ({"issuer": "ftp://a"}, {"keys": "{}"}, {"keys": "x"}, {"valid_until": "2026-01-01"}):
            assert reader.post(f"{self.path}new/", {**form, **wrong}).status_code == 422, wrong
        assert reader.post(f"{self.path}new/", form).status_code == 302
        row = TrustedIssuerRow.objects.get(issuer="https://a.example/x")
        assert row.kinds == {"tuition": "urn:x"}
        assert reader.post(f"{self.path}{row.id}/withdraw/", {"reason": "끝"}).status_code == 302
        row.refresh_from_db()
        assert row.withdrawn_at is not None
