"""Numbers as a Korean report prints them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from madang.governance.briefing.records import Cell, CellKind, Quantity

NUMBER = re.compile(
    r"(?P<sign>[△▲\-−]?)\s*(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<places>\.\d+)?(?P<percent>\s*%)?"
)
BROKEN_DOWN = re.compile(NUMBER.pattern + r"(?:\s+-\s+[가-힣]+\s+[\d,]+)+")
COUNTED = re.compile(
    r"(?P<about>약\s*)?(?<![\d.,'’])(?:(?P<big>\d[\d,]*)\s?(?P<bigscale>[조억만])\s?(?=\d))?"
    r"(?:(?P<thousands>\d)천\s?(?=\d{1,3}(?!\d|,)))?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<places>\.\d+)?"
    r"(?P<scale>천만|백만|십만|천억|[천만억조])?(?P<more>여)?\s?(?P<unit>㎡|㎥|㎢|㎞|m\s?\^?2|%|[가-힣A-Za-z]+)"
)
UNITS = (
    "개소 개구 개區 개월 개국 개사 개관 개교 개서 개년 개 대 본 종 건 명 회 식 억원 백만원 천원 만원 원 곳 팀 석 점 호선 가구 "
    "동 배 그루 주 면 ㎞ km ha 톤 마리 권 편 세대 필지 척 량 좌석 병상 학급 강좌 기 MW kW "
    "두 농가 과 담당관 정책관 사업소 ㎡ ㎥ ㎢ m2 % m 년 월 일 시간 층 호 차"
).split()
CALENDAR = {"년", "월", "일", "시간", "층", "차", "호선", "점", "m", "배", "개월", "개년"}
SCALES = {
    "": 1,
    "천": 10**3,
    "만": 10**4,
    "십만": 10**5,
    "백만": 10**6,
    "천만": 10**7,
    "억": 10**8,
    "천억": 10**11,
    "조": 10**12,
}
DASHES = {"-", "–", "—", "−"}
THOUSAND_WON = 1000
SLIP_FIGURES = 3
UNIT_WON = {"원": 1, "천원": THOUSAND_WON, "백만원": 10**6, "억원": 10**8}


def read_cell(text: str) -> Cell:
    """Return one table cell as read; what is no number stays text."""
    stripped = text.strip()
    if not stripped:
        return Cell(text=text, kind=CellKind.EMPTY)
    if stripped in DASHES:
        return Cell(text=text, kind=CellKind.NONE, value=Decimal(0))
    if stripped == "순증":
        return Cell(text=text, kind=CellKind.NEW)
    bare = re.sub(r"(?<=\d)(식|대|개소|개|명|건|본|종|곳|면|그루|회)$", "", stripped)
    match = NUMBER.fullmatch(bare) or BROKEN_DOWN.fullmatch(bare)
    if match is None:
        return Cell(text=text, kind=CellKind.TEXT)
    value = Decimal(match["digits"].replace(",", "") + (match["places"] or ""))
    return Cell(
        text=text,
        kind=CellKind.RATE if match["percent"] else CellKind.NUMBER,
        value=-value if match["sign"] else value,
        places=len(match["places"] or ".") - 1,
    )


def read_quantities(text: str) -> tuple[Quantity, ...]:
    """Return numbers with a unit in a sentence, left to right; dates and floors are none."""
    found = []
    for match in COUNTED.finditer(text):
        word = re.sub(r"m\s?\^?2", "m2", match["unit"]).replace("㎡", "m2").replace("㎞", "km")
        unit = next((one for one in UNITS if word.startswith(one)), "")
        if not unit or unit in CALENDAR:
            continue
        scale = SCALES[match["scale"] or ""]
        value = scale * Decimal(match["digits"].replace(",", "") + (match["places"] or ""))
        if match["big"]:
            value += to_number(match["big"]) * SCALES[match["bigscale"]]
        if match["thousands"]:
            value += int(match["thousands"]) * SCALES["천"]
        found.append(
            Quantity(
                value=value,
                unit="개구" if unit == "개區" else unit,
                start=match.start(),
                end=match.start("unit") + len(match["unit"]) - len(word) + len(unit),
                text=match[0][: match.start("unit") - match.start()] + unit,
                is_about=bool(match["about"] or match["more"]),
                step=scale * Decimal(1).scaleb(1 - len(match["places"] or ".")),
            )
        )
    return tuple(found)


def rounds_to(part: Decimal, whole: Decimal, stated: Decimal, places: int, slack: Decimal) -> bool:
    """Return whether 100·part/whole, both printed to within ±`slack`, rounds to `stated` at `places`.

    A half may be rounded either way.
    """
    if whole == 0:
        return False
    half = Decimal(1).scaleb(-places) / 2
    corners = [
        100 * (part + up) / (whole + down)
        for up in (-slack, slack)
        for down in (-slack, slack)
        if whole + down != 0
    ]
    return min(corners) - half <= stated <= max(corners) + half


def write_rate(value: Decimal, places: int) -> str:
    """Return a rate as the report prints it: △ for minus, `places` decimal places, a half rounded up."""
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{'△' if rounded < 0 else ''}{abs(rounded):,.{places}f}%"


def write_number(value: Decimal | int) -> str:
    """Return an amount as the report prints it: thousands separated, △ for minus."""
    value = Decimal(value)
    shown = f"{abs(value):,f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return f"{'△' if value < 0 else ''}{shown}"


def to_number(text: str) -> Decimal:
    """Return the number of digits with commas and a point; a full stop at the end is none."""
    return Decimal(text.replace(",", "").rstrip("."))


def read_leading_number(text: str) -> Decimal:
    """Return the first number of a text, 0 where there is none."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    return to_number(match[0]) if match else Decimal(0)


def write_like(value: Decimal, said: Quantity) -> str:
    """Return an amount of money in the scale in which `said` is printed (34억원), all else as a plain number."""
    scale = re.search(r"(천만|백만|십만|천억|[천만억조])\s?원$", said.text)
    if scale is None:
        return write_number(value)
    return f"{write_number(value / SCALES[scale[1]])}{scale[1]}원"


def is_slip(first: Decimal, second: Decimal, figures: int = SLIP_FIGURES) -> bool:
    """Return whether two numbers of at least `figures` (three) figures differ by one slip of the pen.

    That is one digit, two neighbours swapped, or a nought too many; round numbers are alike by chance.
    """
    one, two = (f"{abs(number.normalize()):f}".replace(".", "") for number in (first, second))
    longest = max(len(one.strip("0")), len(two.strip("0")))
    if longest < figures or first == second:
        return False
    if one.rstrip("0") == two.rstrip("0"):
        return abs(len(one) - len(two)) == 1
    if len(one) != len(two):
        return False
    apart = [at for at, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    is_swapped = len(apart) == 2 and apart[1] == apart[0] + 1 and one[apart[0]] == two[apart[1]]
    return len(apart) == 1 or (is_swapped and one[apart[1]] == two[apart[0]])


def differs_in_one_digit(first: Decimal, second: Decimal) -> bool:
    """Return whether two whole numbers are the same but for one digit: a slip rather than another thing."""
    one, two = str(abs(first)), str(abs(second))
    return len(one) == len(two) >= 4 and sum(a != b for a, b in zip(one, two, strict=True)) == 1
