"""An agency's own program checks eligibility as a desk does, by a token of the officer's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madang.core.base.interface import now
from madang.core.people.actions.tokens import issue_token
from madang.core.people.authentication import actor_of
from madang.core.people.models import Account, Grant

from .houses import ISSUER, offer_to

CHECKS = "/api/wallet/checks"


@pytest.fixture
def program(transactional_db) -> dict[str, str]:
    """The headers of an officer's program."""
    account = Account.objects.create_user("officer", "only for tests")
    Grant.objects.create(account=account, role="officer", granted_at=now())
    made = issue_token(
        actor=actor_of(account), now=now(), name="창구", scopes=["wallet.verify"],
        expires_at=now() + timedelta(days=1),
    )  # fmt: skip
    return {"Authorization": f"Bearer {made.secret}"}


@pytest.mark.parametrize(
    ("subject", "told"), [("sim-0001", (True, "eligible")), ("sim-0003", (False, "not_of_age"))]
)
def test_a_program_learns_yes_or_no_and_the_reason(web, holder, program, subject, told):
    opened = web.post(CHECKS, json={"rule": "youth_support"}, headers=program).json()
    request = opened["request"]
    assert request["client_id"] == f"redirect_uri:{ISSUER}/checks/{opened['id']}/response"
    assert opened["link"].startswith("openid4vp://authorize?")
    waiting = web.get(f"{CHECKS}/{opened['id']}", headers=program).json()
    assert (waiting["state"], waiting["is_eligible"]) == ("waiting", None)
    held = holder.accept(*offer_to(subject=subject))
    late = holder.present(held, {"region_code", "birth_date"}, request, iat=1)
    assert holder.answer(request, late).status_code == 400
    refused = web.get(f"{CHECKS}/{opened['id']}", headers=program).json()
    assert (refused["state"], refused["refusal"]) == ("waiting", "key_binding.freshness")
    assert "너무 오래된 답" in refused["words"]["ko"]
    assert holder.answer(request, holder.present(held, {"region_code", "birth_date"}, request)).is_success
    result = web.get(f"{CHECKS}/{opened['id']}", headers=program).json()
    assert (result["state"], (result["is_eligible"], result["reason"]), result["refusal"]) == (
        "answered",
        told,
        "",
    )
    assert not {"birth_date", "address", "subject", "nonce"} & result.keys()


def test_the_answer_can_be_sealed_and_strangers_begin_nothing(web, program):
    asked = {"rule": "youth_support", "is_sealed": True}
    request = web.post(CHECKS, json=asked, headers=program).json()["request"]
    assert request["response_mode"] == "direct_post.jwt"
    assert "d" not in request["client_metadata"]["jwks"]["keys"][0]
    assert web.post(CHECKS, json=asked).status_code in {401, 403}
    assert web.get(f"{CHECKS}/{request['state']}").status_code in {401, 403}
    assert web.post(CHECKS, json={"rule": "x"}, headers=program).json()["code"] == "wallet.rule"
    assert web.get(f"{CHECKS}/x", headers=program).status_code == 404
