"""Signed notes: the published example, the log's and the witnesses' signatures, and every way to be refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.signed_notes import (
    COSIGNATURE,
    PLAIN,
    Signature,
    Verifier,
    cosign_note,
    make_verifier,
    read_note,
    sign_note,
    verify_note,
    write_note,
)

from . import published as spec
from .people import NOW

LOG, WITNESS = "seoul.example/certificates", "mapo.example/witness"
LOG_KEY, WITNESS_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
KNOWN = (make_verifier(LOG, PLAIN, LOG_KEY), make_verifier(WITNESS, COSIGNATURE, WITNESS_KEY))
TEXT = spec.CHECKPOINT
SIGNED = sign_note(TEXT, LOG, LOG_KEY)
COSIGNED = cosign_note(TEXT, WITNESS, WITNESS_KEY, NOW)
STRANGER = sign_note(TEXT, "busan.example", Ed25519PrivateKey.generate())


def test_the_published_note_is_verified():
    name, key_id, key = spec.NOTE_KEY.split("+", 2)
    kind, *public = base64.b64decode(key)
    verifier = Verifier(name, kind, bytes(public))
    assert verifier.key_id.hex() == key_id
    text, signatures = verify_note(spec.NOTE, [verifier])
    assert text.endswith("what your problem is.\n")
    assert signatures == (Signature(verifier, None, spec.NOTE.splitlines(keepends=True)[-1]),)


def test_the_log_and_its_witness_sign_and_strangers_are_passed_over():
    note = write_note(TEXT, [STRANGER, SIGNED, COSIGNED])
    signatures = (Signature(KNOWN[0], None, SIGNED), Signature(KNOWN[1], NOW, COSIGNED))
    assert verify_note(note, KNOWN) == (TEXT, signatures)
    assert read_note(note) == (TEXT, (STRANGER, SIGNED, COSIGNED))


def test_a_text_may_have_empty_lines():
    text = "one\n\ntwo\n"
    assert verify_note(write_note(text, [sign_note(text, LOG, LOG_KEY)]), KNOWN)[0] == text


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_names_that_cant_be(name):
    with pytest.raises(ValueError, match="name"):
        sign_note(TEXT, name, LOG_KEY)


def resigned(line: str, at: int) -> str:
    """Return a signature's line with one byte changed."""
    head, _, blob = line.rstrip("\n").rpartition(" ")
    data = bytearray(base64.b64decode(blob))
    data[at] ^= 1
    return f"{head} {base64.b64encode(data).decode()}\n"


MUTATIONS = {
    "empty": ("", "malformed"),
    "no signature": (TEXT + "\n", "malformed"),
    "no text": ("\n\n" + SIGNED, "malformed"),
    "no empty line": (TEXT + SIGNED, "malformed"),
    "no last line break": (write_note(TEXT, [SIGNED])[:-1], "malformed"),
    "a hyphen for the dash": (write_note(TEXT, [SIGNED.replace("—", "-")]), "malformed"),
    "a tab": (write_note(TEXT.replace("2", "\t", 1), [SIGNED]), "malformed"),
    "no base64": (write_note(TEXT, [f"— {LOG} !!\n", SIGNED]), "malformed"),
    "no name": (write_note(TEXT, ["—  AAAAAAAA\n", SIGNED]), "malformed"),
    "a signature of four bytes": (write_note(TEXT, ["— a AAAAAA==\n"]), "malformed"),
    "unused bits": (write_note(TEXT, ["— a AAAAAAB=\n"]), "malformed"),
    "endless": (write_note(TEXT, [STRANGER] * 65), "too_large"),
    "much too long": ("x" * 300_000, "too_large"),
    "another text": (write_note(TEXT.replace("2", "3", 1), [SIGNED]), "signature"),
    "another log's signature": (write_note(TEXT, [resigned(SIGNED, 4)]), "signature"),
    "a changed time": (write_note(TEXT, [resigned(COSIGNED, 11)]), "signature"),
    "a changed cosignature": (write_note(TEXT, [SIGNED, resigned(COSIGNED, 20)]), "signature"),
    "a second, wrong signature": (write_note(TEXT, [SIGNED, resigned(SIGNED, 9)]), "signature"),
    "a short signature": (write_note(TEXT, [SIGNED.split(" ")[0] + f" {LOG} " + base64.b64encode(
        KNOWN[0].key_id + b"x").decode() + "\n"]), "signature"),
    "a short cosignature": (write_note(TEXT, [f"— {WITNESS} " + base64.b64encode(
        KNOWN[1].key_id + b"x").decode() + "\n"]), "signature"),
    "strangers only": (write_note(TEXT, [STRANGER]), "unsigned"),
    "a known name with another key": (
        write_note(TEXT, [sign_note(TEXT, LOG, WITNESS_KEY)]), "unsigned"),
    "a plain signature of a witness": (
        write_note(TEXT, [sign_note(TEXT, WITNESS, WITNESS_KEY)]), "unsigned"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_note_is_refused_for_its_own_reason(name):
    note, reason = MUTATIONS[name]
    with pytest.raises(Refused) as refused:
        verify_note(note, KNOWN)
    assert refused.value.code == f"note.{reason}", refused.value.detail
