"""Address text to districts."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from madang.core.places.records import District, Province


class AddressReader:
    """Finds the first district that an address names.

    A district's name counts only as a word of its own, or straight after its province ("서울종로구") or
    before one of its dongs ("종로구청운동"): 서대문구 is not 대문구, and 종로구청 not 종로구. Where a
    province is named the district is that province's, else the home province's, else the only one of
    that name.
    """

    def __init__(
        self,
        provinces: Iterable[Province],
        districts: Iterable[District],
        dongs: dict[str, list[str]],
        home: str,
    ) -> None:
        self._home = home
        self._provinces = {name: p.code for p in provinces for name in (p.name_ko, *p.aliases)}
        self._districts: dict[str, dict[str, District]] = defaultdict(dict)  # by name, then province
        for district in districts:
            for name in (district.name_ko, district.name_en.lower()):
                self._districts[name.replace(" ", "")].setdefault(district.code[:2], district)
        self._dongs = {code: tuple(names) for code, names in dongs.items()}
        province = _any_of(self._provinces)
        # "수원시 장안구" is one name, and some write its city before a district that has none: "고양시 덕양구".
        names = re.sub(r"시(?=[가-힣])", r"시\\s*", _any_of(name for name in self._districts if name))
        self._pattern = re.compile(
            rf"(?<![가-힣a-z])(?:(?P<province>{province})\s*(?:[가-힣]+시\s+)?)?(?P<district>{names})"
            r"(?P<rest>[가-힣a-z0-9]*)"
        )
        self._province = re.compile(rf"(?<![가-힣])({province})(?![가-힣])")

    def find(self, texts: Iterable[str | None], *, of_agency: bool = False) -> np.ndarray:
        """Return the legal code of the district (5 digits) each text names, "" where it names none.

        `of_agency`: a longer word may begin with its name, as those of its offices do ("종로구청").
        """
        answers: dict[str, str] = {}
        codes = []
        for text in texts:
            if not isinstance(text, str):
                codes.append("")
                continue
            if text not in answers:
                answers[text] = self._find_one(text, of_agency=of_agency)
            codes.append(answers[text])
        return np.array(codes, dtype="U5")

    def _find_one(self, text: str, *, of_agency: bool) -> str:
        text = unicodedata.normalize("NFC", text).lower()
        start = 0
        while found := self._pattern.search(text, start):
            code = self._resolve(text, found, of_agency=of_agency)
            if code:
                return code
            start = found.end("district")
        return ""

    def _resolve(self, text: str, found: re.Match[str], *, of_agency: bool) -> str:
        named = found["province"] or self._province_before(text, found.start())
        homes = self._districts[re.sub(r"\s", "", found["district"])]
        district = homes.get(self._provinces.get(named, self._home))
        if district is None and not named and len(homes) == 1:
            district = next(iter(homes.values()))
        if district is None:
            return ""
        rest = found["rest"]
        is_word = of_agency or not rest or rest[0].isdigit()
        return district.code if is_word or rest.startswith(self._dongs.get(district.code, ())) else ""

    def _province_before(self, text: str, end: int) -> str:
        named = self._province.findall(text, 0, end)
        return named[-1] if named else ""


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
