"""A holder's wallet over HTTP against the whole application, written with joserfc and the standards' names alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.jwk import ECKey

from madang.citizens.wallet.actions.granting import make_offer
from madang.citizens.wallet.methods import metadata
from madang.core.base.interface import HOUSE, now

GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
ADDRESS = "http://testserver"
ISSUER = f"{ADDRESS}/wallet"
KIM = {"name": "김가상", "born_on": "2004-02-29"}
"""What the counter is told of sim-0001."""


def offer_to(kind: str = "resident_extract", subject: str = "sim-0001") -> tuple[dict[str, Any], str]:
    """Return (an offer made at the desk, its PIN)."""
    made = make_offer(actor=HOUSE, now=now(), kind=kind, subject=subject, issuer=ISSUER)
    return metadata.make_offer(ISSUER, kind, made.code), made.pin


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Holder:
    """A person's device: a key, the certificates it was given, and the way to the house."""

    def __init__(self, client: Any, time: Any) -> None:
        self.client, self.time = client, time
        self.key = ECKey.generate_key("P-256")

    def get_json(self, url: str) -> dict[str, Any]:
        reply = self.client.get(url)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def discover(self, issuer: str, name: str) -> dict[str, Any]:
        parts = urlsplit(issuer)
        return self.get_json(f"{parts.scheme}://{parts.netloc}/.well-known/{name}{parts.path}")

    def sign(self, claims: dict[str, Any], header: dict[str, Any], key: ECKey | None = None) -> str:
        return jws.serialize_compact({"alg": "ES256", **header}, json.dumps(claims), key or self.key)

    def prove(self, issuer: str, nonce: str, key: ECKey | None = None, **changes: Any) -> str:
        key = key or self.key
        claims = {"aud": issuer, "iat": self.time(), "nonce": nonce, **changes}
        header = {"typ": "openid4vci-proof+jwt", "jwk": key.as_dict(private=False)}
        return jws.serialize_compact(
            {"alg": "ES256", **header},
            json.dumps(claims),
            key,
            registry=jws.JWSRegistry(strict_check_header=False, algorithms=["ES256"]),
        )

    def redeem(self, offer: dict[str, Any], pin: str) -> Any:
        server = self.discover(offer["credential_issuer"], "oauth-authorization-server")
        code = offer["grants"][GRANT]["pre-authorized_code"]
        form = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": pin}
        return self.client.post(server["token_endpoint"], data=form)

    def fetch(
        self,
        offer: dict[str, Any],
        token: str,
        proof: str | None = None,
        kind: str = "",
        keys: Iterable[ECKey] = (),
    ) -> Any:
        issuer = offer["credential_issuer"]
        nonce = self.call(issuer, "nonce_endpoint").json()["c_nonce"]
        proofs = [self.prove(issuer, nonce, key) for key in keys]
        body = {
            "credential_configuration_id": kind or offer["credential_configuration_ids"][0],
            "proofs": {"jwt": proofs or [proof or self.prove(issuer, nonce)]},
        }
        return self.call(issuer, "credential_endpoint", token, body)

    def call(self, issuer: str, endpoint: str, token: str = "", body: Any = None) -> Any:
        """Post to one of the issuer's endpoints, by its metadata."""
        address = self.discover(issuer, "openid-credential-issuer")[endpoint]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.post(address, json=body, headers=headers)

    def accept(self, offer: dict[str, Any], pin: str) -> str:
        token = self.redeem(offer, pin)
        assert token.status_code == 200, token.text
        reply = self.fetch(offer, token.json()["access_token"])
        assert reply.status_code == 200, reply.text
        return reply.json()["credentials"][0]["credential"]

    def present(self, held: str, names: Iterable[str], request: dict[str, Any], **changes: Any) -> str:
        message, *disclosures, _ = held.split("~")
        chosen = [one for one in disclosures if json.loads(decode(one))[1] in set(names)]
        shown = "~".join([message, *chosen, ""])
        claims = {
            "aud": request["client_id"],
            "nonce": request["nonce"],
            "iat": self.time(),
            "sd_hash": encode(hashlib.sha256(shown.encode()).digest()),
            **changes,
        }
        return shown + self.sign(claims, {"typ": "kb+jwt"})

    def answer(self, request: dict[str, Any], presentation: str | dict[str, Any]) -> Any:
        query = request["dcql_query"]["credentials"][0]["id"]
        form = {"vp_token": json.dumps({query: [presentation]}), "state": request["state"]}
        return self.client.post(request["response_uri"], data=form)
