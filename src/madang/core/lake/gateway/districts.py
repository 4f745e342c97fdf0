"""Which district a row names for itself, and whether a located one is the same."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# A place of the first two levels: 서울특별시 강남구, 경기 수원시 장안구, 강남구.
_ADDRESS = (
    r"^\s*(?:\(?\d{5}\)?\s+)?(?P<province>(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충청?[북남]|충[북남]|전라?[북남]|"
    r"경상?[북남]|제주)[가-힣]*)?\s*(?P<city>[가-힣]{1,4}시)?\s*(?P<district>[가-힣]{1,5}[구군])(?:\s|$)"
)
_NAME = r"^\s*[가-힣]\s?[가-힣]{0,8}\s?[구군시]\s*$"
_PROVINCE = r"(특별|광역|자치)시\s*$"
_MIN_SHARE = 0.5
_SHORT_PROVINCES = {
    "충북": "충청북", "충남": "충청남", "전북": "전라북", "전남": "전라남", "경북": "경상북", "경남": "경상남",
}  # fmt: skip


def find_district_column(columns: dict[str, pa.StringArray]) -> str | None:
    """Return the text column that names each row's district, or holds its address.

    A column of plain district names is preferred to addresses.
    """
    best: tuple[float, str] | None = None
    for bonus, pattern in ((1.0, _NAME), (0.0, _ADDRESS)):
        for name, column in columns.items():
            given = column.drop_null()
            if not len(given):
                continue
            fits = pc.and_not(
                pc.match_substring_regex(given, _bare(pattern)), pc.match_substring_regex(given, _PROVINCE)
            )
            share = (pc.sum(fits).as_py() or 0) / len(given)
            score = share * len(given) / len(column) + bonus
            if share >= _MIN_SHARE and (best is None or score > best[0]):
                best = (score, name)
        if best:
            return best[1]
    return None


def named_districts(column: pa.StringArray) -> np.ndarray:
    """Return what each row calls its district ("서울 강남구", "강남구"), and "" where it names none."""
    encoded = column.dictionary_encode()
    texts = [_name_of(text) for text in encoded.dictionary.to_pylist()]
    named = np.array([*texts, ""], dtype=object)
    return named[np.asarray(pc.fill_null(encoded.indices, len(texts)))]


def is_elsewhere(named: np.ndarray, located: np.ndarray) -> np.ndarray:
    """Return where a row names a district and its point lies in another one, or in none.

    `named` and `located` are object arrays; located districts read "서울특별시 강남구" or are None.
    """
    pairs: dict[tuple[str, str], bool] = {}
    result = np.zeros(len(named), bool)
    for index, (own, found) in enumerate(zip(named, located, strict=True)):
        if own:
            key = (own, found or "")
            if key not in pairs:
                pairs[key] = not _same(*key)
            result[index] = pairs[key]
    return result


def _name_of(text: str | None) -> str:
    text = text or ""
    if re.search(_PROVINCE, text):
        return ""
    if re.match(_NAME, text):
        return re.sub(r"\s", "", text)
    found = re.match(_ADDRESS, text)
    if not found:
        return ""
    province, city, district = found["province"] or "", found["city"] or "", found["district"]
    if province.endswith("시") and not city:
        return f"{province} {district}"
    return f"{province} {city}{district}".strip()


def _same(named: str, located: str) -> bool:
    if not located:
        return False
    province, _, own = named.rpartition(" ")
    found_province, _, found = located.rpartition(" ")
    if province and not _same_province(province, found_province):
        return False
    return found == own or found.endswith(own) or found.startswith(own) or own.endswith(found)


def _same_province(named: str, found: str) -> bool:
    short = _SHORT_PROVINCES.get(named[:2], named[:2])
    return found.startswith(short[:2]) and (
        len(short) < 3 or found[:3] == short[:3] or found[2:3] not in "북남"
    )


def _bare(pattern: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", pattern)
