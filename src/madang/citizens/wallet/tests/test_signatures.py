"""Signed messages: read up to their limit, and found keys are asked for only when form and type are right."""

from __future__ import annotations

import pytest

from madang.citizens.wallet.methods.refusals import Part, Refused
from madang.citizens.wallet.methods.signatures import MOST_BYTES, Signed, peek, sign, verify

from .people import ISSUER_KEY, OTHER_KEY

TEXT = sign({"a": "가"}, {"typ": "JWT"}, ISSUER_KEY)


def test_what_is_signed_is_verified():
    said = Signed({"alg": "ES256", "typ": "JWT"}, {"a": "가"})
    assert peek(TEXT, Part.NOTE) == said
    assert verify(TEXT, ISSUER_KEY, "JWT", Part.NOTE) == said
    assert verify(TEXT, lambda _: ISSUER_KEY, "JWT", Part.NOTE) == said


def test_more_than_the_limit_is_not_read():
    assert peek(TEXT, Part.NOTE, len(TEXT))
    for text, most in ((TEXT, len(TEXT) - 1), ("." * (MOST_BYTES + 1), MOST_BYTES)):
        with pytest.raises(Refused, match="note.too_large"):
            peek(text, Part.NOTE, most)


def test_a_key_is_looked_for_only_where_form_and_type_are_right():
    asked = []
    with pytest.raises(Refused, match="note.type"):
        verify(TEXT, lambda said: asked.append(said) or ISSUER_KEY, "kb+jwt", Part.NOTE)
    assert asked == []
    with pytest.raises(Refused, match="note.signature"):
        verify(TEXT, lambda _: OTHER_KEY, "JWT", Part.NOTE)
