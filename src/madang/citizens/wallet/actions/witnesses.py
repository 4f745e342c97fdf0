"""Witnesses whose signatures this house's log shows, and the signatures that they send."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.checkpoints import read_checkpoint
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.signed_notes import COSIGNATURE, verify_note
from madang.citizens.wallet.methods.verifier_keys import read_key, write_key
from madang.citizens.wallet.queries.log import count_entries, get_log_verifier, get_root
from madang.core.base.interface import Actor, BadInput
from madang.core.people.interface import record_audit, require


def trust_witness(*, actor: Actor, now: datetime, key: str) -> str:
    """Take and show a witness's signatures from now on, by its key (one line); return its name."""
    require(actor, "wallet.revoke")
    try:
        verifier = read_key(key)
    except Refused as refused:
        raise BadInput(
            "wallet.witness_key", f"읽을 수 없는 열쇠입니다 ({refused.code})", str(refused)
        ) from refused
    if verifier.kind != COSIGNATURE:
        raise BadInput("wallet.witness_key", "증인의 열쇠가 아닙니다", "this isn't a witness's key")
    with transaction.atomic():
        line = write_key(verifier)
        models.WitnessRow.objects.get_or_create(key=line, defaults={"name": verifier.name, "added_at": now})
        record_audit(actor=actor, now=now, action="wallet.trust_witness", subject=verifier.name)
    return verifier.name


def take_cosignatures(*, note: str, address: str) -> int:
    """Keep the signatures of known witnesses under a checkpoint that is this log's; return how many were new.

    `address` is the issuer's URL. Raises BadInput where the checkpoint isn't one of this log, or no known
    witness signed it.
    """
    rows = {read_key(row.key): row for row in models.WitnessRow.objects.all()}
    try:
        text, _ = verify_note(note, [get_log_verifier(address)])
        _, signatures = verify_note(note, list(rows))
        checkpoint = read_checkpoint(text)
    except Refused as refused:
        raise BadInput(
            "wallet.cosignature", f"받을 수 없는 서명입니다 ({refused.code})", str(refused)
        ) from refused
    if checkpoint.size > count_entries() or checkpoint.root != get_root(checkpoint.size):
        raise BadInput(
            "wallet.cosignature", "이 기록의 요약이 아닙니다", "this isn't what this log says of itself"
        )
    made = 0
    for one in signatures:
        values = {"line": one.line, "signed_at": datetime.fromtimestamp(one.at or 0, UTC)}
        _, is_new = models.CosignatureRow.objects.update_or_create(
            witness=rows[one.verifier], size=checkpoint.size, defaults=values
        )
        made += is_new
    return made
