"""Words in Latin letters, names with numbers, abbreviations, and syllables that no Korean word has."""

from __future__ import annotations

import pytest

from madang.governance.briefing.detectors.foreign import is_misspelt
from madang.governance.briefing.detectors.syllables import is_usual

from .fragments import find_in


def find(body):
    text = f"2022년 주요 업무보고\n\n2022. 7.\n\n1-1\n\n공원 확충\n\n□ 추진실적\n\n{body}\n"
    return [one[1:] for one in find_in(text)]


USUAL = "- Virtual Seoul 구축\n- Virtual Seoul 운영, Virtual Seoul\n- 문화가든30 정비\n- 문화가든30 운영\n- 문화가든30 개선\n"


@pytest.mark.parametrize(
    ("body", "stated", "computed"),
    [
        (USUAL + "- Virtaul Seoul 개선", "Virtaul", "Virtual"),
        (USUAL + "- Virual Seoul 개선", "Virual", "Virtual"),
        (USUAL + "- 문화가든80 개선", "문화가든80", "문화가든30"),
        ("- 코로나18 이후 공원 이용 증가", "코로나18", "코로나19"),
        ("- 7차 산업혁명 기술 도입", "7차 산업혁명", "4차 산업혁명"),
        ("- 54시간 365일 운영", "54시간 365일", "24시간 365일"),
        ("- SDDB (Software Defined Data Center) 도입", "SDDB", "SDDC"),
        ("- 공원 그늘맠 보급", "그늘맠", ""),
        ("- 공원 그늘막 보급\n- 학교 그늘맠 보급", "그늘맠", "그늘막"),
    ],
)
def test_another_spelling_is_found(body, stated, computed):
    assert find(body) == [("name", stated, computed)]


@pytest.mark.parametrize(
    "body",
    [
        USUAL + "- Virtues 홍보, Virtually, virtual, Vertigo",
        "- service 운영\n- service 확대, service\n- services 개선, serviced\n- Smart Smart Smart Start",
        USUAL + "- 문화가든30 확대, 문화가든 10개소, 별빛가든31, 문화가든30개소",
        "- 코로나19 대응, 코로나 3년, 3차 산업혁명 이후, 24시간 7일, 12시간 운영",
        "- XML(eXtensible Markup Language), UTC(Coordinated Universal Time), CPTED(Crime prevention through "
        "Environmental Design), WeGO(World Smart Sustainable Cities Organization), RPA (로봇)",
        "- 똠양꿍 나눔\n- 똠양꿍 시식",
    ],
)
def test_what_looks_wrong_and_is_not_stays_unaccused(body):
    assert find(body) == []


def test_slips_of_latin_letters():
    assert all(
        is_misspelt(*pair)
        for pair in (("metavrese", "metaverse"), ("metverse", "metaverse"), ("natwork", "network"))
    )
    assert not any(
        is_misspelt(*pair) for pair in (("centers", "center"), ("network", "network"), ("tested", "testes"))
    )


def test_syllables_of_the_standard():
    assert all(map(is_usual, "가힝챗팅똑"))
    assert not any(map(is_usual, "맠뷁똠"))
