"""Shares and growth in words: a rate behind its part, growth over an earlier number, percentage points, means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from madang.governance.briefing.methods.figures import (
    read_leading_number,
    rounds_to,
    to_number,
    write_like,
    write_number,
    write_rate,
)
from madang.governance.briefing.records import Fault, FaultKind, Quantity, Sentence

from .wording import accuse_text

RATE = re.compile(r"(?P<minus>△\s?)?(?P<n>\d[\d,]*(?:\.\d+)?)\s?%(?!\s?p|포인트)")
BRACKET = re.compile(r"(?P<said>[가-힣\s]{0,12})\((?:(?P<label>[가-힣]{2,4})[률율]|비율|비중)?\s*:?\s*$")
SENTENCE = re.compile(r"[을를이가은는]?\s[가-힣\s]{0,12}?(?P<label>[가-힣]{2,4})[률율](?:은|이|:)?\s*$")
AMONG = re.compile(r"^[을를]\s대상으로\s|^\s?(?:중|가운데)(?:에서)?[\s,]|(?:^|[\s,])[이그]\s?(?:중|가운데)\s")
UP, DOWN = "증가|증액|상승|확대|늘|많|↑|성장", "감소|감액|하락|축소|줄|적|↓"
WAY = re.compile(rf"\s*(?:(?P<up>{UP})|(?P<down>{DOWN}))")
BASE = re.compile(r"(?P<open>\()?\s?\)?\s*(?:보다|대비)\s*$")
EARLIER = re.compile(r"전년|전년도|지난해|작년|동기|동월|전월|전분기|['’‘]\d\d년|20\d\d년")
DONE = re.compile(
    r"[을를]?\s(?:완료|집행|달성|처리|징수|설치|정비|교체|보급|이행)(?:하여|해|하고|으로)?,?\s*"
)
PLANNED, RESULT = re.compile(r"(?:목표|계획)\s?:?\s?$"), re.compile(r"[\s,/]{1,3}(?:실적|달성|완료)\s?:?\s?")
INSIDE = re.compile(
    r"\((?:(?:목표|계획|대상)\s[^()]*\d[^()]*(?:대비|중)|[가-힣]{2,6}\s?[^()가-힣]*\d[^()]*의)\s*$"
)
PIECE = re.compile(r"(?P<part>\d[\d,]*)\s?(?P<unit>[가-힣]{1,3})\((?P<rate>\d+(?:\.\d+)?)%\)")
ARROW = re.compile(r"\s?말?(?:\(['’‘]?\d\d년?\))?\s*(?:→|에서)\s*(?:['’‘]?(?:20)?\d\d년?\s*말?\s*)?")
BRACKETED = re.compile(r"\([^()]*\)")
POINTS = re.compile(
    r"(?P<a>\d+(?:\.\d+)?)%[^%→\d]{0,3}(?:['’‘]?\d\d년?\)?)?[^%\d]{0,8}(?:→|에서)\s*(?:['’‘]?(?:20)?\d\d년?\s)?[^%\d]{0,6}"
    r"(?P<b>\d+(?:\.\d+)?)%[^%\d]{0,4}(?:['’‘]?\d\d년?\)?)?[^%\d]{0,8}(?P<c>\d+(?:\.\d+)?)\s?%\s?p"
)
MORE = re.compile(
    r"(?P<a>\d[\d,]*)\s?(?P<unit>[가-힣]{1,2})[^\d.;]{0,20}\([^\d()]{0,14}(?P<b>\d[\d,]*)\s?(?P=unit)?\s?보다\s*"
    r"(?P<c>\d[\d,]*)\s?(?P=unit)\s?(?P<way>많|적)"
)
POSTS = re.compile(
    r"정원\s?:?\s?(?P<a>\d[\d,]*)명[,\s/]{1,3}현원\s?:?\s?(?P<b>\d[\d,]*)명\s?[(,]\s?(?P<minus>[△▲\-−]|결원\s?|과원\s?)?(?P<c>\d[\d,]*)명"
)
MEAN = re.compile(r"\((?:(?P<per>[회개])[소]?당\s?평균|평균)\s*(?P<n>\d[\d,]*(?:\.\d+)?)")
TARGET = re.compile(r"(?P<what>목표|계획)\s?대비\s*$")
WHOLE_WORD = r"(?:목표|계획)[가-힣\s:()]{0,8}$"
PRIOR = re.compile(r"\s?\((?:전년|지난해|작년)[가-힣\s]{0,6}")
THAN = re.compile(r"\s?(?:대비|보다)\s?")
MANY = 3
ABOUT = re.compile(r"(?<![가-힣])약|\d여|내외|누적")


def find_rate_faults(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Yield rates and differences of a sentence that don't follow from the numbers they are said to be of."""
    sentence = sentences[index]
    if ABOUT.search(sentence.text):
        return
    for rate in RATE.finditer(sentence.text):
        yield from find_share(sentence, rate)
        yield from find_target_share(sentences, index, rate)
        yield from find_growth(sentence, rate)
        yield from find_over(sentence, rate)
    yield from find_shared_whole(sentence)
    yield from find_arrows(sentence)
    yield from find_prior(sentence)
    yield from find_points(sentence)
    yield from find_more(sentence)
    yield from find_posts(sentence)
    yield from find_means(sentence)


