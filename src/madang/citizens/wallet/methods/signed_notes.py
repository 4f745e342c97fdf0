"""Signed notes: a text with lines of signatures below it, by the log and by its witnesses.

Source: C2SP signed-note version 1 (Ed25519, type 1) and tlog-cosignature version 1 (Ed25519 with a time, type 4).
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Iterable, Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .refusals import Part, Reason, Refused

PLAIN, COSIGNATURE = 1, 4
DASH = "— "
ID_BYTES, TIME_BYTES, SIGNATURE_BYTES, KEY_BYTES = 4, 8, 64, 32
MOST_CHARACTERS = 256 * 1024
MOST_SIGNATURES = 64


class Verifier(msgspec.Struct, frozen=True):
    """Whose signature is looked for: a name, a type (PLAIN or COSIGNATURE) and a public key of 32 bytes."""

    name: str
    kind: int
    key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that begin this verifier's signatures."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.key
        return hashlib.sha256(named).digest()[:ID_BYTES]


class Signature(msgspec.Struct, frozen=True):
    """A signature that was verified; `at` is a cosignature's time in seconds since 1970, None for a plain one.

    `line` is the note's line that it stands in.
    """

    verifier: Verifier
    at: int | None
    line: str


def make_verifier(name: str, kind: int, key: Ed25519PrivateKey) -> Verifier:
    """Return who signs with a private key; raise ValueError where the name is empty or has spaces or a plus."""
    _check_name(name)
    return Verifier(name, kind, key.public_key().public_bytes_raw())


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the line with which a log signs a text that ends in a line break; raise ValueError for a name."""
    signer = make_verifier(name, PLAIN, key)
    return _write_line(name, signer.key_id + key.sign(text.encode()))


def cosign_note(text: str, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """Return the line with which a witness signs a checkpoint's text at a time, seconds since 1970."""
    signer = make_verifier(name, COSIGNATURE, key)
    signature = key.sign(_make_cosigned(text, at))
    return _write_line(name, signer.key_id + struct.pack(">Q", at) + signature)


def write_note(text: str, lines: Iterable[str]) -> str:
    """Return a note: the text, an empty line, the signatures' lines."""
    return text + "\n" + "".join(lines)


def read_note(note: str) -> tuple[str, tuple[str, ...]]:
    """Return (text, signatures' lines) of a note, nothing verified; raise Refused (note): too_large, malformed."""
    if len(note) > MOST_CHARACTERS:
        raise Refused(Part.NOTE, Reason.TOO_LARGE, f"at most {MOST_CHARACTERS} characters are read")
    text, found, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not found or not text or lines.pop() or not lines or not all(one.startswith(DASH) for one in lines):
        raise Refused(Part.NOTE, Reason.MALFORMED, "a note is a text, an empty line and signatures")
    if any(one < " " and one != "\n" for one in note):
        raise Refused(Part.NOTE, Reason.MALFORMED, "a control character is in it")
    if len(lines) > MOST_SIGNATURES:
        raise Refused(Part.NOTE, Reason.TOO_LARGE, f"at most {MOST_SIGNATURES} signatures are read")
    return text + "\n", tuple(f"{one}\n" for one in lines)


def verify_note(note: str, known: Sequence[Verifier]) -> tuple[str, tuple[Signature, ...]]:
    """Return (text, signatures of the `known`) of a note; signatures of others are passed over.

    Raises Refused (note): too_large, malformed, signature (one of the known's is wrong), unsigned (none of
    the known signed).
    """
    text, lines = read_note(note)
    by_id = {(one.name, one.key_id): one for one in known}
    found: dict[Verifier, Signature] = {}
    for line in lines:
        name, blob = _read_line(line)
        verifier = by_id.get((name, blob[:ID_BYTES]))
        if verifier is not None:
            found.setdefault(verifier, Signature(verifier, _verify(text, verifier, blob[ID_BYTES:]), line))
    if not found:
        raise Refused(Part.NOTE, Reason.UNSIGNED, "nobody who is known signed it")
    return text, tuple(found.values())


def _verify(text: str, verifier: Verifier, signed: bytes) -> int | None:
    message, at = text.encode(), None
    if verifier.kind == COSIGNATURE:
        at = int.from_bytes(signed[:TIME_BYTES])
        message, signed = _make_cosigned(text, at), signed[TIME_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(verifier.key).verify(signed, message)
    except (InvalidSignature, ValueError):
        raise Refused(Part.NOTE, Reason.SIGNATURE, f"the signature of {verifier.name} is wrong") from None
    return at


def _make_cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _check_name(name: str) -> None:
    if not name or "+" in name or any(one.isspace() or one < " " for one in name):
        raise ValueError(f"{name!r} can't be a signer's name")


def _write_line(name: str, blob: bytes) -> str:
    return f"{DASH}{name} {base64.b64encode(blob).decode()}\n"


def _read_line(line: str) -> tuple[str, bytes]:
    name, _, text = line.removeprefix(DASH).removesuffix("\n").partition(" ")
    try:
        _check_name(name)
        blob = base64.b64decode(text, validate=True)
    except ValueError:
        blob = b""
    if len(blob) <= ID_BYTES or base64.b64encode(blob).decode() != text:
        raise Refused(Part.NOTE, Reason.MALFORMED, "a signature is a name and base64 of more than 4 bytes")
    return name, blob
