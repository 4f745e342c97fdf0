"""The log: published roots, proofs for every shape of tree, and no proof of what isn't so."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.wallet.methods.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.transparency import (
    EMPTY_ROOT,
    Tree,
    compute_root,
    grow,
    hash_entry,
    hash_pair,
    list_edge,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

from . import published as spec

TREE = Tree([hash_entry(b"%d" % number) for number in range(130)])
ROOTS = [compute_root(size, TREE.read_node) for size in range(131)]


def test_the_published_roots():
    tree = Tree([hash_entry(one) for one in spec.RFC6962_ENTRIES])
    roots = [compute_root(size, tree.read_node).hex() for size in range(len(tree) + 1)]
    assert roots == list(spec.RFC6962_ROOTS)
    assert EMPTY_ROOT.hex() == spec.RFC6962_ROOTS[0]


def test_the_published_proofs():
    """The example of RFC 6962, section 2.1.3, over its tree of seven."""
    entries = [hash_entry(b"%d" % number) for number in range(7)]
    tree = Tree(entries)
    a, b, c, d, e, f, j = entries
    g, h, i = hash_pair(a, b), hash_pair(c, d), hash_pair(e, f)
    k, m = hash_pair(g, h), hash_pair(i, j)
    read = tree.read_node
    assert compute_root(7, read) == hash_pair(k, m)
    assert prove_inclusion(0, 7, read) == [b, h, m]
    assert prove_inclusion(3, 7, read) == [c, g, m]
    assert prove_inclusion(4, 7, read) == [f, j, k]
    assert prove_inclusion(6, 7, read) == [i, k]
    assert prove_consistency(3, 7, read) == [c, d, g, m]
    assert prove_consistency(4, 7, read) == [m]
    assert prove_consistency(6, 7, read) == [i, j, k]


def hash_slowly(entries: list[bytes]) -> bytes:
    """Return the root as the definition of RFC 6962, section 2.1 says it."""
    if len(entries) < 2:
        return hashlib.sha256(b"\0" + entries[0] if entries else b"").digest()
    split = max(2**power for power in range(20) if 2**power < len(entries))
    return hashlib.sha256(b"\1" + hash_slowly(entries[:split]) + hash_slowly(entries[split:])).digest()


def test_roots_are_those_of_the_definition():
    for size in range(131):
        assert ROOTS[size] == hash_slowly([b"%d" % number for number in range(size)])


def test_every_entry_is_proven_in_every_tree_of_up_to_70():
    for size in range(1, 71):
        for index in range(size):
            proof = prove_inclusion(index, size, TREE.read_node)
            verify_inclusion(index, size, TREE.read_node(0, index), proof, ROOTS[size])


def test_every_growth_is_proven_up_to_70():
    for size in range(71):
        verify_consistency(0, size, [], EMPTY_ROOT, ROOTS[size])
        for old_size in range(1, size + 1):
            proof = prove_consistency(old_size, size, TREE.read_node)
            verify_consistency(old_size, size, proof, ROOTS[old_size], ROOTS[size])


def test_nothing_is_proven_beyond_the_tree():
    for index, size in ((7, 7), (-1, 7), (0, 0)):
        with pytest.raises(IndexError):
            prove_inclusion(index, size, TREE.read_node)
    for old_size, size in ((0, 7), (8, 7), (-1, 7)):
        with pytest.raises(IndexError):
            prove_consistency(old_size, size, TREE.read_node)
    with pytest.raises(IndexError):
        prove_inclusion(0, 200, TREE.read_node)


@settings(max_examples=40)
@given(st.data())
def test_no_other_place_entry_size_or_proof_passes(data):
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    proof, entry = prove_inclusion(index, size, TREE.read_node), TREE.read_node(0, index)
    other = data.draw(st.integers(0, 129).filter(lambda one: one != index))
    wrong = bytes(32)
    cases = [
        (other, size, entry, proof, ROOTS[size]),
        (index, size, TREE.read_node(0, other), proof, ROOTS[size]),
        (index, size, entry, proof, ROOTS[size - 1]),
        (index, size, entry, [*proof, wrong], ROOTS[size]),
        (index, size, wrong, proof, ROOTS[size]),
        *((index, size, entry, proof[:at] + proof[at + 1 :], ROOTS[size]) for at in range(len(proof))),
        *(
            (index, size, entry, [*proof[:at], wrong, *proof[at + 1 :]], ROOTS[size])
            for at in range(len(proof))
        ),
    ]
    for case in cases:
        with pytest.raises(Refused):
            verify_inclusion(*case)


@settings(max_examples=40)
@given(st.data())
def test_no_rewritten_history_passes(data):
    size = data.draw(st.integers(2, 130))
    old_size = data.draw(st.integers(1, size - 1))
    at = data.draw(st.integers(0, old_size - 1))
    forged = Tree(
        [hash_entry(b"forged") if at == index else TREE.read_node(0, index) for index in range(size)]
    )
    root = compute_root(size, forged.read_node)
    for tree, proven in itertools.product((TREE, forged), (old_size, max(1, old_size - 1), size)):
        proof = prove_consistency(proven, size, tree.read_node)
        with pytest.raises(Refused):
            verify_consistency(old_size, size, proof, ROOTS[old_size], root)


R7 = ROOTS[7]
P37 = prove_consistency(3, 7, TREE.read_node)
P47 = prove_consistency(4, 7, TREE.read_node)
I37 = prove_inclusion(3, 7, TREE.read_node)
E3 = TREE.read_node(0, 3)
X = bytes(32)
INCLUSIONS = {
    "outside": ((7, 7, E3, I37, R7), "range"),
    "below zero": ((-1, 7, E3, I37, R7), "range"),
    "in nothing": ((0, 0, E3, [], EMPTY_ROOT), "range"),
    "too short": ((3, 7, E3, I37[:-1], R7), "proof"),
    "empty": ((3, 7, E3, [], R7), "proof"),
    "too long": ((3, 7, E3, [*I37, X], R7), "proof"),
    "a short hash": ((3, 7, E3, [I37[0][:31], *I37[1:]], R7), "proof"),
    "another order": ((3, 7, E3, I37[::-1], R7), "root"),
    "another entry": ((3, 7, X, I37, R7), "root"),
    "another index": ((2, 7, E3, I37, R7), "root"),
    "an inner node as an entry": ((1, 4, hash_pair(E3, E3), [X], R7), "proof"),
    "another root": ((3, 7, E3, I37, ROOTS[6]), "root"),
}
GROWTHS = {
    "shrunk": ((7, 3, P37, R7, ROOTS[3]), "range"),
    "below zero": ((-1, 7, P37, ROOTS[3], R7), "range"),
    "forked": ((7, 7, [], R7, ROOTS[6]), "forked"),
    "forked with a proof": ((7, 7, [X], R7, R7), "proof"),
    "from nothing with a proof": ((0, 7, [X], EMPTY_ROOT, R7), "proof"),
    "from nothing that was something": ((0, 7, [], ROOTS[1], R7), "root"),
    "too short": ((3, 7, P37[:-1], ROOTS[3], R7), "proof"),
    "empty": ((3, 7, [], ROOTS[3], R7), "proof"),
    "empty at a power of two": ((4, 7, [], ROOTS[4], R7), "proof"),
    "too long": ((3, 7, [*P37, X], ROOTS[3], R7), "proof"),
    "too long at a power of two": ((4, 7, [*P47, X], ROOTS[4], R7), "proof"),
    "a long hash": ((4, 7, [P47[0] + b"\0"], ROOTS[4], R7), "proof"),
    "another old root": ((3, 7, P37, ROOTS[2], R7), "root"),
    "another new root": ((3, 7, P37, ROOTS[3], ROOTS[6]), "root"),
    "another new root at a power of two": ((4, 7, P47, ROOTS[4], ROOTS[6]), "root"),
}


@pytest.mark.parametrize("name", INCLUSIONS)
def test_a_wrong_inclusion_is_refused_for_its_own_reason(name):
    case, reason = INCLUSIONS[name]
    with pytest.raises(Refused) as refused:
        verify_inclusion(*case)
    assert refused.value.code == f"log.{reason}", refused.value.detail


@pytest.mark.parametrize("name", GROWTHS)
def test_a_wrong_growth_is_refused_for_its_own_reason(name):
    case, reason = GROWTHS[name]
    with pytest.raises(Refused) as refused:
        verify_consistency(*case)
    assert refused.value.code == f"log.{reason}", refused.value.detail


def test_the_published_checkpoint():
    read = read_checkpoint(spec.CHECKPOINT)
    assert (read.origin, read.size, read.root.hex()[:8]) == (
        "example.com/behind-the-sofa",
        20852163,
        "0ac5186a",
    )
    assert write_checkpoint(read) == spec.CHECKPOINT


LINES = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(LINES, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(LINES, max_size=3))
def test_a_checkpoint_is_read_as_it_was_written(origin, size, root, extensions):
    made = Checkpoint(origin=origin, size=size, root=root, extensions=tuple(extensions))
    assert read_checkpoint(write_checkpoint(made)) == made


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
CHECKPOINTS = {
    "empty": ("", "malformed"),
    "two lines": ("a\n1\n", "malformed"),
    "no last line break": (f"a\n1\n{ROOT}", "malformed"),
    "an empty name": (f"\n1\n{ROOT}\n", "malformed"),
    "an empty extension": (f"a\n1\n{ROOT}\n\n", "malformed"),
    "a carriage return": (f"a\n1\n{ROOT}\r\n", "malformed"),
    "endless": (f"a\n1\n{ROOT}\n" + "x\n" * 40_000, "malformed"),
    "a zero in front": (f"a\n01\n{ROOT}\n", "range"),
    "below zero": (f"a\n-1\n{ROOT}\n", "range"),
    "other digits": (f"a\n١\n{ROOT}\n", "range"),
    "a size beyond": (f"a\n{2**63}\n{ROOT}\n", "range"),
    "an underscore": (f"a\n1_0\n{ROOT}\n", "range"),
    "no base64": ("a\n1\n????\n", "root"),
    "a short root": ("a\n1\nAAAA\n", "root"),
    "unused bits": (f"a\n1\n{ROOT[:-2]}J=\n", "root"),
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_a_wrong_checkpoint_is_refused_for_its_own_reason(name):
    text, reason = CHECKPOINTS[name]
    with pytest.raises(Refused) as refused:
        read_checkpoint(text)
    assert refused.value.code == f"checkpoint.{reason}", refused.value.detail


@pytest.mark.parametrize("origin", ["", "a\nb", "a\tb"])
def test_a_checkpoint_that_couldnt_be_read_is_not_written(origin):
    with pytest.raises(ValueError, match="line"):
        write_checkpoint(Checkpoint(origin=origin, size=1, root=bytes(32)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(1, 40))
def test_what_new_entries_join_is_all_that_must_be_read(old_size, count):
    whole = Tree([hash_entry(b"%d" % number) for number in range(old_size + count)])
    known = {place: whole.read_node(*place) for place in list_edge(old_size, old_size + count)}
    entries = [hash_entry(b"%d" % number) for number in range(old_size, old_size + count)]
    made = grow(old_size, entries, lambda level, index: known[level, index])
    assert all(whole.read_node(*place) == value for place, value in (known | made).items())
