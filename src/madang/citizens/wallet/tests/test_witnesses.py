"""Witnesses: whatever a dishonest log sends, history is never rewritten under a witness's signature."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.wallet.methods.checkpoints import Checkpoint, write_checkpoint
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.signed_notes import (
    COSIGNATURE,
    PLAIN,
    cosign_note,
    make_verifier,
    sign_note,
    verify_note,
    write_note,
)
from madang.citizens.wallet.methods.transparency import Tree, compute_root, hash_entry, prove_consistency
from madang.citizens.wallet.methods.witnessing import Submission, judge, read_submission, write_submission

from .people import NOW

LOG, WITNESS = "seoul.example/certificates", "mapo.example/witness"
LOG_KEY, WITNESS_KEY, OTHER_KEY = (Ed25519PrivateKey.generate() for _ in range(3))
LOGS = {LOG: [make_verifier(LOG, PLAIN, LOG_KEY)]}
TREE = Tree([hash_entry(b"%d" % number) for number in range(40)])
FORGED = Tree([hash_entry(b"forged" if number == 3 else b"%d" % number) for number in range(40)])


def point(size: int, tree: Tree = TREE, origin: str = LOG) -> Checkpoint:
    return Checkpoint(origin=origin, size=size, root=compute_root(size, tree.read_node))


def submit(
    old_size: int, size: int, tree: Tree = TREE, key: Ed25519PrivateKey = LOG_KEY, origin: str = LOG
) -> Submission:
    text = write_checkpoint(point(size, tree, origin))
    proof = prove_consistency(old_size, size, tree.read_node) if 0 < old_size <= size else []
    return Submission(
        old_size=old_size, proof=tuple(proof), note=write_note(text, [sign_note(text, origin, key)])
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=6).map(sorted))
def test_an_honest_log_is_cosigned_as_it_grows(sizes):
    last = None
    for size in sizes:
        sent = submit(last.size if last else 0, size)
        assert read_submission(write_submission(sent)) == sent
        text = judge(sent, LOGS, last)
        note = sent.note + cosign_note(text, WITNESS, WITNESS_KEY, NOW)
        known = [*LOGS[LOG], make_verifier(WITNESS, COSIGNATURE, WITNESS_KEY)]
        assert [one.at for one in verify_note(note, known)[1]] == [None, NOW]
        last = point(size)


MUTATIONS = {
    "forked": (lambda: submit(20, 20, FORGED), "log.forked"),
    "rewritten": (lambda: submit(20, 40, FORGED), "log.root"),
    "rewritten with the old proof": (
        lambda: msgspec.structs.replace(submit(20, 40, FORGED), proof=submit(20, 40).proof),
        "log.root",
    ),
    "shrunk": (lambda: submit(20, 7), "log.range"),
    "shrunk from less": (lambda: submit(3, 7), "log.stale"),
    "begun anew": (lambda: submit(0, 40, FORGED), "log.stale"),
    "begun later": (lambda: submit(21, 40), "log.stale"),
    "a proof cut off": (
        lambda: msgspec.structs.replace(submit(20, 40), proof=submit(20, 40).proof[:-1]),
        "log.proof",
    ),
    "a proof too long": (
        lambda: msgspec.structs.replace(submit(20, 40), proof=(*submit(20, 40).proof, bytes(32))),
        "log.proof",
    ),
    "no proof": (lambda: msgspec.structs.replace(submit(20, 40), proof=()), "log.proof"),
    "another log": (lambda: submit(20, 40, origin="busan.example"), "log.origin"),
    "another key": (lambda: submit(20, 40, key=OTHER_KEY), "note.unsigned"),
    "a changed checkpoint": (
        lambda: msgspec.structs.replace(submit(20, 40), note=submit(20, 40).note.replace("\n40\n", "\n39\n")),
        "note.signature",
    ),
    "not a checkpoint": (
        lambda: Submission(
            old_size=20, proof=(), note=write_note("hello\n", [sign_note("hello\n", LOG, LOG_KEY)])
        ),
        "checkpoint.malformed",
    ),
    "not a note": (lambda: Submission(old_size=20, proof=(), note="hello\n"), "note.malformed"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_dishonest_log_is_refused_for_its_own_reason(name):
    make, code = MUTATIONS[name]
    with pytest.raises(Refused) as refused:
        judge(make(), LOGS, point(20))
    assert refused.value.code == code, refused.value.detail


def test_the_last_checkpoint_is_that_of_the_log():
    with pytest.raises(ValueError, match="another"):
        judge(submit(20, 40), LOGS, point(20, origin="busan.example"))


BODY = write_submission(submit(20, 40))
BODIES = {
    "empty": ("", "malformed"),
    "no empty line": (BODY.replace("\n\n", "\n"), "malformed"),
    "no size": (BODY.replace("old 20", "old"), "malformed"),
    "a zero in front": (BODY.replace("old 20", "old 020"), "malformed"),
    "a size below zero": (BODY.replace("old 20", "old -1"), "malformed"),
    "no word": (BODY.replace("old 20", "20"), "malformed"),
    "no base64": (BODY.replace("old 20\n", "old 20\n!!\n"), "malformed"),
    "unused bits": (BODY.replace("old 20\n", "old 20\nAB==\n"), "malformed"),
    "64 hashes": (BODY.replace("old 20\n", "old 20\n" + "AAAA\n" * 64), "malformed"),
    "endless": ("old 20\n" + "AAAA\n" * 60_000, "too_large"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_body_is_refused_for_its_own_reason(name):
    body, reason = BODIES[name]
    with pytest.raises(Refused) as refused:
        read_submission(body)
    assert refused.value.code == f"log.{reason}"
