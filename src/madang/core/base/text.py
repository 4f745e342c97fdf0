"""A sentence a person reads, in the city's languages."""

from __future__ import annotations

import re

import msgspec

LANGUAGES = ("ko", "en")
HANGUL = re.compile("[가-힣]")
# Both forms of a particle behind what ends in a syllable or a digit: "도로이(가)", "‘3’을(를)".
PARTICLES = re.compile(r"([가-힣0-9])([’”'\")\]}]*)(?:(이)\((가)\)|(을)\((를)\)|(은)\((는)\)|\((으)\)로)")
DIGITS_WITHOUT_FINAL = "2459"
LIEUL = 8
DIGITS_ENDING_IN_LIEUL = "178"


class Text(msgspec.Struct, frozen=True):
    """Korean and English of the same sentence, side by side so that neither is forgotten."""

    ko: str
    en: str

    def say(self, language: str) -> str:
        """Return the sentence in `language` ("ko" or "en"; anything else reads Korean)."""
        return self.en if language == "en" else choose_particles(self.ko)

    def fill(self, **values: object) -> Text:
        """Return the sentence with `{name}` places filled in both languages."""
        return Text(ko=self.ko.format(**values), en=self.en.format(**values))


def choose_particles(sentence: str) -> str:
    """Return a Korean sentence with the particle that the sound before it asks for: "도로이(가)" is "도로가".

    Behind a letter of another script, whose reading isn't known, both forms stay.
    """
    return PARTICLES.sub(_choose, sentence) if "(" in sentence else sentence


def _choose(found: re.Match[str]) -> str:
    last, closing, *forms = found.groups()
    if last.isdecimal():
        has_final, is_lieul = last not in DIGITS_WITHOUT_FINAL, last in DIGITS_ENDING_IN_LIEUL
    else:
        final = (ord(last) - ord("가")) % 28
        has_final, is_lieul = final > 0, final == LIEUL
    if forms[-1]:
        return last + closing + ("으로" if has_final and not is_lieul else "로")
    with_final, without = (form for form in forms if form)
    return last + closing + (with_final if has_final else without)


def read_pair(words: str) -> Text:
    """Return the two languages of a field that has one place for both, written "Korean · English".

    Anything else is said in both languages as it stands.
    """
    ko, _, en = words.partition(" · ")
    if en and HANGUL.search(ko) and not HANGUL.search(en):
        return Text(ko=ko, en=en)
    return Text(ko=words, en=words)
