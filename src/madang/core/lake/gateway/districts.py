"""Which district a row names for itself, and whether a located one is the same."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# The first levels of an address: 서울특별시 강남구, 경기 수원시 장안구, 강남구, 경기도 화성시.
_ADDRESS = (
    r"^\s*(?:\(?\d{5}\)?\s+)?(?:(?P<province>(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|제주|[충전경][북남청라상])[가-힣]*)"
    r"(?:\s+|$))?(?:(?P<city>[가-힣]{1,4}시)(?:\s+|$))?(?:(?P<district>[가-힣]{1,9}[구군])(?:\s|$))?"
)
_HAS_ADDRESS = r"^\s*(?:\(?\d{5}\)?\s+)?(?:[가-힣]+\s+){0,2}[가-힣]{1,9}[구군시](?:\s|$)"
_NAME = r"^\s*[가-힣]\s?[가-힣]{0,8}\s?[구군시]\s*$"
_PROVINCE = r"(특별|광역|자치)시\s*$"
_PROVINCE_NAME = (
    r"^\s*(서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|제주|[충전경][북남]|충청[북남]|전라[북남]|경상[북남])"
    r"(특별|광역|자치|시|도)*\s*$"
)
_MIN_SHARE = 0.5
_SHORT_PROVINCES = {
    "충북": "충청북", "충남": "충청남", "전북": "전라북", "전남": "전라남", "경북": "경상북", "경남": "경상남",
}  # fmt: skip
# Districts that another one took in, by the year's boundaries: 청원군 joined 청주시 in 2014.
_MERGED = {"청원군": "청주시"}


def find_district_column(columns: dict[str, pa.StringArray]) -> str | None:
    """Return the text column that names each row's district, or holds its address.

    A column of plain district names is preferred to addresses.
    """
    for pattern in (_NAME, _HAS_ADDRESS):
        shares = {name: _share_named(column, pattern) for name, column in columns.items()}
        best = max(shares, key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= _MIN_SHARE:
            return best
    return None


def is_address(text: str) -> bool:
    """Return whether a text begins as an address does, and goes on below the district."""
    found = re.match(_HAS_ADDRESS, text)
    return bool(found) and bool(text[found.end() :].strip())


def named_districts(column: pa.StringArray) -> np.ndarray:
    """Return what each row calls its district ("서울 강남구", "강남구"), and "" where it names none."""
    encoded = column.dictionary_encode()
    texts = [_name_of(text or "") for text in encoded.dictionary.to_pylist()]
    named = np.array([*texts, ""], dtype=object)
    return named[np.asarray(pc.fill_null(encoded.indices, len(texts)))]


def find_provinces(words: dict[str, list[pa.StringArray]]) -> bool:
    """Return whether a column of a sample names provinces, more than one of them."""
    for parts in words.values():
        texts = pa.chunked_array(parts, pa.string())
        hits = texts.filter(pc.fill_null(pc.match_substring_regex(texts, _PROVINCE_NAME), False))
        if len(hits) >= _MIN_SHARE * max(1, len(texts) - texts.null_count) and len(hits.unique()) > 1:
            return True
    return False


def qualify(named: np.ndarray, home: str, known: Collection[str]) -> np.ndarray:
    """Return the names of districts with the province `home` before those which alone could be others'."""
    if not home:
        return named
    own = {name for name in set(named) if name and " " not in name and f"{home} {name}" in known}
    return np.array([f"{home} {name}" if name in own else name for name in named], object)


def find_elsewhere(named: np.ndarray, located: np.ndarray, known: Collection[str]) -> np.ndarray:
    """Return where a row names a known district and its point lies in another one, or in none.

    `named` and `located` are object arrays; located districts and `known` ones read "서울특별시 강남구".
    What isn't known can't be judged: boundaries of another year, or a word that only looks like one.
    """
    own, own_index = _encode(named)
    found, found_index = _encode(located)
    familiar = [bool(name) and any(_same(name, other) for other in known) for name in own]
    pairs, inverse = np.unique(own_index * len(found) + found_index, return_inverse=True)
    verdicts = np.zeros(len(pairs), bool)
    for at, pair in enumerate(pairs):
        name, place = divmod(int(pair), len(found))
        verdicts[at] = familiar[name] and not (found[place] and _same(own[name], found[place]))
    return verdicts[inverse]


def share_at_home(named: np.ndarray, located: np.ndarray) -> float | None:
    """Return the share of points in the district that their row names, None where no row names one."""
    judged = np.flatnonzero(named != "")
    if not len(judged):
        return None
    return float(np.mean([bool(located[row]) and _same(named[row], located[row]) for row in judged]))


def _encode(names: np.ndarray) -> tuple[list[str], np.ndarray]:
    encoded = pa.array(names, pa.string()).fill_null("").dictionary_encode()
    return encoded.dictionary.to_pylist(), np.asarray(encoded.indices)


def _share_named(column: pa.StringArray, pattern: str) -> float:
    fits = pc.and_not(pc.match_substring_regex(column, pattern), pc.match_substring_regex(column, _PROVINCE))
    return (pc.sum(fits).as_py() or 0) / max(1, len(column) - column.null_count)


def _name_of(text: str) -> str:
    if re.search(_PROVINCE, text):
        return ""
    if re.match(_NAME, text):
        return re.sub(r"\s", "", text)
    found = re.match(_ADDRESS, text)
    if not found or not (found["city"] or found["district"]):
        return ""
    return f"{found['province'] or ''} {found['city'] or ''}{found['district'] or ''}".strip()


def _same(named: str, located: str) -> bool:
    province, _, own = named.rpartition(" ")
    found_province, _, found = located.partition(" ")
    found = found.replace(" ", "")
    if province and not _same_province(province, found_province):
        return False
    found = _MERGED.get(found, found)
    return found == own or _is_part(found, own) or _is_part(own, found)


def _is_part(whole: str, part: str) -> bool:
    """Return whether `part` is the city or the ward of `whole` ("수원시장안구": "수원시", "장안구")."""
    if whole.startswith(part):
        return part.endswith("시")
    return whole.endswith(part) and whole[: -len(part)].endswith("시")


def _same_province(named: str, found: str) -> bool:
    short = _SHORT_PROVINCES.get(named[:2])
    return found.startswith(short) if short else found[:2] == named[:2] and _side(named) in {"", _side(found)}


def _side(province: str) -> str:
    return province[2:3] if province[:2] in {"충청", "전라", "경상"} else ""
