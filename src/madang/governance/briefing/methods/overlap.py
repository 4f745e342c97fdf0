"""Whether numbers beside a total are its parts at all: last year's number and overlapping groups are none."""

from __future__ import annotations

import re
from collections.abc import Sequence

OTHER_MEASURE = re.compile(
    r"누적|누계|전년|작년|지난해|동기|대비|당초|기존|목표|계획|평균|최대|최소|이상|이하|초과|미만|이내|복수|중복|순위"
    r"|(?:^|[\s,(])(?:재방문|재이용|재참여|재가입|그 ?중|이 ?중)|\s중(?:\s|$)|중\s*\d"
)
GROUPS = (
    r"남|여|남성|여성|남자|여자",
    r"\d+[대세].*|영유아|영아|초등.*|중등.*|고등.*|중고생|학생|대학생|청년|청소년|노인|어르신|고령(?:자|층)?|아동|어린이|유아|중장년|장년|성인|시니어",
    r"장애인|비장애인",
    r"내국인|외국인|다문화.*",
    r"1인 ?가구|저소득.*|취약.*|수급자|한부모.*",
)
RUNNING = re.compile(r"[가-힣]{2}\s*중(?=\s*[,)\d]|\s*$)")
PEOPLE = {"명", "가구", "세대", "인"}
YEAR = re.compile(r"^\s*(?:['’‘]\d{2}|(?:19|20)\d{2})\s?년?")


def may_overlap(said: str, labels: Sequence[str], unit: str) -> bool:
    """Return whether `said`, the text with the numbers, gives another measure or people counted twice."""
    if OTHER_MEASURE.search(RUNNING.sub("", said)):
        return True
    if unit not in PEOPLE:
        return False
    kinds = {_find_group(label.strip()) for label in labels}
    return len(kinds) > 1 and kinds != {None}


def is_series(labels: Sequence[str]) -> bool:
    """Return whether the labels are years: a development as often as parts."""
    return any(YEAR.match(label) for label in labels)


def _find_group(label: str) -> int | None:
    found = (number for number, words in enumerate(GROUPS) if re.fullmatch(rf"(?:{words})", label))
    return next(found, None)
