"""Status lists: the published lists to the letter, the laws of packing, and every way to be refused."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polaris_oid4vp.status import decide

from madang.citizens.wallet.methods.messages import encode
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.signatures import sign
from madang.citizens.wallet.methods.status_list import Status, StatusList, inflate
from madang.citizens.wallet.methods.status_token import Edition, publish, verify_status_list

from . import published as spec
from .people import DAY, ISSUER_KEY, NOW, OTHER_KEY

URI = "https://seoul.example/status/1"
EDITION = Edition(uri=URI, issued_at=NOW - 60, expires_at=NOW + DAY, fetch_again_s=3600)
HEADER = {"kid": "2026-11"}


@pytest.mark.parametrize(
    ("bits", "packed", "lst", "statuses"),
    [
        (1, "b9a3", "eNrbuRgAAhcBXQ", [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
        (2, "c944f9", "eNo76fITAAPfAgc", [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
    ],
)
def test_the_published_small_lists(bits, packed, lst, statuses):
    made = StatusList.make(len(statuses), bits, dict(enumerate(statuses)))
    assert made.packed.hex() == packed
    assert made.deflate() == lst
    assert list(inflate(bits, lst)) == statuses


@pytest.mark.parametrize(("bits", "lst"), [(1, spec.STATUSES_1_BIT), (2, spec.STATUSES_2_BITS)])
def test_the_published_lists_of_a_million(bits, lst):
    read = inflate(bits, lst)
    expected = {index: status if bits > 1 else 1 for index, status in spec.STATUSES.items()}
    assert len(read) == 2**20
    assert {index: read[index] for index in range(len(read)) if read[index]} == expected
    assert read.packed == StatusList.make(2**20, bits, expected).packed


@given(st.sampled_from([1, 2, 4, 8]), st.data())
def test_what_is_set_is_read_and_nothing_else_moves(bits, data):
    size = data.draw(st.integers(1, 300))
    one_status = st.integers(0, (1 << bits) - 1)
    plain = data.draw(st.lists(one_status, min_size=size, max_size=size))
    packed = StatusList.make(size, bits, dict(enumerate(plain)))
    changes = data.draw(st.dictionaries(st.integers(0, size - 1), one_status, max_size=20))
    for index, status in changes.items():
        packed[index] = plain[index] = status
    assert list(packed)[:size] == plain
    assert list(inflate(bits, packed.deflate()))[:size] == plain
    assert len(packed) - size < 8 // bits


def test_wrong_statuses_are_not_set():
    made = StatusList.make(8)
    for index in (-1, 8):
        with pytest.raises(IndexError):
            made[index]
        with pytest.raises(IndexError):
            made[index] = 1
    for status in (Status.SUSPENDED, -1):
        with pytest.raises(ValueError, match="fit"):
            made[0] = status
    for bits in (0, 3, 16, True):
        with pytest.raises(ValueError, match="bits"):
            StatusList(bits, b"")
    with pytest.raises(ValueError, match="size"):
        StatusList.make(-1)
    assert not any(made)


def test_a_published_list_is_verified_and_looked_up():
    token = publish(StatusList.make(100, 2, {7: Status.SUSPENDED}), EDITION, ISSUER_KEY, HEADER)
    read = verify_status_list(token, ISSUER_KEY, URI, NOW)
    assert (read.look_up(7), read.look_up(8)) == (Status.SUSPENDED, Status.VALID)
    assert (read.issued_at, read.good_until) == (NOW - 60, NOW - 60 + 3600)
    with pytest.raises(Refused) as refused:
        read.look_up(100)
    assert refused.value.code == "status_list.index"


def test_a_verifier_by_others_reads_our_list():
    token = publish(StatusList.make(100, 1, {7: Status.INVALID}), EDITION, ISSUER_KEY, HEADER)
    for index, meaning in ((7, 1), (8, 0)):
        verdict = decide(
            token,
            index=index,
            expected_uri=URI,
            now=NOW,
            authority=lambda **_: (lambda *_: True, "stated", "test"),
        )
        assert verdict["checked"]
        assert verdict["status"] == meaning


def said(**changes: object) -> dict[str, object]:
    claims = {
        "sub": URI,
        "iat": NOW - 60,
        "exp": NOW + DAY,
        "ttl": 3600,
        "status_list": {"bits": 1, "lst": StatusList.make(100).deflate()},
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not ...}


def token(header: dict[str, object] | None = None, key: object = ISSUER_KEY, **changes: object) -> str:
    return sign(said(**changes), {"typ": "statuslist+jwt", **(header or {})}, key)


def with_list(bits: object, lst: object) -> str:
    return token(status_list={"bits": bits, "lst": lst})


ZEROS = bytes(100)
MUTATIONS = {
    "not a token": (lambda: "a.b", "malformed"),
    "another type": (lambda: token({"typ": "JWT"}), "type"),
    "a stranger's": (lambda: token(key=OTHER_KEY), "signature"),
    "a critical extension": (lambda: token({"crit": ["b64"], "b64": True}), "critical"),
    "a list for others": (lambda: token(sub=URI + "0"), "subject"),
    "a list for nobody": (lambda: token(sub=...), "subject"),
    "undated": (lambda: token(iat=...), "time"),
    "dated in words": (lambda: token(iat="today"), "time"),
    "kept for a time in words": (lambda: token(ttl="an hour"), "time"),
    "dated tomorrow": (lambda: token(iat=NOW + DAY), "from_the_future"),
    "expired": (lambda: token(exp=NOW - 60), "expired"),
    "without a list": (lambda: token(status_list=...), "malformed"),
    "without statuses": (lambda: with_list(1, None), "malformed"),
    "three bits": (lambda: with_list(3, "eNrbuRgAAhcBXQ"), "bits"),
    "bits in words": (lambda: with_list("1", "eNrbuRgAAhcBXQ"), "bits"),
    "bits that are true": (lambda: with_list(True, "eNrbuRgAAhcBXQ"), "bits"),
    "not deflated": (lambda: with_list(1, encode(ZEROS)), "malformed"),
    "deflated without its frame": (lambda: with_list(1, encode(zlib.compress(ZEROS, wbits=-15))), "malformed"),
    "cut off": (lambda: with_list(1, encode(zlib.compress(ZEROS)[:-1])), "malformed"),
    "something after it": (lambda: with_list(1, encode(zlib.compress(ZEROS) + b"\0")), "malformed"),
    "a wrong checksum": (lambda: with_list(1, encode(zlib.compress(ZEROS)[:-1] + b"\7")), "malformed"),
    "padding": (lambda: with_list(1, "eNrbuRgAAhcBXQ=="), "malformed"),
    "a bomb": (lambda: with_list(1, encode(zlib.compress(bytes(65 * 1024 * 1024), 1))), "too_large"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_list_is_refused_for_its_own_reason(name):
    make, reason = MUTATIONS[name]
    with pytest.raises(Refused) as refused:
        verify_status_list(make(), ISSUER_KEY, URI, NOW)
    assert refused.value.code == f"status_list.{reason}", refused.value.detail
