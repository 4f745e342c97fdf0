"""How a log's public key is told: its name, key id and key in one line (C2SP signed-note, "vkey")."""

from __future__ import annotations

import base64

from .refusals import Part, Reason, Refused
from .signed_notes import COSIGNATURE, KEY_BYTES, PLAIN, Verifier


def write_key(verifier: Verifier) -> str:
    """Return a verifier as a line such as "city.example/wallet/log+1a2b3c4d+AX…"."""
    key = base64.b64encode(bytes([verifier.kind]) + verifier.key).decode()
    return f"{verifier.name}+{verifier.key_id.hex()}+{key}"


def read_key(line: str) -> Verifier:
    """Return the verifier that a line tells of; raise Refused (note.malformed) for anything else."""
    name, _, rest = line.strip().partition("+")
    key_id, _, text = rest.partition("+")
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 1 + KEY_BYTES or raw[0] not in {PLAIN, COSIGNATURE} or not name:
        raise Refused(Part.NOTE, Reason.MALFORMED, f"{line[:80]!r} isn't a log's key")
    verifier = Verifier(name, raw[0], raw[1:])
    if verifier.key_id.hex() != key_id:
        raise Refused(Part.NOTE, Reason.MALFORMED, "the key's id is another key's")
    return verifier
