"""A field for public keys, pasted as a JWK set."""

from __future__ import annotations

from typing import Any

import msgspec
from django import forms

from madang.citizens.wallet.methods.trust_list import read_keys
from madang.core.pages.interface import say_lazily


class KeysField(forms.CharField):
    """The keys of a JWK set, none where it is left empty; of several each has an id (`kid`) of its own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}), **options
        )

    def clean(self, value: Any) -> Any:
        """Return the public keys of a JWK set."""
        text = super().clean(value)
        if not text:
            return []
        try:
            keys = read_keys(msgspec.json.decode(text))
        except ValueError as error:
            raise forms.ValidationError(
                say_lazily(f"쓸 수 있는 공개키 모음이 아닙니다: {error}", f"not a usable JWK set: {error}")
            ) from error
        if len(keys) > len({str(one.get("kid", "")) for one in keys}):
            raise forms.ValidationError(
                say_lazily("열쇠마다 kid가 달라야 합니다", "each key needs a kid of its own")
            )
        return keys
