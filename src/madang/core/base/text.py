"""A sentence a person reads, in the city's languages."""

from __future__ import annotations

import re

import msgspec

LANGUAGES = ("ko", "en")
HANGUL = re.compile("[가-힣]")


class Text(msgspec.Struct, frozen=True):
    """Korean and English of the same sentence, side by side so that neither is forgotten."""

    ko: str
    en: str

    def say(self, language: str) -> str:
        """Return the sentence in `language` ("ko" or "en"; anything else reads Korean)."""
        return self.en if language == "en" else self.ko

    def fill(self, **values: object) -> Text:
        """Return the sentence with `{name}` places filled in both languages."""
        return Text(ko=self.ko.format(**values), en=self.en.format(**values))


def read_pair(words: str) -> Text:
    """Return the two languages of a field that has one place for both, written "Korean · English".

    Anything else is said in both languages as it stands.
    """
    ko, _, en = words.partition(" · ")
    if en and HANGUL.search(ko) and not HANGUL.search(en):
        return Text(ko=ko, en=en)
    return Text(ko=words, en=words)
