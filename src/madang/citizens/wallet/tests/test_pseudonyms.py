"""A pseudonym tells one person from another in one scope, and nothing more."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from madang.citizens.wallet.methods.pseudonyms import make_pseudonym

KEY = b"only for tests"
PUBLISHED = "2d4fce939c9932187371814afaf35c46964e5c990bdd34494a670ac87f8cbaf2"
PAIRS = st.tuples(st.text(max_size=20), st.text(max_size=20))


@given(PAIRS, PAIRS)
def test_two_are_the_same_only_for_one_person_in_one_scope(one, other):
    names = [make_pseudonym(KEY, scope, subject) for scope, subject in (one, other)]
    assert all(re.fullmatch("[0-9a-f]{64}", name) for name in names)
    assert (names[0] == names[1]) == (one == other)
    assert make_pseudonym(b"another key", *one) != names[0]


def test_it_is_hmac_sha256_under_the_scope_s_own_key():
    # openssl: the key is HMAC-SHA256(KEY, "a poll"), the message "sim-0001"
    assert make_pseudonym(KEY, "a poll", "sim-0001") == PUBLISHED