def find_share(sentence: Sentence, rate: re.Match[str]) -> Iterator[Fault]:
    """Check "징수 987억원(징수율 86.9%)", "이 중 9,920명(80.0%)" and "45억원 중 36억원을 집행하여 집행률은 80%".

    The whole is the one earlier number in the same unit that 중 or 가운데 stands behind, or 목표 before 실적; where
    a rate is named (징수율) after what its part is (징수), it is the only earlier number in that unit.
    """
    text = sentence.text
    part = _find_before(sentence, rate.start())
    if part is None:
        return
    between = text[part.end : rate.start()]
    behind = BRACKET.fullmatch(between) or SENTENCE.fullmatch(between)
    if "(" in between and not re.match(r"\s?[),·/]", text[rate.end() :]):
        return
    if behind is None and (not DONE.fullmatch(between) or WAY.match(text[rate.end() :])):
        return
    earlier = [q for q in sentence.quantities if q.end <= part.start and q.unit == part.unit]
    whole = earlier[-1] if earlier else None
    if whole is None or not whole.value or part.value > whole.value:
        return
    is_among = AMONG.search(text[whole.end : part.start])
    is_planned = PLANNED.search(text[: whole.start]) and RESULT.fullmatch(text[whole.end : part.start])
    label = behind["label"] if behind is not None else None
    near = text[max(0, part.start - 10) : part.start] + between
    is_named = label is not None and label in near.replace(f"{label}율", "").replace(f"{label}률", "")
    if not (is_among or is_planned) and not (is_named and len(earlier) == 1):
        return
    yield from _check_rate(sentence, rate, part, whole)


def find_target_share(sentences: Sequence[Sentence], index: int, rate: re.Match[str]) -> Iterator[Fault]:
    """Check "32.5km(목표 41.0km의 79.3%)", and "실적 : 6,840호(계획 대비 72.0%)" below "계획 : 9,500호"."""
    sentence = sentences[index]
    text = sentence.text
    inside = re.search(INSIDE, text[: rate.start()])
    if inside is not None:
        found = [q for q in sentence.quantities if inside.start() < q.start < rate.start()]
        part = _find_before(sentence, inside.start())
        if len(found) == 1 and part is not None and part.unit == found[0].unit and found[0].value:
            if re.fullmatch(r"[가-힣\s]{0,8}", text[part.end : inside.start()]):
                yield from _check_rate(sentence, rate, part, found[0])
        return
    target = TARGET.search(text[: rate.start()])
    part = _find_before(sentence, rate.start())
    if (
        target is None
        or part is None
        or not re.fullmatch(r"[가-힣\s]{0,8}\(", text[part.end : target.start()])
    ):
        return
    for other in (sentence, *sentences[max(0, index - 1) : index]):
        wholes = [
            q
            for q in other.quantities
            if q.unit == part.unit and q is not part
            if re.search(target["what"] + r"[가-힣\s:]{0,4}$", other.text[: q.start])
            or re.match(rf"\s?{target['what']}[,\s/]", other.text[q.end :])
        ]
        if len(wholes) == 1 and wholes[0].value and other.task_code == sentence.task_code:
            yield from _check_rate(sentence, rate, part, wholes[0])
            return


