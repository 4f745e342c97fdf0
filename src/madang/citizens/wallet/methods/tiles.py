"""Tiles: a log's tree cut into files of 256 hashes that never change once they are full (C2SP tlog-tiles).

A tile's level is from 0 at the entries; its hashes stand 8 levels of the tree above those of the level below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec

from .refusals import Part, Reason, Refused
from .transparency import HASH_BYTES, ReadNode, hash_pair

HEIGHT = 8
WIDTH = 1 << HEIGHT
MOST_LEVEL = 63
PATH = re.compile(r"tile/(\d{1,2}|entries)/((?:x\d{3}/)*)(\d{3})(?:\.p/(\d{1,3}))?", re.ASCII)


class Tile(msgspec.Struct, frozen=True):
    """A tile: its level, None for a bundle of entries, its index in the level, and how many it holds, 1 to 256."""

    level: int | None
    index: int
    width: int = WIDTH


ReadTile = Callable[[Tile], bytes]
"""Gives a tile's hashes, one after the other, 32 bytes each."""


def write_path(tile: Tile) -> str:
    """Return the path at which a tile is served, below the log's prefix: tile/0/x001/x234/067.p/8."""
    digits = f"{tile.index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    steps = [*(f"x{one}" for one in groups[:-1]), groups[-1]]
    level = "entries" if tile.level is None else str(tile.level)
    partial = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{'/'.join(steps)}{partial}"


def read_path(path: str) -> Tile:
    """Return the tile that is served at a path; raise Refused (tile.malformed) unless it is that tile's one path."""
    found = PATH.fullmatch(path)
    if found:
        level, groups, last, width = found.groups()
        index = int(groups.replace("x", "").replace("/", "") + last)
        tile = Tile(None if level == "entries" else int(level), index, int(width or WIDTH))
        if (tile.level or 0) <= MOST_LEVEL and write_path(tile) == path and 0 < tile.width <= WIDTH:
            return tile
    raise Refused(Part.TILE, Reason.MALFORMED, f"no tile is at {path[:80]!r}")


def find_width(level: int, index: int, size: int) -> int:
    """Return how many hashes a tile has in the tree of `size` entries, 0 where there is no such tile."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def list_tiles(old_size: int, size: int) -> Iterator[Tile]:
    """Give the tiles that the tree of `size` entries has and that of `old_size` hadn't, lowest level first."""
    level = 0
    while size >> HEIGHT * level:
        first, end = (old_size >> HEIGHT * level) // WIDTH, -(-(size >> HEIGHT * level) // WIDTH)
        for index in range(first, end):
            width = find_width(level, index, size)
            if width > find_width(level, index, old_size):
                yield Tile(level, index, width)
        level += 1


def make_tile(tile: Tile, read_node: ReadNode) -> bytes:
    """Return a tile's hashes from the tree's nodes; raise IndexError where the tree hasn't got them."""
    level, first = HEIGHT * (tile.level or 0), tile.index * WIDTH
    return b"".join(read_node(level, first + at) for at in range(tile.width))


def read_nodes(size: int, read_tile: ReadTile) -> ReadNode:
    """Return how the nodes of the tree of `size` entries are read from its tiles.

    Tiles aren't believed: proofs made from them are to be verified against a checkpoint's root. Reading
    raises IndexError where the tree hasn't got a node, Refused (tile.malformed) for a tile of another length.
    """

    def read_node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        at, offset = divmod(index << height, WIDTH)
        width = find_width(tile_level, at, size)
        if index < 0 or offset + (1 << height) > width:
            raise IndexError(f"a tree of {size} entries has no node {index} at level {level}")
        hashes = read_tile(Tile(tile_level, at, width))
        if len(hashes) != width * HASH_BYTES:
            raise Refused(Part.TILE, Reason.MALFORMED, f"a tile has {len(hashes)} bytes")
        begin, end = offset * HASH_BYTES, (offset + (1 << height)) * HASH_BYTES
        return _hash_up([hashes[one : one + HASH_BYTES] for one in range(begin, end, HASH_BYTES)])

    return read_node


def _hash_up(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [hash_pair(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]
