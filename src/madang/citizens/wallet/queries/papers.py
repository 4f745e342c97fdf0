"""What a printed certificate says, checked against the register of certificates."""

from __future__ import annotations

from datetime import UTC, datetime

from madang.citizens.wallet.methods.papers import find_value, read_link, verify_paper, write_value
from madang.citizens.wallet.records import PaperCheck

from .certificates import check_status, find_issuer_key
from .kinds import list_kinds


def check_paper(text: str, address: str, now: datetime) -> PaperCheck:
    """Return what a printed certificate says; raise Refused where it doesn't hold.

    `text` is what its QR code says; `address` is the issuer's URL.
    """
    said = verify_paper(read_link(text), find_issuer_key(address), int(now.timestamp()))
    check_status(said, address)
    kind = list_kinds().get(said.kind.rpartition("/")[2])
    claims = kind.claims if kind else ()
    return PaperCheck(
        kind=said.kind.rpartition("/")[2],
        claims=tuple(
            (one.title, write_value(one.path[-1], find_value(said.content, one.path))) for one in claims
        ),
        valid_until=datetime.fromtimestamp(said.valid_until or 0, UTC),
    )
