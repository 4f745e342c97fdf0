"""What happened to a certificate is added to the log, in the transaction in which it happens."""

from __future__ import annotations

from datetime import datetime

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.messages import write
from madang.citizens.wallet.methods.transparency import hash_entry, hash_pair
from madang.citizens.wallet.queries.log import count_entries, read_node
from madang.core.base.interface import Actor
from madang.core.people.interface import record_audit


def record(*, actor: Actor, now: datetime, what: str, certificate: models.CertificateRow, by: str) -> int:
    """Audit what happened to a certificate, add it to the log, and return its number there.

    The entry says what, when, of which kind, and the digest of the signed message: nothing of the person.
    """
    details = {"kind": certificate.kind, "digest": certificate.digest, "by": by, "reason": certificate.reason}
    # The audit log lets one writer at a time on until it commits: the number below is this one's alone.
    record_audit(
        actor=actor, now=now, action=f"wallet.{what}", subject=certificate.id, purpose="", details=details
    )
    entry = {
        "at": int(now.timestamp()),
        "credential": certificate.digest,
        "kind": certificate.kind,
        "what": what,
    }
    return _append(write(entry).decode())


def _append(content: str) -> int:
    number = count_entries()
    models.LogEntryRow.objects.create(number=number, content=content)
    level, index, value = 0, number, hash_entry(content.encode())
    nodes = [models.LogNodeRow(level=level, index=index, hash=value.hex())]
    while index % 2:
        value = hash_pair(read_node(level, index - 1), value)
        level, index = level + 1, index // 2
        nodes.append(models.LogNodeRow(level=level, index=index, hash=value.hex()))
    models.LogNodeRow.objects.bulk_create(nodes)
    return number
