"""What happened to a certificate is added to the log, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.messages import write
from madang.citizens.wallet.methods.transparency import grow, hash_entry, list_edge
from madang.citizens.wallet.queries.log import count_entries, read_nodes
from madang.core.base.interface import Actor, insert_rows
from madang.core.people.interface import record_audit


def record(
    *, actor: Actor, now: datetime, what: str, certificates: Sequence[models.CertificateRow], by: str
) -> int:
    """Audit what happened to certificates issued at once, add it to the log, and return the first's number there.

    An entry says what, when, of which kind, and the certificate's digest: nothing of the person.
    """
    first = certificates[0]
    details = {
        "kind": first.kind,
        "digests": [one.digest for one in certificates],
        "by": by,
        "reason": first.reason,
    }
    # The audit log lets one writer at a time on until it commits: the numbers below are this one's alone.
    record_audit(actor=actor, now=now, action=f"wallet.{what}", subject=first.id, purpose="", details=details)
    at = int(now.timestamp())
    entries = [{"at": at, "credential": one.digest, "kind": one.kind, "what": what} for one in certificates]
    return _append([write(one).decode() for one in entries])


def _append(contents: Sequence[str]) -> int:
    first = count_entries()
    nodes = read_nodes(list_edge(first, first + len(contents)))
    entries = [hash_entry(one.encode()) for one in contents]
    made = grow(first, entries, lambda level, index: nodes[level, index])
    insert_rows(
        models.LogEntryRow(number=number, content=content) for number, content in enumerate(contents, first)
    )
    insert_rows(
        models.LogNodeRow(level=level, index=index, hash=value.hex())
        for (level, index), value in made.items()
    )
    return first
