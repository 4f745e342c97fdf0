"""An issuer, a holder and a verifier, and the certificate that passes between them."""

from __future__ import annotations

from typing import Any

from joserfc.jwk import ECKey, Key

from madang.citizens.wallet.methods.credential import (
    TYPE,
    Credential,
    Demand,
    Draft,
    StatusReference,
    issue_credential,
    verify_credential,
)
from madang.citizens.wallet.methods.key_binding import Binding, Proof
from madang.citizens.wallet.methods.sd_jwt import SdJwt, present

NOW = 1_800_000_000
DAY = 86_400
ISSUER, KEY_ID, KIND = "https://seoul.example/issuer", "2026-11", "https://seoul.example/resident-register"
VERIFIER, NONCE = "x509_san_dns:desk.seoul.example", "n-0S6_WzA2Mj"
STATUS = StatusReference("https://seoul.example/status/1", 4711)
ISSUER_KEY = ECKey.generate_key("P-256")
HOLDER_KEY = ECKey.generate_key("P-256")
OTHER_KEY = ECKey.generate_key("P-256")
CONTENT = {
    "name": "김서울",
    "birth_date": "2004-02-29",
    "address": {"city": "서울특별시", "district": "마포구", "lines": ["상암동", "1600"]},
    "nationalities": ["KR", "US"],
}
HIDDEN = (
    ("name",),
    ("birth_date",),
    ("address",),
    ("address", "district"),
    ("address", "lines", None),
    ("nationalities", None),
)
HEADER = {"kid": KEY_ID}


def find_key(issuer: str, key_id: str | None) -> Key | None:
    return ISSUER_KEY if (issuer, key_id) == (ISSUER, KEY_ID) else None


def draft(**changes: object) -> Draft:
    return Draft(
        **{
            "issuer": ISSUER,
            "kind": KIND,
            "content": CONTENT,
            "hidden": HIDDEN,
            "issued_at": NOW - DAY,
            "valid_until": NOW + 90 * DAY,
            "holder_key": HOLDER_KEY.as_dict(private=False),
            "status": STATUS,
            **changes,
        }
    )


def issued(**changes: object) -> SdJwt:
    return issue_credential(draft(**changes), ISSUER_KEY, HEADER, decoys=2)


def proof(**changes: object) -> Proof:
    return Proof(
        **{
            "key": HOLDER_KEY,
            "audience": VERIFIER,
            "nonce": NONCE,
            "issued_at": NOW - 5,
            **changes,
        }
    )


def demand(**changes: object) -> Demand:
    return Demand(
        **{
            "find_key": find_key,
            "now": NOW,
            "kinds": frozenset({KIND}),
            "binding": Binding(audience=VERIFIER, nonce=NONCE, now=NOW),
            **changes,
        }
    )


def presented(*paths: tuple, held: SdJwt | None = None, **changes: object) -> SdJwt:
    return present(held or issued(), paths or (("name",), ("nationalities", 0)), proof(**changes))


def in_json(text: str, form: str) -> dict[str, Any]:
    """Return a presentation in the flattened or the general JSON serialization (RFC 9901, section 8)."""
    message, *disclosures, binding = text.split("~")
    protected, payload, signature = message.split(".")
    said = {"protected": protected, "signature": signature}
    shown = {"disclosures": disclosures, **({"kb_jwt": binding} if binding else {})}
    if form == "flattened":
        return said | {"payload": payload, "header": shown}
    return {"payload": payload, "signatures": [said | {"header": shown}]}


def verified(text: str, **changes: object) -> Credential:
    return verify_credential(text, demand(**changes))


__all__ = ["TYPE", "demand", "draft", "find_key", "in_json", "issued", "presented", "proof", "verified"]
