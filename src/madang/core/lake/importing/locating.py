"""The names of the districts that points lie in, as the file reader asks for them."""

from __future__ import annotations

from functools import cache

import numpy as np

from madang.core.places.interface import list_districts, locate_in_outlines, locate_points


class _DistrictNames:
    """Names each point's province and district, such as "서울특별시 강남구"; None outside the country."""

    def __call__(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return _name(locate_points(lon, lat).district_code)

    def second(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Name them by another survey of the borders."""
        return _name(locate_in_outlines(lon, lat))

    @property
    def names(self) -> frozenset[str]:
        """Every district there is: what isn't among them can't be judged."""
        return frozenset(_list_names().values())


name_districts = _DistrictNames()


def _name(codes: np.ndarray) -> np.ndarray:
    different, indices = np.unique(codes, return_inverse=True)
    names = _list_names()
    return np.array([names.get(str(code)) for code in different], object)[indices]


@cache
def _list_names() -> dict[str, str]:
    return {one.code: f"{one.province} {one.name_ko}".strip() for one in list_districts(whole_country=True)}
