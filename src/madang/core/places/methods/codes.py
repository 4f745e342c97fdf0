"""Codes of districts and dongs in three systems that reuse each other's numbers.

11230 is 동대문구 in the legal and the MOIS system and 강남구 in KOSTAT's; 11110, 11140, 11170, 11200
collide too. So a bare code says nothing: a whole column does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from madang.core.base.interface import BadInput
from madang.core.places.records import CodeSystem, CodeVerdict, District

SHAPES = {
    CodeSystem.LEGAL: (5, 8, 10),
    CodeSystem.MOIS: (5, 8, 10),
    CodeSystem.KOSTAT: (5, 7, 8),
}


class CodeBook:
    """District codes of every system, and the legal dongs under them."""

    def __init__(self, districts: Iterable[District], legal_dongs: Iterable[str]) -> None:
        self.districts = {district.code: district for district in districts}
        self._by_kostat = {d.kostat_code: d for d in self.districts.values() if d.kostat_code}
        self._legal_dongs = {code[:8] for code in legal_dongs}

    def resolve(self, code: str, system: CodeSystem) -> District:
        """Return the district that `code` names in `system`; for a dong's code, the one it lies in.

        Refuses what isn't a code of that system.
        """
        code = code.strip()
        district = self._find(code, system)
        if district is None:
            raise BadInput(
                "places.code",
                f"{system.value} 체계에 없는 코드입니다: {code}",
                f"{code} is not a code of the {system.value} system",
            )
        return district

    def detect(self, codes: Iterable[str], names: Sequence[str] | None = None) -> CodeVerdict:
        """Return the system that a column of codes is in, judged by all its different values together.

        `names` are names of the areas, in the order of `codes`: where given, a system in which code
        and district name agree wins. Where a code is both legal and MOIS's it means the same (a district,
        eup or myeon): a column of such codes only is reported as legal.
        """
        column = [str(code).strip() for code in codes]
        pairs = {(code, name) for code, name in zip(column, names or [""] * len(column), strict=True) if code}
        if not pairs:
            return CodeVerdict(system=None, reason="no codes")
        fitting = tuple(system for system in CodeSystem if self._fits(pairs, system))
        if CodeSystem.LEGAL in fitting:
            fitting = tuple(system for system in fitting if system is not CodeSystem.MOIS)
        if len(fitting) == 1:
            return CodeVerdict(system=fitting[0], reason="only system that fits", candidates=fitting)
        reason = "several systems fit" if fitting else "no system fits"
        return CodeVerdict(system=None, reason=reason, candidates=fitting)

    def detect_by_place(self, codes: Sequence[str], located: Sequence[str]) -> CodeSystem | None:
        """Return the system in which nine of ten codes name the district (legal code) they were found in.

        Only districts with a code in every system are asked, where there are such.
        """
        pairs = [(code, place) for code, place in zip(codes, located, strict=True) if place in self.districts]
        everywhere = [(code, place) for code, place in pairs if self.districts[place].kostat_code]
        asked = everywhere or pairs
        for system in CodeSystem if asked else ():
            agreeing = sum(self._find(code, system) is self.districts[place] for code, place in asked)
            if agreeing >= 0.9 * len(asked):
                return system
        return None

    def _fits(self, pairs: set[tuple[str, str]], system: CodeSystem) -> bool:
        return all(self._agrees(code, name, system) for code, name in pairs)

    def _agrees(self, code: str, name: str, system: CodeSystem) -> bool:
        district = self._find(code, system)
        if district is None:
            return False
        # Only a district's name can be checked: dong names repeat, and change from year to year.
        return not name.endswith(("구", "군", "시")) or name.split()[-1] == district.name_ko.split()[-1]

    def _find(self, code: str, system: CodeSystem) -> District | None:
        if not code.isascii() or not code.isdigit() or len(code) not in SHAPES[system]:
            return None
        if system is CodeSystem.KOSTAT:
            return self._by_kostat.get(code[:5])
        if len(code) > 5 and not self._is_dong(code, system):
            return None
        return self.districts.get(code[:5])

    def _is_dong(self, code: str, system: CodeSystem) -> bool:
        dong = code[5:8]
        if dong == "000":
            return True
        if system is CodeSystem.MOIS:
            # MOIS numbers administrative dongs from 510; eup and myeon (250–4xx) are shared.
            return dong >= "250" and code[8:] in {"", "00"}
        return code[:8] in self._legal_dongs
