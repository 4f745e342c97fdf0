"""The same certificates in the W3C data model 2.0, secured by SD-JWT: issued, shown in parts, checked, refused."""

from __future__ import annotations

import base64
import json
import time

import pytest
from joserfc.jwk import ECKey
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from madang.citizens.wallet.actions.checks import open_check
from madang.citizens.wallet.actions.granting import make_offer
from madang.citizens.wallet.actions.requests import decide_request
from madang.citizens.wallet.actions.statuses import change_state
from madang.citizens.wallet.methods import metadata
from madang.citizens.wallet.methods.key_binding import Binding
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.sd_jwt import issue, present
from madang.citizens.wallet.methods.w3c import CONTEXT, SUBJECT, issue_w3c, verify_w3c
from madang.citizens.wallet.queries.certificates import list_certificates
from madang.citizens.wallet.queries.checks import build_request, get_check
from madang.citizens.wallet.queries.requests import list_requests
from madang.citizens.wallet.records import CertificateState
from madang.core.base.interface import HOUSE, now

from . import people
from .houses import ISSUER, offer_to
from .test_outside import address as address
from .test_outside import node as node
from .test_outside import present as answer
from .test_outside import walking

SHOWN = ((SUBJECT, "name"), (SUBJECT, "nationalities", 0))
MODEL = {
    "@context": [CONTEXT], "type": ["VerifiableCredential", people.KIND], "issuer": people.ISSUER,
    "validFrom": "2027-01-01T00:00:00Z", "validUntil": "2027-03-01T00:00:00Z",
    SUBJECT: {"name": "김서울", "age": 23}, "cnf": {"jwk": people.HOLDER_KEY.as_dict(private=False)},
}  # fmt: skip


def issued(**changes):
    return issue_w3c(people.draft(**changes), people.ISSUER_KEY, people.HEADER, decoys=2)


def shown(*paths, held=None, **changes):
    return present(held or issued(), paths or SHOWN, people.proof(**changes)).text


def refuse(text, code, **changes):
    with pytest.raises(Refused) as refused:
        verify_w3c(text, people.demand(**changes))
    assert refused.value.code == code


def made(typ="vc+sd-jwt", hidden=((SUBJECT, "name"),), **changes):
    """A presentation of a certificate that another program made, as the specification has it but for the changes."""
    claims = {name: value for name, value in {**MODEL, **changes}.items() if value is not None}
    held = issue(claims, hidden, {"typ": typ, "kid": people.KEY_ID}, people.ISSUER_KEY)
    return present(held, [one for one in hidden if one[0] in claims], people.proof()).text


def test_a_certificate_is_of_the_data_model_and_shows_what_its_holder_chose():
    said = verify_w3c(shown(), people.demand())
    assert said.content == {"name": "김서울", "nationalities": ["KR"]}
    assert (said.issuer, said.kind, said.is_bound) == (people.ISSUER, people.KIND, True)
    assert said.claims["@context"][0] == CONTEXT
    assert said.claims["type"] == ["VerifiableCredential", people.KIND]
    assert said.claims["validUntil"].endswith("Z") and said.status == people.STATUS
    header = json.loads(base64.urlsafe_b64decode(issued().message.split(".")[0] + "=="))
    assert (header["typ"], header["cty"]) == ("vc+sd-jwt", "vc")


def test_the_reference_implementation_of_sd_jwt_reads_it():
    theirs = SDJWTVerifier(
        shown(), lambda *_: JWK(**people.ISSUER_KEY.as_dict(private=False)), people.VERIFIER, people.NONCE
    ).get_verified_payload()
    assert theirs[SUBJECT] == {"name": "김서울", "nationalities": ["KR"]}


def test_another_programs_certificate_is_taken_as_the_specification_has_it():
    assert verify_w3c(made(), people.demand()).content == {"name": "김서울", "age": 23}
    said = verify_w3c(made(issuer={"id": people.ISSUER, "name": "x"}), people.demand())
    assert said.issuer == people.ISSUER
    assert verify_w3c(made(validUntil=None), people.demand()).valid_until is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"typ": "dc+sd-jwt"}, "credential.type"),
        ({"typ": "vc+jwt"}, "credential.type"),
        ({"@context": ["https://www.w3.org/2018/credentials/v1"]}, "credential.structure"),
        ({"@context": CONTEXT}, "credential.structure"),
        ({"@context": ["https://a.example", CONTEXT]}, "credential.structure"),
        ({"type": ["VerifiableCredential"]}, "credential.structure"),
        ({"type": [people.KIND, "VerifiableCredential"]}, "credential.structure"),
        ({"type": people.KIND}, "credential.structure"),
        ({"type": ["VerifiableCredential", "https://a.example/other"]}, "credential.kind"),
        ({SUBJECT: [{"name": "a"}], "hidden": ()}, "credential.structure"),
        ({SUBJECT: None, "hidden": ()}, "credential.structure"),
        ({"issuer": "https://a.example"}, "credential.issuer"),
        ({"issuer": None}, "credential.issuer"),
        ({"iss": "https://a.example"}, "credential.issuer"),
        ({"issuer": {"name": "x"}}, "credential.issuer"),
        ({"validUntil": "2027-01-02T00:00:00Z"}, "credential.expired"),
        ({"validFrom": "2027-02-02T00:00:00Z"}, "credential.not_yet_valid"),
        ({"validUntil": "2027-03-01T00:00:00"}, "credential.time"),
        ({"validUntil": "2027-03-01"}, "credential.time"),
        ({"validUntil": 1_900_000_000}, "credential.time"),
        ({"exp": people.NOW - 3600}, "credential.expired"),
        ({"hidden": ((SUBJECT,),)}, "disclosure.never_hidden"),
        ({"hidden": (("validUntil",),)}, "disclosure.never_hidden"),
        ({"hidden": (("type",),)}, "disclosure.never_hidden"),
        ({"hidden": (("issuer",),)}, "credential.issuer"),
        ({"cnf": None}, "credential.holder_key"),
        ({"status": {"other": 1}}, "credential.reference"),
    ],
)
def test_what_is_not_of_the_data_model_or_over_is_refused(changes, code):
    refuse(made(**changes), code)