def find_over(sentence: Sentence, rate: re.Match[str]) -> Iterator[Fault]:
    """Check "급수인구 99명 / 총인구 100명 (보급률 99.0%)": a part, its whole and a named rate that is no growth."""
    before = sentence.text[: rate.start()]
    label = re.search(r"\s?\((?P<label>[가-힣]{1,4})[률율]\s?:?\s?$", before)
    if label is None or re.search(r"증가|증감|성장|신장|감소|상승", label["label"]):
        return
    found = [q for q in sentence.quantities if q.end <= label.start() and q.unit != "%"]
    if len(found) < 2 or found[-1].end != label.start() or found[-1].unit != found[-2].unit:
        return
    part, whole = found[-2:]
    between = sentence.text[part.end : whole.start]
    if (
        whole.value
        and part.value <= whole.value
        and re.fullmatch(r"\s?/\s?(?:총|전체|대상)[가-힣]{0,4}\s?", between)
    ):
        yield from _check_rate(sentence, rate, part, whole)


def find_growth(sentence: Sentence, rate: re.Match[str]) -> Iterator[Fault]:
    """Check growth over an earlier number, over last year's or over what a difference leaves.

    "18,420건(전년 동기 15,350건 대비 20.0% 증가)", "전년(398,700명) 대비 13,600명(3.4%) 증가",
    "예산 512,400백만원은 전년 대비 34,200백만원(7.2%) 증가", "100명에서 120명으로 20명(20%) 늘었다".
    """
    text = sentence.text
    before, after = text[: rate.start()], text[rate.end() :]
    delta = _find_before(sentence, rate.start())
    is_beside = delta is not None and re.fullmatch(
        rf"\s?(?:{UP}|{DOWN})?\s?[(,]\s?(?:전년\s?(?:동기\s?)?대비\s?)?", text[delta.end : rate.start()]
    )
    way = WAY.match(after.lstrip(")")) or (WAY.match(text[delta.end :]) if delta and is_beside else None)
    if way is None and not rate["minus"]:
        return
    sign = -1 if rate["minus"] or (way is not None and way["down"]) else 1
    if is_beside and delta is not None:
        yield from _check_beside(sentence, rate, delta, sign)
        return
    said = BASE.search(before)
    base = _find_before(sentence, said.start()) if said else None
    if said is None or base is None or base.end < said.start() - 1:
        return
    numbers = [q for q in sentence.quantities if q.unit == base.unit and q.end <= base.start]
    if numbers and EARLIER.search(text[numbers[-1].end : base.start]) and base.value:
        change = sign * (numbers[-1].value - base.value)
        yield from _check_change(sentence, rate, change, base)


def find_shared_whole(sentence: Sentence) -> Iterator[Fault]:
    """Check "전부공개 31,206건(50.0%), 부분공개 18,724건(30.0%), …": all but one are shares of one whole."""
    pieces = list(PIECE.finditer(sentence.text))
    if len(pieces) < MANY or len({piece["unit"] for piece in pieces}) > 1:
        return
    spans = [_find_wholes(to_number(piece["part"]), piece["rate"]) for piece in pieces]
    for number, piece in enumerate(pieces):
        others = [span for n, span in enumerate(spans) if n != number]
        low, high = max(span[0] for span in others), min(span[1] for span in others)
        if low <= high and (spans[number][1] < low or spans[number][0] > high):
            total = sum((to_number(one["part"]) for one in pieces), Decimal(0))
            whole = total if low <= total <= high else (low + high) / 2
            computed = write_rate(
                100 * to_number(piece["part"]) / whole, len(piece["rate"].partition(".")[2])
            )
            if all(spans[n][1] - spans[n][0] < spans[n][0] for n in range(len(pieces))):
                yield accuse_text(sentence, FaultKind.RATE, f"{piece['rate']}%", computed)
                return


