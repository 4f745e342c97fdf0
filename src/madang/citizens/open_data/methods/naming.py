"""Categories and licences in words, and where a licence is written."""

from __future__ import annotations

import re

from madang.core.base.interface import Text, read_pair

CATEGORIES = {
    "administration": Text(ko="일반행정", en="Administration"),
    "population": Text(ko="인구·가구", en="Population"),
    "transport": Text(ko="교통", en="Transport"),
    "safety": Text(ko="안전", en="Safety"),
    "environment": Text(ko="환경", en="Environment"),
    "welfare": Text(ko="복지", en="Welfare"),
    "health": Text(ko="보건", en="Health"),
    "culture": Text(ko="문화·관광", en="Culture and tourism"),
    "education": Text(ko="교육", en="Education"),
    "industry": Text(ko="산업·경제", en="Industry and economy"),
    "housing": Text(ko="주택·건설", en="Housing and construction"),
    "city": Text(ko="도시관리", en="City management"),
}
LICENCES = {
    "KOGL-1": Text(ko="공공누리 제1유형", en="KOGL type 1"),
    "KOGL-2": Text(ko="공공누리 제2유형", en="KOGL type 2"),
    "KOGL-3": Text(ko="공공누리 제3유형", en="KOGL type 3"),
    "KOGL-4": Text(ko="공공누리 제4유형", en="KOGL type 4"),
    "CC-BY-4.0": Text(ko="CC BY 4.0", en="CC BY 4.0"),
    "CC0-1.0": Text(ko="CC0 1.0", en="CC0 1.0"),
}
MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
LICENCE_ADDRESSES = {
    "KOGL-1": "https://www.kogl.or.kr/info/licenseType1.do",
    "KOGL-2": "https://www.kogl.or.kr/info/licenseType2.do",
    "KOGL-3": "https://www.kogl.or.kr/info/licenseType3.do",
    "KOGL-4": "https://www.kogl.or.kr/info/licenseType4.do",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def say_category(code: str) -> Text:
    """Return a category in words; one that the house doesn't know says itself."""
    return CATEGORIES.get(code) or read_pair(code)


def say_licence(code: str) -> Text:
    """Return a licence in words; one that the house doesn't know says itself."""
    return LICENCES.get(code) or Text(ko=code, en=code)


def find_mail(contact: str) -> str:
    """Return the e-mail address in the words that say whom to ask, "" where there is none."""
    found = MAIL.search(contact)
    return found[0] if found else ""


def mask_name(name: str) -> str:
    """Return a person's name as it may stand in public: "홍길동" is "홍*동", "Kim Ann" is "K** A**"."""
    if " " in name.strip():
        return " ".join(part[0] + "*" * (len(part) - 1) for part in name.split())
    name = name.strip()
    if len(name) < 3:  # noqa: PLR2004 - a family name and one syllable
        return name[:1] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]
