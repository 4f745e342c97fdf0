"""Story: 11230 is two districts; a column says which, a bare code doesn't."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.core.places.interface import CodeSystem, detect_code_system, list_districts, resolve_code

CITY = list_districts()
COLLIDING = {d.code for d in CITY} & {d.kostat_code for d in CITY}


def test_the_collisions_are_these():
    assert COLLIDING == {"11110", "11140", "11170", "11200", "11230"}


@pytest.mark.parametrize(
    ("code", "system", "name"),
    [
        ("11230", "legal", "동대문구"),
        ("11230", "kostat", "강남구"),
        ("1123010100", "legal", "동대문구"),
        ("1123051000", "mois", "동대문구"),
        ("1123051", "kostat", "강남구"),
        ("11110", "kostat", "노원구"),
        ("1111000000", "mois", "종로구"),
    ],
)
def test_a_code_with_its_system_is_one_district(code, system, name):
    assert resolve_code(code, system).name_ko == name


@pytest.mark.parametrize(
    ("code", "system"),
    [
        ("11010", "legal"),
        ("11740", "kostat"),
        ("99999", "legal"),
        ("1123099900", "legal"),
        ("x", "kostat"),
        ("", "mois"),
        ("１１２３０", "legal"),
    ],
)
def test_what_is_no_code_is_refused(code, system):
    with pytest.raises(BadInput):
        resolve_code(code, system)


def test_whole_columns_are_told_apart():
    assert detect_code_system([d.code for d in CITY]).system is CodeSystem.LEGAL
    assert detect_code_system([d.kostat_code for d in CITY]).system is CodeSystem.KOSTAT
    assert detect_code_system(["1114055000", "1111051500"]).system is CodeSystem.MOIS
    assert detect_code_system(["1114012900", "1111010100"]).system is CodeSystem.LEGAL
    assert detect_code_system(["1123051", "1101053"]).system is CodeSystem.KOSTAT
    assert detect_code_system(["1111000000", "1114000000"]).system is CodeSystem.LEGAL


def test_colliding_codes_alone_are_ambiguous_until_names_speak():
    verdict = detect_code_system(sorted(COLLIDING))
    assert verdict.system is None
    assert set(verdict.candidates) == {CodeSystem.LEGAL, CodeSystem.KOSTAT}
    assert detect_code_system(["11230"], ["강남구"]).system is CodeSystem.KOSTAT
    assert detect_code_system(["11230"], ["서울특별시 동대문구"]).system is CodeSystem.LEGAL
    assert detect_code_system(["11230"], ["부산진구"]).system is None


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_column_gets_a_verdict(codes):
    verdict = detect_code_system(codes)
    assert verdict.system is None or verdict.system in verdict.candidates


@given(st.sets(st.sampled_from(CITY), min_size=1), st.booleans())
def test_a_verdict_is_never_wrong(districts, kostat):
    column = [d.kostat_code if kostat else d.code for d in districts]
    verdict = detect_code_system(column)
    assert verdict.system in {None, CodeSystem.KOSTAT if kostat else CodeSystem.LEGAL}
