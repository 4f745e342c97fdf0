"""From an offer to a yes at the desk, over HTTP, with a wallet that knows only the standards."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from argparse import Namespace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from joserfc.jwk import ECKey
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from madang.citizens.wallet.actions.checks import open_check
from madang.citizens.wallet.actions.granting import make_offer
from madang.citizens.wallet.actions.statuses import change_state
from madang.citizens.wallet.cli import run_verify
from madang.citizens.wallet.demo import lay_out
from madang.citizens.wallet.gateway.keys import rotate_key
from madang.citizens.wallet.methods.checkpoints import read_checkpoint
from madang.citizens.wallet.methods.entry_bundles import read_bundle
from madang.citizens.wallet.methods.log_checks import check_log
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.signed_notes import verify_note
from madang.citizens.wallet.methods.status_token import verify_status_list
from madang.citizens.wallet.methods.tiles import Tile, read_nodes, write_path
from madang.citizens.wallet.methods.transparency import hash_entry, prove_inclusion, verify_inclusion
from madang.citizens.wallet.methods.verifier_keys import read_key
from madang.citizens.wallet.models import LogEntryRow, LogNodeRow
from madang.citizens.wallet.queries.certificates import list_certificates
from madang.citizens.wallet.queries.checks import build_request, get_check, list_checks
from madang.citizens.wallet.queries.log import get_log_verifier
from madang.citizens.wallet.queries.reasons import OTHER_REFUSAL, say_reason
from madang.citizens.wallet.records import CertificateState, CheckState
from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, NotAllowed, now

from .houses import ISSUER, Holder, offer_to
from .people import in_json

YOUNG, OLD = "sim-0001", "sim-0003"


def asked(rule: str = "youth_support") -> dict:
    return build_request(open_check(actor=HOUSE, now=now(), rule=rule, address=ISSUER))


def revoke(state: CertificateState) -> None:
    held = list_certificates()[0][0]
    change_state(actor=HOUSE, now=now(), certificate_id=held.id, state=state, reason="시험")


def test_from_an_offer_to_a_yes(holder):
    offer, pin = offer_to()
    held = holder.accept(offer, pin)
    signed = base64.urlsafe_b64decode(held.split(".")[1] + "==").decode()
    assert not any(word in signed for word in ("김가상", "마포구", "2004-02-29"))
    request = asked()
    paths = [one["path"] for one in request["dcql_query"]["credentials"][0]["claims"]]
    assert paths == [["address", "region_code"], ["birth_date"]]
    reply = holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request))
    assert (reply.status_code, reply.json()) == (200, {})
    check = get_check(request["state"], now())
    assert (check.state, check.is_eligible, check.reason) == (CheckState.ANSWERED, True, "eligible")
    assert check.nonce == ""
    again = holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request))
    assert again.status_code == 400


@pytest.mark.parametrize("form", ["flattened", "general"])
def test_an_answer_may_be_json(holder, form):
    held, request = holder.accept(*offer_to()), asked()
    text = holder.present(held, {"region_code", "birth_date"}, request)
    assert holder.answer(request, in_json(text, form) | {"extra": 1}).status_code == 400
    assert holder.answer(request, in_json(text, form)).status_code == 200
    assert get_check(request["state"], now()).is_eligible


def seal(said: object, key: dict, **header: str) -> str:
    """Seal an answer as a wallet of others does."""
    protected = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key["kid"], **header}
    sealed = JWE(json.dumps(said).encode(), json.dumps(protected))
    sealed.add_recipient(JWK(**key))
    return sealed.serialize(compact=True)


def test_a_sealed_answer_is_opened_by_the_verifier_alone(holder, web):
    offer, pin = offer_to()
    held = holder.accept(offer, pin)
    check = open_check(actor=HOUSE, now=now(), rule="youth_support", address=ISSUER)
    request = build_request(check, is_sealed=True)
    assert request["response_mode"] == "direct_post.jwt"
    [key] = request["client_metadata"]["jwks"]["keys"]
    assert "d" not in key
    shown = holder.present(held, {"region_code", "birth_date"}, request)
    said = {"vp_token": {"certificate": [shown]}, "state": request["state"]}
    other = build_request(
        open_check(actor=HOUSE, now=now(), rule="youth_support", address=ISSUER), is_sealed=True
    )
    stranger = other["client_metadata"]["jwks"]["keys"][0]
    for wrong in (
        "x", "a.b.c.d.e", seal(said, stranger), seal({**said, "state": 1}, key), seal([], key),
        seal({"vp_token": "x", "state": request["state"]}, key), seal(said, key)[:-4], seal(said, key, zip="DEF"),
    ):  # fmt: skip
        reply = web.post(request["response_uri"], data={"response": wrong})
        assert (reply.status_code, reply.json()["code"]) == (400, "wallet.answer"), wrong
    assert web.post(request["response_uri"], data={"response": seal(said, key)}).json() == {}
    assert get_check(check.id, now()).is_eligible
    assert web.post(request["response_uri"], data={"response": seal(said, key)}).status_code == 400


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize(
    ("error", "code"),
    [("access_denied", "answer.declined"), ("vp_formats_not_supported", "answer.unanswerable")],
)
def test_a_wallet_that_gives_no_answer_is_heard_and_the_check_stays_open(holder, web, error, code, is_sealed):
    offer, pin = offer_to()
    held = holder.accept(offer, pin)
    check = open_check(actor=HOUSE, now=now(), rule="youth_support", address=ISSUER)
    request = build_request(check, is_sealed=is_sealed)
    said = {"error": error, "state": request["state"]}
    for wrong in ({"error": error}, {**said, "state": "x"}):
        assert web.post(request["response_uri"], data=wrong).status_code == 400
    assert get_check(check.id, now()).refusal == ""
    if is_sealed:
        said = {"response": seal(said, request["client_metadata"]["jwks"]["keys"][0])}
    reply = web.post(request["response_uri"], data=said)
    assert (reply.status_code, reply.json()) == (200, {})
    seen = get_check(check.id, now())
    assert (seen.state, seen.refusal) == (CheckState.WAITING, code)
    assert OTHER_REFUSAL.en not in say_reason(seen).en
    assert holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request)).is_success
    assert web.post(request["response_uri"], data=said).status_code == 400


def test_the_desk_finds_checks_by_rule_and_state(holder):
    offer, pin = offer_to()
    held, request = holder.accept(offer, pin), asked()
    waiting = open_check(actor=HOUSE, now=now(), rule="family_parking", address=ISSUER)
    old = open_check(actor=HOUSE, now=now() - timedelta(hours=1), rule="family_parking", address=ISSUER)
    assert holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request)).is_success
    found = {
        (rule, state): [one.id for one in list_checks(now=now(), rule=rule, state=state)[0]]
        for rule in ("", "youth_support", "family_parking")
        for state in ("", *CheckState)
    }
    assert found["", ""] == [waiting.id, request["state"], old.id]
    assert found["", "answered"] == found["youth_support", ""] == [request["state"]]
    assert (found["", "waiting"], found["family_parking", "expired"]) == ([waiting.id], [old.id])
    assert found["youth_support", "waiting"] == []


def test_a_no_has_its_reason(holder):
    offer, pin = offer_to(subject=OLD)
    held, request = holder.accept(offer, pin), asked()
    assert holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request)).is_success
    check = get_check(request["state"], now())
    assert (check.is_eligible, check.reason) == (False, "not_of_age")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda one: {"nonce": "x"}, "key_binding.nonce"),
        (lambda one: {"aud": "redirect_uri:https://elsewhere.example"}, "key_binding.audience"),
        (lambda one: {"iat": int(time.time()) - 3600}, "key_binding.freshness"),
        (lambda one: {"sd_hash": "x"}, "key_binding.digest"),
    ],
)
def test_what_was_signed_for_another_is_refused_in_words(holder, change, code):
    offer, pin = offer_to()
    held, request = holder.accept(offer, pin), asked()
    wrong = holder.present(held, {"region_code", "birth_date"}, request, **change(request))
    reply = holder.answer(request, wrong)
    assert (reply.status_code, reply.json()["code"]) == (400, f"wallet.{code}")
    check = get_check(request["state"], now())
    assert (check.state, check.refusal, check.is_eligible) == (CheckState.WAITING, code, None)


def test_too_little_and_too_much_are_refused(holder):
    offer, pin = offer_to()
    held, request = holder.accept(offer, pin), asked()
    for names, code in (({"birth_date"}, "unsatisfied"), ({"region_code", "birth_date", "name"}, "unasked")):
        reply = holder.answer(request, holder.present(held, names, request))
        assert reply.json()["code"] == f"wallet.answer.{code}"


def test_a_stolen_certificate_and_a_forged_one_are_refused(holder, web):
    offer, pin = offer_to()
    held, request = holder.accept(offer, pin), asked()
    thief = Holder(web, holder.time)
    reply = thief.answer(request, thief.present(held, {"region_code", "birth_date"}, request))
    assert reply.json()["code"] == "wallet.key_binding.signature"
    message, rest = held.split("~", 1)
    payload = json.loads(base64.urlsafe_b64decode(message.split(".")[1] + "=="))
    header = json.loads(base64.urlsafe_b64decode(message.split(".")[0] + "=="))
    forged = holder.sign(payload, {"typ": header["typ"], "kid": header["kid"]}, ECKey.generate_key("P-256"))
    shown = holder.present(f"{forged}~{rest}", {"region_code", "birth_date"}, request)
    assert holder.answer(request, shown).json()["code"] == "wallet.credential.signature"


def test_status_is_published_signed_and_heeded(holder, web):
    offer, pin = offer_to()
    held, request = holder.accept(offer, pin), asked()
    claims = json.loads(base64.urlsafe_b64decode(held.split(".")[1] + "=="))
    place = claims["status"]["status_list"]
    key = ECKey.import_key(holder.discover(ISSUER, "jwt-vc-issuer")["jwks"]["keys"][-1])

    def look_up(**headers):
        reply = web.get(place["uri"], headers=headers)
        if reply.status_code == 304:
            return None, reply
        published = verify_status_list(reply.text, key, place["uri"], int(time.time()))
        return published.look_up(place["idx"]), reply

    status, reply = look_up()
    assert status == 0
    assert reply.headers["content-type"] == "application/statuslist+jwt"
    assert "max-age=300" in reply.headers["cache-control"]
    assert look_up(**{"If-None-Match": reply.headers["etag"]})[1].status_code == 304
    shown = holder.present(held, {"region_code", "birth_date"}, request)
    revoke(CertificateState.SUSPENDED)
    assert look_up(**{"If-None-Match": reply.headers["etag"]})[0] == 2
    assert holder.answer(request, shown).json()["code"] == "wallet.credential.suspended"
    revoke(CertificateState.VALID)
    assert look_up()[0] == 0
    revoke(CertificateState.REVOKED)
    assert look_up()[0] == 1
    assert holder.answer(request, shown).json()["code"] == "wallet.credential.revoked"


@pytest.mark.parametrize("host", ["evil.example", "testserver@evil.example", "evil.example:80", ""])
def test_nothing_is_signed_or_said_in_a_strangers_name(web, host):
    for path in (
        "/wallet/status/0",
        "/.well-known/openid-credential-issuer/wallet",
        "/wallet/log/checkpoint",
    ):
        assert web.get(path, headers={"Host": host}).status_code == 400
    assert web.post("/wallet/nonce", headers={"Host": host}).status_code == 400


def test_what_was_signed_before_a_rotation_still_holds(holder):
    offer, pin = offer_to()
    held, request = holder.accept(offer, pin), asked()
    kid = rotate_key(now())
    keys = holder.discover(ISSUER, "jwt-vc-issuer")["jwks"]["keys"]
    assert [one["kid"] for one in keys].index(kid) == len(keys) - 1
    assert not any("d" in one for one in keys)
    assert holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request)).is_success
    offer, pin = offer_to()
    header = json.loads(base64.urlsafe_b64decode(holder.accept(offer, pin).split(".")[0] + "=="))
    assert header["kid"] == kid


def test_a_code_is_good_once_and_five_wrong_pins_end_it(holder):
    offer, pin = offer_to()
    holder.accept(offer, pin)
    assert holder.redeem(offer, pin).json()["error"] == "invalid_grant"
    offer, pin = offer_to()
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    for given in [*[wrong] * 5, pin]:
        reply = holder.redeem(offer, given)
        assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


def test_a_token_is_good_for_one_certificate_to_a_proven_key(holder, web):
    offer, pin = offer_to()
    token = holder.redeem(offer, pin).json()["access_token"]
    nonce = web.post(f"{ISSUER}/nonce").json()["c_nonce"]
    for proof, error in (
        (holder.prove(ISSUER, "made up"), "invalid_nonce"),
        (holder.prove("https://elsewhere.example", nonce), "invalid_proof"),
        (holder.prove(ISSUER, nonce, iat=int(time.time()) - 3600), "invalid_proof"),
        ("not.a.proof", "invalid_proof"),
    ):
        reply = holder.fetch(offer, token, proof)
        assert (reply.status_code, reply.json()["error"]) == (400, error)
    assert holder.fetch(offer, token, kind="tuition").json()["error"] == "unknown_credential_configuration"
    assert holder.fetch(offer, token).status_code == 200
    used = holder.fetch(offer, token)
    assert (used.status_code, used.json()["error"]) == (401, "invalid_token")
    assert web.post(f"{ISSUER}/credential", json={}).status_code == 401


def test_every_issuance_and_revocation_stands_in_the_log(holder, web):
    for _ in range(3):
        offer, pin = offer_to()
        held = holder.accept(offer, pin)
    revoke(CertificateState.REVOKED)
    note = web.get(f"{ISSUER}/log/checkpoint").text
    text, _ = verify_note(note, [get_log_verifier(ISSUER)])
    checkpoint = read_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size) == ("testserver/wallet/log", 4)
    entries = read_bundle(web.get(f"{ISSUER}/log/tile/entries/000.p/4").content)
    assert [json.loads(one)["what"] for one in entries] == ["issue", "issue", "issue", "revoke"]
    assert "김가상".encode() not in b"".join(entries)
    nodes = read_nodes(4, lambda tile: web.get(f"{ISSUER}/log/{write_path(tile)}").content)
    for at, entry in enumerate(entries):
        verify_inclusion(at, 4, hash_entry(entry), prove_inclusion(at, 4, nodes), checkpoint.root)
    assert web.get(f"{ISSUER}/log/{write_path(Tile(0, 0, 5))}").status_code == 404
    assert held


def test_anyone_checks_the_log_by_its_address(holder, web):
    def fetch(path: str) -> bytes:
        reply = web.get(f"{ISSUER}/log/{path}")
        assert reply.status_code == 200
        return reply.content

    held = [holder.accept(*offer_to()) for _ in range(3)]
    verifier = read_key(fetch("key").decode())
    digest = hashlib.sha256(held[1].encode()).hexdigest()
    first = check_log(fetch, verifier, digest=digest)
    assert [number for number, _ in first.entries] == [1]
    holder.accept(*offer_to())
    assert check_log(fetch, verifier, before=first.note).checkpoint.size == 4
    row = LogEntryRow.objects.get(number=0)
    row.content = row.content.replace("issue", "revoke")
    row.save()
    with pytest.raises(Refused, match=r"log\.root"):
        check_log(fetch, verifier)


def test_a_memory_that_cannot_be_read_is_told_in_a_sentence(tmp_path, capsys):
    (tmp_path / "broken").write_bytes(b"\xff")
    for memory in (tmp_path, tmp_path / "broken"):
        asked = Namespace(url="http://127.0.0.1:9/log", key="", digest="", memory=memory, witness=[])
        assert run_verify(asked) == 1
        assert capsys.readouterr().out.startswith("FAILED ")


def test_a_log_that_was_begun_anew_is_another_history(holder, web):
    def fetch(path: str) -> bytes:
        return web.get(f"{ISSUER}/log/{path}").content

    holder.accept(*offer_to())
    holder.accept(*offer_to())
    verifier = read_key(fetch("key").decode())
    seen = check_log(fetch, verifier).note
    for table in (LogEntryRow, LogNodeRow):
        table.objects.all().delete()
    holder.accept(*offer_to())
    with pytest.raises(Refused, match=r"log\.range"):
        check_log(fetch, verifier, before=seen)
    holder.accept(*offer_to())
    with pytest.raises(Refused, match=r"log\.forked"):
        check_log(fetch, verifier, before=seen)


def test_who_may_offer_revoke_and_check(transactional_db):
    lay_out(now())
    citizen = Actor(id=YOUNG, name="시민")
    made = make_offer(actor=citizen, now=now(), kind="tuition", subject=YOUNG, issuer=ISSUER)
    assert len(made.pin) == 6
    for actor in (ANONYMOUS, citizen):
        with pytest.raises(NotAllowed):
            make_offer(actor=actor, now=now(), kind="tuition", subject=OLD, issuer=ISSUER)
        with pytest.raises(NotAllowed):
            open_check(actor=actor, now=now(), rule="youth_support", address=ISSUER)
        with pytest.raises(NotAllowed):
            change_state(
                actor=actor, now=now(), certificate_id="x", state=CertificateState.REVOKED, reason="x"
            )


def test_metadata_name_absolute_addresses_in_two_languages(holder):
    said = holder.discover(ISSUER, "openid-credential-issuer")
    assert said["credential_issuer"] == ISSUER
    for name in ("credential_endpoint", "nonce_endpoint"):
        assert urlsplit(said[name]).netloc == "testserver"
    for one in said["credential_configurations_supported"].values():
        display = one["credential_metadata"]["display"]
        assert {word["locale"] for word in display} == {"ko", "en"}
        kind = one["vct"] if "vct" in one else one["credential_definition"]["type"][1]
        assert holder.get_json(kind)["vct"] == kind
