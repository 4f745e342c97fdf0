"""How much more, and what share: differences and rates inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from madang.governance.briefing.methods.figures import rounds_to, to_number, write_number, write_rate
from madang.governance.briefing.records import Fault, FaultKind, Sentence

from .wording import accuse_text

NUMBER = r"\d[\d,]*(?:\.\d+)?"
YEAR = r"\s*(?:\(['’‘]?\d\d[^()]*\))?"
ARROW = re.compile(
    rf"(?P<a>{NUMBER})\s*(?P<ua>개소|[가-힣]{{0,3}}?){YEAR}\s*(?:→|에서)\s*(?:['’‘]?(?:20)?\d\d년\s*)?(?P<b>{NUMBER})\s*"
    rf"(?P<ub>개소|[가-힣]{{0,3}}?)(?:으?로)?[가-힣\s]{{0,12}}{YEAR}\s*[,(]?\s*(?P<up>증|감)?\s*"
    rf"(?P<c>{NUMBER})\s*(?P<uc>%|개소|[가-힣]{{1,3}}?)\s*"
    r"(?P<way>추가|증가|확대|상승|향상|인상|증|감소|축소|하락|단축|인하|감|↑|↓|(?=\)))"
)
DOWN = {"감소", "축소", "하락", "단축", "인하", "감", "↓"}
RATES = "달성|집행|이행|완료|추진|설치|보급|응답|참여|점유|진척|공정|이수|수료"
SHARE = re.compile(
    rf"(?P<a>{NUMBER})(?P<unit>[가-힣]{{1,3}})\s*(?P<of>중|대비|가운데)\s*[가-힣\s]{{0,12}}?"
    rf"(?P<b>{NUMBER})(?P=unit)\s*[가-힣\s]{{0,8}}?"
    rf"\((?P<label>(?:{RATES})[률율]|비율|비중)?\s*:?\s*(?P<rate>\d+(?:\.\d+)?)%\)"
)
RUNNING_TOTAL = re.compile(
    rf"누적\)?[^→\d]{{0,6}}(?P<a>\d[\d,]*)\s?(?P<unit>[가-힣]{{1,2}}){YEAR}\s*→\s*(?P<b>\d[\d,]*)\s?(?P=unit)"
)
ADDED = re.compile(
    rf"(?P<n>{NUMBER})(?P<unit>[가-힣]{{1,2}}?)[을를]?\s(?:새로|추가로|신규로)\s[가-힣]{{2,4}}(?:하여|해)[^.;()\d]{{0,25}}?"
    rf"(?P<a>{NUMBER})(?P=unit)에서\s(?P<b>{NUMBER})(?P=unit)(?:으?로)\s(?:늘|증가|확대)"
)
JOINED = re.compile(r"[을를]\s?(?:더해|더하여|합해|합하여|합쳐)\s?(?:모두|총)\s?$")
SHARED = re.compile(r"응답|선호|찬성|반대|비중|비율|점유|보급률|참여율|설치율|이용 기기")
GROWING = re.compile(r"증가|성장|상승|대비|달성|늘어|초과")
ABOUT = re.compile(r"(?<![가-힣])약|\d여")


def find_changes(sentence: Sentence) -> Iterator[Fault]:
    """Yield differences, growth and shares of a sentence that don't follow from its numbers."""
    yield from find_arrows(sentence)
    yield from find_shares_of(sentence)
    yield from find_shrinking_totals(sentence)
    yield from find_too_large_shares(sentence)
    yield from find_added(sentence)
    yield from find_joined(sentence)


