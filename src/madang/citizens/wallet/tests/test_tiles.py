"""Tiles: their published paths and counts, and proofs made from them alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.wallet.methods.entry_bundles import read_bundle, write_bundle
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.tiles import (
    WIDTH,
    Tile,
    list_tiles,
    make_tile,
    read_nodes,
    read_path,
    write_path,
)
from madang.citizens.wallet.methods.transparency import (
    Tree,
    compute_root,
    hash_entry,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

SIZE = 70_000
TREE = Tree([hash_entry(b"%d" % number) for number in range(SIZE)])


def test_the_published_paths():
    assert write_path(Tile(0, 1234067)) == "tile/0/x001/x234/067"
    assert write_path(Tile(1, 0, 17)) == "tile/1/000.p/17"
    assert write_path(Tile(None, 273, 112)) == "tile/entries/273.p/112"


def test_the_published_counts():
    """The example of tlog-tiles: a tree of 70,000 entries, and one of 256."""
    tiles = list(list_tiles(0, SIZE))
    assert Counter((one.level, one.width) for one in tiles) == {
        (0, WIDTH): 273,
        (0, 112): 1,
        (1, WIDTH): 1,
        (1, 17): 1,
        (2, 1): 1,
    }
    assert list(list_tiles(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]


@given(st.none() | st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_is_read_as_it_was_written(level, index, width):
    assert read_path(write_path(Tile(level, index, width))) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile/0/0", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/x000/067", "tile/0/1234",
        "tile/0/001/067", "tile/0/x001/x067", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/257",
        "tile/0/000.p/01", "tile/0/000/", "tile/0/000\n", "tile/x/000", "tile/0/٠٠٠", "/tile/0/000",
    ],
)  # fmt: skip
def test_a_wrong_path_is_refused(path):
    with pytest.raises(Refused, match="tile.malformed"):
        read_path(path)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=4))
def test_what_is_published_step_by_step_is_what_is_published_at_once(sizes):
    files, last = {}, 0
    for size in sorted(sizes):
        files |= {(one.level, one.index): one.width for one in list_tiles(last, size)}
        last = size
    assert files == {(one.level, one.index): one.width for one in list_tiles(0, last)}


@settings(max_examples=20, deadline=None)
@given(st.integers(1, SIZE), st.data())
def test_proofs_are_made_from_tiles_alone(size, data):
    read = read_nodes(size, lambda tile: make_tile(tile, TREE.read_node))
    root = compute_root(size, read)
    assert root == compute_root(size, TREE.read_node)
    index, old_size = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    verify_inclusion(index, size, TREE.read_node(0, index), prove_inclusion(index, size, read), root)
    old_root = compute_root(old_size, TREE.read_node)
    verify_consistency(old_size, size, prove_consistency(old_size, size, read), old_root, root)


def test_nodes_that_a_tree_hasnt_got_are_not_read():
    read = read_nodes(700, lambda tile: make_tile(tile, TREE.read_node))
    for level, index in ((0, 700), (0, -1), (2, 175), (8, 2), (9, 1), (16, 0)):
        with pytest.raises(IndexError):
            read(level, index)
    with pytest.raises(Refused, match="tile.malformed"):
        read_nodes(700, lambda _: b"")(0, 0)


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_a_bundle_is_read_as_it_was_written(entries):
    bundle = write_bundle(entries)
    assert read_bundle(bundle) == entries
    if bundle:
        with pytest.raises(Refused, match="tile.malformed"):
            read_bundle(bundle + b"\0")
    if entries and entries[-1]:
        with pytest.raises(Refused, match="tile.malformed"):
            read_bundle(bundle[:-1])


def test_an_entry_has_its_limit():
    assert read_bundle(write_bundle([bytes(65_535)])) == [bytes(65_535)]
    with pytest.raises(ValueError, match="65535"):
        write_bundle([bytes(65_536)])
