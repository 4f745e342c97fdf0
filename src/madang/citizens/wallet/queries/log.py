"""The append-only log: its entries, nodes, tiles and signed checkpoint."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import OuterRef, Subquery

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import get_log_key
from madang.citizens.wallet.methods.checkpoints import Checkpoint, write_checkpoint
from madang.citizens.wallet.methods.entry_bundles import write_bundle
from madang.citizens.wallet.methods.signed_notes import PLAIN, Verifier, make_verifier, sign_note, write_note
from madang.citizens.wallet.methods.tiles import HEIGHT, WIDTH, Tile, find_width
from madang.citizens.wallet.methods.transparency import compute_root, hash_entry, prove_inclusion
from madang.citizens.wallet.records import LogEntry, Witness
from madang.core.base.interface import NotFound


def count_entries() -> int:
    """Return how many entries the log has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(number) FROM wallet_logentryrow")
        last = cursor.fetchone()[0]
    return 0 if last is None else last + 1


def list_log(*, offset: int = 0, limit: int = 50) -> tuple[list[LogEntry], int]:
    """Return a page of the log, newest first, and how many entries it has."""
    rows = models.LogEntryRow.objects.order_by("-number")[offset : offset + limit]
    return [_describe(row) for row in rows], count_entries()


def find_entries(digest: str) -> list[LogEntry]:
    """Return the entries about a certificate, by the digest of its signed message."""
    rows = models.LogEntryRow.objects.filter(content__contains=f'"{digest}"').order_by("number")
    return [_describe(row) for row in rows[:100]] if digest.isalnum() else []


def read_node(level: int, index: int) -> bytes:
    """Return the hash of a full subtree of the log; raise IndexError where it hasn't got it."""
    row = models.LogNodeRow.objects.filter(level=level, index=index).values_list("hash", flat=True).first()
    if row is None:
        raise IndexError(f"no node {index} at level {level}")
    return bytes.fromhex(row)


def read_nodes(places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """Return the hashes of full subtrees by their (level, index), asked for at once."""
    wanted = list(places)
    if not wanted:
        return {}
    tests = " OR ".join(['(level = %s AND "index" = %s)'] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT level, "index", hash FROM wallet_lognoderow WHERE {tests}',  # noqa: S608 - marks alone are put in
            [number for place in wanted for number in place],
        )
        return {(level, index): bytes.fromhex(text) for level, index, text in cursor.fetchall()}


def get_root(size: int) -> bytes:
    """Return the root of the log's first `size` entries."""
    return compute_root(size, read_node)


def get_proof(number: int, size: int) -> list[bytes]:
    """Return the proof that an entry is among the first `size`."""
    return prove_inclusion(number, size, read_node)


def name_log(address: str) -> str:
    """Return the log's name, its origin: its address without the scheme."""
    return address.partition("://")[2] + "/log"


def get_log_verifier(address: str) -> Verifier:
    """Return who signs the log's checkpoints."""
    return make_verifier(name_log(address), PLAIN, get_log_key())


def make_checkpoint(address: str) -> str:
    """Return the log's checkpoint as a signed note, with the signatures of witnesses that saw this very one."""
    return _write_checkpoint(address, count_entries())


def find_witnessed(address: str, key_id: str) -> str:
    """Return the latest checkpoint that a witness (its key's id) signed, as a note; raise NotFound for none."""
    for one in list_witnesses():
        if one.key_id == key_id and one.size is not None:
            return _write_checkpoint(address, one.size)
    raise NotFound("wallet.witnessed", "이 증인은 서명하지 않았습니다", "this witness has signed nothing")


def list_witnesses() -> list[Witness]:
    """Return the witnesses with what each signed last."""
    last = models.CosignatureRow.objects.filter(witness=OuterRef("pk")).order_by("-size")
    rows = models.WitnessRow.objects.annotate(
        size=Subquery(last.values("size")[:1]), at=Subquery(last.values("signed_at")[:1])
    )
    return [
        Witness(name=row.name, key=row.key, size=row.size, signed_at=row.at) for row in rows.order_by("name")
    ]


def _write_checkpoint(address: str, size: int) -> str:
    origin = name_log(address)
    text = write_checkpoint(Checkpoint(origin=origin, size=size, root=get_root(size)))
    lines = models.CosignatureRow.objects.filter(size=size).order_by("witness").values_list("line", flat=True)
    return write_note(text, [sign_note(text, origin, get_log_key()), *lines])


def get_tile(tile: Tile) -> bytes:
    """Return a tile of hashes or a bundle of entries; raise NotFound where the log hasn't grown so far."""
    first, size = tile.index * WIDTH, count_entries()
    if tile.width > find_width(tile.level or 0, tile.index, size):
        raise NotFound("wallet.tile", "아직 없는 조각입니다", "the log hasn't grown so far")
    if tile.level is None:
        rows = models.LogEntryRow.objects.filter(number__gte=first, number__lt=first + tile.width)
        return write_bundle(one.encode() for one in rows.order_by("number").values_list("content", flat=True))
    nodes = models.LogNodeRow.objects.filter(
        level=tile.level * HEIGHT, index__gte=first, index__lt=first + tile.width
    )
    return b"".join(bytes.fromhex(one) for one in nodes.order_by("index").values_list("hash", flat=True))


def _describe(row: models.LogEntryRow) -> LogEntry:
    return LogEntry(number=row.number, content=row.content, hash=hash_entry(row.content.encode()).hex())