def find_arrows(sentence: Sentence) -> Iterator[Fault]:
    """Check "11조 9,540억 원 → 11조 8,980억 원 (560억 원 감소)" and "172.85㎢ → 173.12㎢(0.27㎢ 증가)"."""
    text, found = sentence.text, sentence.quantities
    for one, two, delta in zip(found, found[1:], found[2:], strict=False):
        way = WAY.match(text[delta.end :])
        if way is None or len({one.unit, two.unit, delta.unit}) > 1 or one.unit == "%":
            continue
        is_change = ARROW.fullmatch(text[one.end : two.start]) and re.fullmatch(
            r"\s?(?:으?로)?\s*[,(]?\s*", text[two.end : delta.start]
        )
        true = (two.value - one.value) * (-1 if way["down"] else 1)
        is_scaled = any(q.step != 1 for q in (one, two, delta))
        if is_change and is_scaled and abs(true - delta.value) > _get_slack(one, two, delta):
            computed = write_like(true, delta)
            yield accuse_text(sentence, FaultKind.DIFFERENCE, delta.text, computed, delta.value - true)


def find_prior(sentence: Sentence) -> Iterator[Fault]:
    """Check "매출 4,260백만원(전년 동기 3,870백만원 대비 390백만원 증가)", where no rate stands beside."""
    text, found = sentence.text, sentence.quantities
    for later, base, delta in zip(found, found[1:], found[2:], strict=False):
        way = WAY.match(text[delta.end :])
        if way is None or len({later.unit, base.unit, delta.unit}) > 1 or base.unit == "%":
            continue
        if not PRIOR.fullmatch(text[later.end : base.start]) or not THAN.fullmatch(
            text[base.end : delta.start]
        ):
            continue
        true = (later.value - base.value) * (-1 if way["down"] else 1)
        if abs(true - delta.value) > _get_slack(later, base, delta):
            computed = write_like(true, delta)
            yield accuse_text(sentence, FaultKind.DIFFERENCE, delta.text, computed, delta.value - true)


def find_points(sentence: Sentence) -> Iterator[Fault]:
    """Check "95.7%('24) → 96.0%('25), 0.3%p 상승"; each may be rounded."""
    for match in POINTS.finditer(sentence.text):
        one, two, stated = (to_number(match[name]) for name in "abc")
        places = max(len(match[name].partition(".")[2]) for name in "abc")
        if abs(abs(two - one) - stated) > Decimal(1).scaleb(-places):
            computed = f"{write_number(abs(two - one))}%p"
            yield accuse_text(
                sentence, FaultKind.DIFFERENCE, f"{match['c']}%p", computed, stated - abs(two - one)
            )


def find_more(sentence: Sentence) -> Iterator[Fault]:
    """Check "175개 항목(권고 기준 166개보다 9개 많음)"."""
    for match in MORE.finditer(sentence.text):
        one, two, stated = (to_number(match[name]) for name in "abc")
        delta = one - two if match["way"] == "많" else two - one
        if stated != delta:
            said = f"{match['c']}{match['unit']}"
            yield accuse_text(sentence, FaultKind.DIFFERENCE, said, write_number(delta), stated - delta)


def find_posts(sentence: Sentence) -> Iterator[Fault]:
    """Check "정원 320명, 현원 311명(△9명)"."""
    for match in POSTS.finditer(sentence.text):
        authorized, in_post, stated = (to_number(match[name]) for name in "abc")
        minus = (match["minus"] or "").strip()
        delta = in_post - authorized
        true = abs(delta) if minus in {"결원", "과원"} else delta
        shown = -stated if minus and minus not in {"결원", "과원"} else stated
        if shown != true:
            computed = write_number(true)
            yield accuse_text(sentence, FaultKind.DIFFERENCE, write_number(shown), computed, shown - true)


