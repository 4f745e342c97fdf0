"""Amounts that carry their unit in the cell: 48명, 2,070천원, 3.5 ㎞."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# No 년, 월, 일, 호, 층, 번 or 급, which say which one rather than how many.
_UNITS = (
    *("명", "인", "세", "가구", "세대", "개", "개소", "개사", "곳", "건", "회", "권", "대", "면", "석", "필지", "그루", "마리"),
    *("천명", "만명", "천건", "천원", "만원", "십만원", "백만원", "천만원", "억원", "십억원", "조원", "톤", "천톤", "평"),
    *("시간", "분", "초", "개월", "℃", "°C", "㎡", "㎢", "㎥", "㎜", "㎝", "㎞", "㎏", "㎎", "mm", "cm", "m", "km", "m²", "km²"),
    *("m³", "m2", "km2", "m3", "ha", "kg", "mg", "g", "t", "ℓ", "L", "ml", "ppm", "ppb", "㎍/㎥", "µg/m³", "㎧", "m/s", "km/h"),
    *("dB", "W", "kW", "㎾", "MW", "kWh", "MWh", "GWh"),
)  # fmt: skip
_NUMBER = r"(?:0|[1-9]\d{0,14}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.\d+)?"
_AMOUNT = rf"^(?P<sign>[△▲+-]?)\s?(?P<number>{_NUMBER})\s?(?P<unit>{'|'.join(map(re.escape, _UNITS))})?$"
_ONE_AMOUNT = re.compile(_AMOUNT)
DECIMALS, AGES = "decimals", "ages"
# Tens with 대 alone are people's ages (30대); a few numbers may lack the unit of all others.
_MAX_BARE = 0.1
_AGES = [str(age) for age in range(10, 100, 10)]


def is_amount(cell: str) -> bool:
    """Return whether a trimmed cell is a number that carries its unit."""
    found = _ONE_AMOUNT.match(cell)
    return found is not None and found["unit"] is not None


def split_amounts(values: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """Return (numbers in plain digits, units) of trimmed `values`; "" where a number carries none, null where there is no number."""
    parts = pc.extract_regex(values, _AMOUNT)
    sign, number, unit = (pc.struct_field(parts, name) for name in ("sign", "number", "unit"))
    is_minus = pc.is_in(sign, value_set=pa.array(["-", "△", "▲"]))
    plain = pc.binary_join_element_wise(
        pc.if_else(is_minus, "-", ""), pc.replace_substring(number, ",", ""), ""
    )
    return plain, unit


def parse_amounts(values: pa.StringArray, kind: pa.DataType) -> pa.Array:
    """Return `values` without their units as numbers of `kind`."""
    return pc.cast(split_amounts(values)[0], kind)


def count_units(values: pa.StringArray, weights: np.ndarray) -> Counter[str]:
    """Return how many of trimmed `values` carry each unit, "" those with none, and how many `decimals` and `ages` are among them."""
    numbers, units = split_amounts(values)
    ages = pc.and_(pc.equal(units, "대"), pc.is_in(numbers, value_set=pa.array(_AGES)))
    found = {unit: pc.equal(units, unit) for unit in units.unique().drop_null().to_pylist()}
    found |= {DECIMALS: pc.match_substring(numbers, "."), AGES: ages}
    return Counter(
        {name: int(weights[np.asarray(pc.fill_null(where, False))].sum()) for name, where in found.items()}
    )


def choose_unit(counted: Counter[str]) -> str:
    """Return the one unit that nearly all values counted by `count_units` carry, "" where there is none."""
    units = {unit: count for unit, count in counted.items() if count and unit not in {"", DECIMALS, AGES}}
    if len(units) != 1:
        return ""
    unit, count = units.popitem()
    return unit if counted[""] <= _MAX_BARE * count and counted[AGES] < count else ""