def test_what_was_tampered_with_is_refused():
    text = shown()
    message, *rest = text.split("~")
    refuse("~".join([message[:-4] + "AAAA", *rest]), "credential.signature")
    refuse(text, "key_binding.nonce", binding=Binding(audience=people.VERIFIER, nonce="x", now=people.NOW))
    refuse(shown(key=people.OTHER_KEY), "key_binding.signature")
    refuse(people.presented().text, "credential.type")
    refuse(text, "credential.kind", kinds=frozenset({"https://a.example/other"}))


def asked(rule="youth_support", address=ISSUER):
    return build_request(open_check(actor=HOUSE, now=now(), rule=rule, address=address, is_w3c=True))


def fetch(holder, kind="resident_extract", subject="sim-0001"):
    offer, pin = offer_to(kind, subject)
    token = holder.redeem(offer, pin).json()["access_token"]
    return token, holder.fetch(offer, token, kind=f"{kind}_w3c")


def test_from_an_offer_to_a_yes(holder):
    kinds = holder.discover(ISSUER, "openid-credential-issuer")["credential_configurations_supported"]
    described = kinds["resident_extract_w3c"]
    assert (described["format"], described["scope"]) == ("vc+sd-jwt", "resident_extract")
    assert described["credential_definition"]["type"] == [
        "VerifiableCredential", f"{ISSUER}/kinds/resident_extract",
    ]  # fmt: skip
    assert described["credential_metadata"]["claims"][0]["path"][0] == SUBJECT
    held = fetch(holder)[1].json()["credentials"][0]["credential"]
    request = asked()
    [query] = request["dcql_query"]["credentials"]
    assert query["format"] == "vc+sd-jwt"
    assert query["meta"]["type_values"] == [["VerifiableCredential", f"{ISSUER}/kinds/resident_extract"]]
    assert [one["path"] for one in query["claims"]] == [
        [SUBJECT, "address", "region_code"], [SUBJECT, "birth_date"],
    ]  # fmt: skip
    more = holder.answer(request, holder.present(held, {"region_code", "birth_date", "name"}, request))
    assert more.status_code == 400 and get_check(request["state"], now()).refusal == "answer.unasked"
    less = holder.answer(request, holder.present(held, {"birth_date"}, request))
    assert less.status_code == 400 and get_check(request["state"], now()).refusal == "answer.unsatisfied"
    assert (
        holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request)).status_code
        == 200
    )
    check = get_check(request["state"], now())
    assert (check.is_eligible, check.reason) == (True, "eligible")
    change_state(
        actor=HOUSE, now=now(), certificate_id=list_certificates()[0][0].id, state=CertificateState.REVOKED,
        reason="시험",
    )  # fmt: skip
    request = asked()
    holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request))
    assert get_check(request["state"], now()).refusal == "credential.revoked"


def test_who_is_asked_for_one_form_answers_in_that_form(holder):
    held = holder.accept(*offer_to())
    request = asked()
    holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request))
    assert get_check(request["state"], now()).refusal == "credential.type"
    held = fetch(holder)[1].json()["credentials"][0]["credential"]
    request = build_request(open_check(actor=HOUSE, now=now(), rule="youth_support", address=ISSUER))
    holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request))
    assert get_check(request["state"], now()).refusal == "credential.type"


def test_one_that_needs_approval_comes_in_the_form_it_was_asked_for(holder):
    token, waiting = fetch(holder, "multi_child_card", "sim-0002")
    assert waiting.status_code == 202
    decide_request(actor=HOUSE, now=now(), request_id=list_requests()[0][0].id, is_approved=True)
    said = {"transaction_id": waiting.json()["transaction_id"]}
    given = holder.call(ISSUER, "deferred_credential_endpoint", token, said).json()["credentials"][0]
    key = ECKey.import_key(holder.get_json(f"{ISSUER}/jwks")["keys"][-1])
    demand = people.demand(find_key=lambda *_: key, kinds=frozenset(), binding=None, now=int(time.time()))
    assert verify_w3c(given["credential"], demand).content["children"] == 2


@pytest.mark.xdist_group("node")
def test_a_wallet_of_others_fetches_and_shows_it(node, address):
    request = asked(address=address)
    offered = make_offer(actor=HOUSE, now=now(), kind="resident_extract", subject="sim-0001", issuer=address)
    offer = metadata.make_offer(address, "resident_extract", offered.code, is_w3c=True)
    chosen = {SUBJECT: {"birth_date": True, "address": {"region_code": True}}}
    with walking(node, offer, request, pin=offered.pin, copies=2, shown=chosen) as walker:
        said = walker.hear()
    assert len(set(said["held"])) == 2
    assert answer(request, said["shown"][0]).is_eligible