def find_means(sentence: Sentence) -> Iterator[Fault]:
    """Check "324회 개최, 관객 152,300명(회당 평균 470명)"; a mean may be rounded to tens."""
    for match in MEAN.finditer(sentence.text):
        total = _find_before(sentence, match.start())
        counts = [q for q in sentence.quantities if match["per"] and q.unit.startswith(match["per"])]
        counts = [q for q in counts if total is not None and q.end <= total.start]
        if total is None or len(counts) != 1 or not counts[0].value:
            continue
        if not re.fullmatch(r"\s?(?:[가-힣]{2,4}\s?)?", sentence.text[total.end : match.start()]):
            continue
        true, stated = total.value / counts[0].value, to_number(match["n"])
        if abs(true - stated) > max(Decimal("0.02") * true, Decimal("0.5")):
            said = f"{match['n']}{total.unit}"
            yield accuse_text(sentence, FaultKind.RATE, said, write_number(true.quantize(Decimal(1))))


def _check_beside(sentence: Sentence, rate: re.Match[str], delta: Quantity, sign: int) -> Iterator[Fault]:
    """Check a difference and its rate against the numbers before them."""
    text = sentence.text
    numbers = [q for q in sentence.quantities if q.unit == delta.unit and q.end <= delta.start]
    if not numbers:
        return
    last = numbers[-1]
    between = text[last.end : delta.start]
    if re.fullmatch(r"\s?\)?\s*(?:보다|대비)\s*", between):
        base, later = last, numbers[-2] if len(numbers) > 1 else None
        if later is not None and not EARLIER.search(text[later.end : last.start]):
            later = None
    elif len(numbers) > 1 and re.search(r"→|에서", text[numbers[-2].end : last.start]):
        base, later = numbers[-2], last
    elif re.search(r"(?:전년|지난해|작년)[가-힣\s]{0,6}(?:보다|대비)\s*$", between):
        inside = [m.span() for m in BRACKETED.finditer(text)]
        outside = [q for q in numbers if not any(a < q.start < b for a, b in inside)]
        last = outside[-1] if outside else last
        value = last.value - sign * delta.value
        if value > 0:
            base = Quantity(value=value, unit=last.unit, start=0, end=0, text="", step=last.step)
            yield from _check_change(sentence, rate, delta.value, base, delta.step)
        return
    else:
        return
    if later is not None and abs(sign * (later.value - base.value) - delta.value) > _get_slack(
        later, base, delta
    ):
        true = sign * (later.value - base.value)
        yield accuse_text(
            sentence, FaultKind.DIFFERENCE, delta.text, write_like(true, delta), delta.value - true
        )
        yield from _check_change(sentence, rate, true, base, delta.step)
    else:
        yield from _check_change(sentence, rate, delta.value, base, delta.step)


def _find_wholes(part: Decimal, rate: str) -> tuple[Decimal, Decimal]:
    """Return the least and the greatest whole of which `part` is `rate` percent, as printed."""
    half = Decimal(1).scaleb(-len(rate.partition(".")[2])) / 2
    stated = to_number(rate)
    return 100 * part / (stated + half), 100 * part / max(stated - half, Decimal("0.0001"))


def _get_slack(*numbers: Quantity) -> Decimal:
    step = max(one.step for one in numbers)
    return step if step != 1 else Decimal(0)


def _check_rate(sentence: Sentence, rate: re.Match[str], part: Quantity, whole: Quantity) -> Iterator[Fault]:
    yield from _check_change(sentence, rate, part.value, whole, part.step)


def _check_change(
    sentence: Sentence, rate: re.Match[str], change: Decimal, base: Quantity, step: Decimal = Decimal(0)
) -> Iterator[Fault]:
    places = len(rate["n"].partition(".")[2])
    largest = max(step, base.step)
    slack = largest / 2 if largest != 1 else Decimal(0)
    stated = to_number(rate["n"])
    if not rounds_to(abs(change), base.value, stated, places, slack):
        computed = write_rate(100 * abs(change) / base.value, places)
        yield accuse_text(sentence, FaultKind.RATE, f"{rate['n']}%", computed)


def _find_before(sentence: Sentence, end: int) -> Quantity | None:
    """Return the last number with a unit, no rate, that ends before `end`."""
    found = [q for q in sentence.quantities if q.end <= end and q.unit != "%"]
    return found[-1] if found and read_leading_number(found[-1].text) else None
