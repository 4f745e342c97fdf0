"""Printed certificates: an SD-JWT VC that hides nothing and needs no holder, in the QR code of a sheet of paper.

Whoever has the paper can show it, as with any paper; it can't be changed, and its status is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .credential import Credential, Demand, FindIssuerKey, verify_credential
from .refusals import Part, Reason, Refused


def write_link(issuer: str, certificate: str) -> str:
    """Return the address in a sheet's QR code; the certificate stands behind the #, which no server is sent."""
    return f"{issuer}/paper/#{certificate}"


def read_link(text: str) -> str:
    """Return the certificate in what a QR code says, or in what somebody typed."""
    return "".join(text.rpartition("#")[2].split())


def verify_paper(text: str, find_key: FindIssuerKey, now: int) -> Credential:
    """Return what a printed certificate proves now (seconds since 1970); its status is the caller's to look up.

    Raises Refused as `verify_credential` does; credential.holder_key where the certificate is one that its
    holder proves with a device: a copy of that is no paper.
    """
    said = verify_credential(text, Demand(find_key=find_key, now=now))
    if "cnf" in said.claims:
        raise Refused(Part.CREDENTIAL, Reason.HOLDER_KEY, "it is shown by its holder's device, not on paper")
    return said


def find_value(content: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """Return what stands at a path in a certificate's content, None where nothing does."""
    value: Any = content
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def write_value(name: str, value: Any) -> str:
    """Return a claim's value as people read it: amounts of won with thousands (their names end in _krw), "" for none."""
    if value is None:
        return ""
    return f"{value:,}" if name.endswith("_krw") and isinstance(value, int) else str(value)
