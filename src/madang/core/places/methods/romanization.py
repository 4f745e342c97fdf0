"""Korean place names in Latin letters: Revised Romanization of Korean (Ministry of Culture, 2000-8)."""

from __future__ import annotations

import re

from .korean import FINALS, FIRST, INITIALS, LAST

HEADS = dict(zip(INITIALS, "g kk n d tt r m b pp s ss - j jj ch k t p h".split(), strict=True)) | {"ㅇ": ""}
VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
# How a final sounds where nothing follows, and what it becomes before a vowel.
CLOSED = {
    "": "",
    **dict.fromkeys("ㄱㄲㄳㄺㅋ", "k"),
    **dict.fromkeys("ㄴㄵㄶ", "n"),
    **dict.fromkeys("ㄷㅅㅆㅈㅊㅌㅎ", "t"),
    **dict.fromkeys("ㄹㄼㄽㄾㅀ", "l"),
    **dict.fromkeys("ㅁㄻ", "m"),
    **dict.fromkeys("ㅂㅄㅍㄿ", "p"),
    "ㅇ": "ng",
}
OPENED = dict(
    zip("ㄱㄲㄴㄷㄹㅁㅂㅅㅆㅇㅈㅊㅋㅌㅍㅎ", "g kk n d r m b s ss ng j ch k t p -".split(), strict=True)
)
NASAL = {"k": "ng", "t": "n", "p": "m"}
UNITS = dict(zip("동가리읍면구군시", "dong ga ri eup myeon gu gun si".split(), strict=True))
DIGITS = dict(zip("123456789", "il i sam sa o yuk chil pal gu".split(), strict=True))
NAME = re.compile(r"(?P<stem>.+?)(?P<inner>동)?(?P<number>[1-9]?)(?P<unit>[동가리읍면구군시])")
CITY = re.compile("(?P<stem>.+?)(특별|광역|특별자치)시")


def romanize_place(name: str) -> str:
    """Return "Jongno-gu" for "종로구", "Myeong-dong 1(il)-ga" for "명동1가".

    A city of its own is called without what kind it is of ("Seoul" for "서울특별시"). What stands before 동, 가, 구 … is written as it is spoken, and a hyphen keeps the unit apart.
    """
    return " ".join(_romanize_name(word) for word in name.split())


def _romanize_name(name: str) -> str:
    if city := CITY.fullmatch(name):
        return romanize(city["stem"]).capitalize()
    found = NAME.fullmatch(name)
    if found is None:
        return romanize(name).capitalize()
    stem, number, unit = found["stem"], found["number"], UNITS[found["unit"]]
    if found["inner"] and not number:
        return f"{romanize(stem + '동').capitalize()}-{unit}"
    said = romanize(stem).capitalize() + ("-dong" if found["inner"] else "")
    # As addresses have it: 을지로1가 is Euljiro 1(il)-ga, but 창신1동 is Changsin1-dong.
    if number and unit == "ga":
        return f"{said} {number}({DIGITS[number]})-ga"
    return f"{said}{number}-{unit}"


def romanize(word: str) -> str:
    """Return a word by its sound; what isn't a syllable stays as it is."""
    written, final = "", ""
    for position, character in enumerate(word):
        number = ord(character) - FIRST
        if not FIRST <= ord(character) <= LAST:
            written, final = written + CLOSED[final] + character, ""
            continue
        initial, vowel = INITIALS[number // 588], VOWELS[number % 588 // 28]
        is_road = character == "로" and position == len(word) - 1
        written += _join(final, initial, vowel, is_road=is_road) + vowel
        final = FINALS[number % 28]
    return written + CLOSED[final]


def _join(final: str, initial: str, vowel: str, *, is_road: bool) -> str:
    """Return how a final and the initial after it sound together."""
    closed = CLOSED[final]
    if initial == "ㅇ":
        return _open(final, vowel)
    if initial == "ㄹ" and closed:
        return _join_liquid(closed, is_road=is_road)
    if initial == "ㄴ" and closed == "l":
        return "ll"
    if initial in "ㄴㅁ":
        return NASAL.get(closed, closed) + HEADS[initial]
    return closed + HEADS[initial]


def _open(final: str, vowel: str) -> str:
    if vowel == "i" and final in {"ㄷ", "ㅌ"}:
        return {"ㄷ": "j", "ㅌ": "ch"}[final]
    return OPENED.get(final, CLOSED[final]).replace("-", "")


def _join_liquid(closed: str, *, is_road: bool) -> str:
    # 신라 is Silla, but the street 신문로 is Sinmunno: there 로 is a word of its own.
    if closed == "l" or (closed == "n" and not is_road):
        return "ll"
    return NASAL.get(closed, closed) + "n"
