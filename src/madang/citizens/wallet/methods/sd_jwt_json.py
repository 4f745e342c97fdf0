"""SD-JWTs in JSON: the flattened and the general serialization of JSON Web Signatures (RFC 9901, section 8)."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec

from .refusals import Part, Reason, Refused
from .sd_jwt import TILDE

_LETTERS = "[A-Za-z0-9_-]+"
_SIGNED = re.compile(rf"{_LETTERS}(\.{_LETTERS}){{2}}")
Piece = Annotated[str, msgspec.Meta(pattern=rf"^{_LETTERS}\Z")]


class Header(msgspec.Struct, frozen=True):
    """What the first signature's unprotected header says; nobody signed it, so nothing else of it is looked at."""

    disclosures: tuple[Piece, ...] = ()
    kb_jwt: str = ""


class Signature(msgspec.Struct, frozen=True):
    """One signature of the general serialization."""

    protected: Piece
    signature: Piece
    header: dict[str, Any] = {}


class General(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message with one or more signatures."""

    payload: Piece
    signatures: Annotated[tuple[Signature, ...], msgspec.Meta(min_length=1, max_length=16)]


class Flattened(Signature, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message with one signature."""

    payload: Piece


def write_compact(said: object) -> str:
    """Return the compact form of an SD-JWT in JSON, which is what a key binding signs; nothing is verified.

    Of several signatures the first is the one that counts, with the disclosures and the key binding beside it. Raises
    Refused (credential.malformed) for anything else, such as disclosures beside another signature.
    """
    try:
        payload, (first, *others) = _take_apart(said)
        header = msgspec.convert(first.header, Header)
    except msgspec.ValidationError as error:
        raise Refused(Part.CREDENTIAL, Reason.MALFORMED, f"not an SD-JWT in JSON: {error}") from error
    if any(one.header.keys() & set(Header.__struct_fields__) for one in others):
        raise Refused(Part.CREDENTIAL, Reason.MALFORMED, "what is shown stands beside the first signature")
    if header.kb_jwt and not _SIGNED.fullmatch(header.kb_jwt):
        raise Refused(Part.CREDENTIAL, Reason.MALFORMED, "the key binding isn't a signed message")
    message = f"{first.protected}.{payload}.{first.signature}"
    return TILDE.join([message, *header.disclosures, header.kb_jwt])


def _take_apart(said: object) -> tuple[str, tuple[Signature, ...]]:
    if isinstance(said, dict) and "signatures" in said:
        whole = msgspec.convert(said, General)
        return whole.payload, whole.signatures
    flat = msgspec.convert(said, Flattened)
    return flat.payload, (flat,)