def find_arrows(sentence: Sentence) -> Iterator[Fault]:
    """Check "18개→72개 기관(54개 추가)", "100건에서 120건으로 20건 증가" and "100건→120건(20% 증가)".

    A difference of rounded numbers may be off by one in their last place.
    """
    for match in ARROW.finditer(sentence.text):
        units = {match["ua"], match["ub"]} - {""}
        way = match["way"] or match["up"]
        scales = {
            _find_scale(sentence.text, match.end(name))
            for name in ("a", "b", "c")
            if match["u" + name] != "%"
        }
        is_scaled = len(scales) > 1 or (scales != {""} and match["uc"] != "%")
        if not way or len(units) > 1 or is_scaled or _is_about(sentence.text, match):
            continue
        one, two, stated = (to_number(match[name]) for name in ("a", "b", "c"))
        delta = (-1 if DOWN & {match["way"], match["up"]} else 1) * (two - one)
        step = Decimal(1).scaleb(-max(map(_count_places, (match["a"], match["b"], match["c"]))))
        is_off = abs(stated - delta) > (step if step < 1 else 0)
        if match["uc"] == "%":
            places = _count_places(match["c"])
            if one and not rounds_to(delta, one, stated, places, Decimal(0)):
                computed = write_rate(100 * delta / one, places)
                yield accuse_text(sentence, FaultKind.RATE, f"{match['c']}%", computed)
        elif units <= {match["uc"]} and is_off:
            yield accuse_text(sentence, FaultKind.DIFFERENCE, match["c"], write_number(delta), stated - delta)


def find_shares_of(sentence: Sentence) -> Iterator[Fault]:
    """Check "200명 중 찬성 50명(25%)" and "500건 대비 420건 달성(달성률 84%)"; beside 대비 it may be growth."""
    for match in SHARE.finditer(sentence.text):
        whole, part, rate = (to_number(match[name]) for name in ("a", "b", "rate"))
        if not whole or _is_about(sentence.text, match):
            continue
        places = _count_places(match["rate"])
        parts = [part, part - whole, whole - part] if match["of"] == "대비" and not match["label"] else [part]
        if not any(rounds_to(one, whole, rate, places, Decimal(0)) for one in parts):
            computed = write_rate(100 * part / whole, places)
            yield accuse_text(sentence, FaultKind.RATE, f"{match['rate']}%", computed)


def find_shrinking_totals(sentence: Sentence) -> Iterator[Fault]:
    """Check "(누적) : 6,959개('21) → 7,065개('22)": a running total doesn't fall."""
    for match in RUNNING_TOTAL.finditer(sentence.text):
        one, two = to_number(match["a"]), to_number(match["b"])
        if one > two:
            computed = f"≤ {write_number(two)}"
            yield accuse_text(sentence, FaultKind.DIFFERENCE, match["a"] + match["unit"], computed, one - two)


def find_too_large_shares(sentence: Sentence) -> Iterator[Fault]:
    """Check that shares of those asked, in brackets, are no more than 100 %; growth and achievement may be."""
    if SHARED.search(sentence.text) and not GROWING.search(sentence.text):
        for match in re.finditer(r"[가-힣]\((?P<n>\d{1,3}(?:,\d{3})*(?:\.\d+)?)%", sentence.text):
            if to_number(match["n"]) > 100:
                yield accuse_text(sentence, FaultKind.RATE, f"{match['n']}%", "≤ 100%")


def find_added(sentence: Sentence) -> Iterator[Fault]:
    """Check "86대를 새로 설치하여 312대에서 398대로 늘어난다"."""
    for match in ADDED.finditer(sentence.text):
        added, one, two = (to_number(match[name]) for name in ("n", "a", "b"))
        if two - one != added and not _is_about(sentence.text, match):
            said = match["b"] + match["unit"]
            yield accuse_text(sentence, FaultKind.SUM, said, write_number(one + added), two - one - added)


def find_joined(sentence: Sentence) -> Iterator[Fault]:
    """Check "60개 항목에 115개를 더해 모두 175개": two numbers and what they make."""
    for at, total in enumerate(sentence.quantities):
        parts = [one for one in sentence.quantities[:at] if one.unit == total.unit]
        if len(parts) != 2 or not JOINED.search(sentence.text[: total.start]):
            continue
        if any(one.is_about or one.step != total.step for one in (*parts, total)):
            continue
        computed = parts[0].value + parts[1].value
        if computed != total.value:
            yield accuse_text(
                sentence, FaultKind.SUM, total.text, write_number(computed), total.value - computed
            )


def _count_places(number: str) -> int:
    return len(number.partition(".")[2])


def _find_scale(text: str, end: int) -> str:
    match = re.match(r"\s?([천만억백십]*)", text[end:])
    return match[1] if match else ""


def _is_about(text: str, match: re.Match[str]) -> bool:
    return ABOUT.search(match[0]) is not None or text[: match.start()].rstrip().endswith("약")
