"""The bureau's budget of the demonstration city.

Facts of the report, as printed: the 2022 budget of each project with what was committed and disbursed by the end of
June, the 2021 totals of the divisions, the revenue of 2021 and 2022, and that the operation of S-Plex (11.2 billion
won) went from one division to another on 2022-01-01. Everything else is simulated, and says so: how a project divides
into items, original and carried-over shares, months and days, and all other years.
"""

from __future__ import annotations

import calendar
import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
from django.db import transaction

from madang.city.pace import make_generator
from madang.core.base.interface import HOUSE, Actor, to_city_time

from .actions.books import close_book, open_book, set_plan
from .actions.naming import save_names
from .actions.posting import post
from .actions.reviewing import (
    answer_checklist,
    compare_request,
    decide_review,
    give_opinion,
    request_review,
)
from .methods.posting import make_move
from .models import BookRow, NodeRow
from .queries.names import Names, read_names
from .queries.reviews import get_review
from .records import Level
from .records.ledger import BookPlan, Draft, EntryKind, ItemPlan, Move, RevenueLevel, Side
from .records.reviews import CHECKLIST, Answer, ReviewState

SEED = 41
PACKS = Path(__file__).parent / "packs"
FACT_YEAR, FIRST_YEAR = 2022, 2021
FACT_MONTH = 6
THOUSAND = 1000
REPORT = "2022년 업무보고의 금액(현액, 6월 말 원인행위·지출)과 시뮬레이션 · report's figures, else simulated"
SIMULATED = "시뮬레이션: 시연을 위해 만든 값 · simulated: made up for the demonstration"
PARTLY = "2021년 업무보고의 부서 합계와 시뮬레이션 · report's totals, else simulated"
NOTE = "시뮬레이션 · simulated"
AGENCIES = {
    "스마트도시담당관": "smart-city.planning",
    "빅데이터담당관": "smart-city.big-data",
    "정보시스템담당관": "smart-city.information-systems",
    "공간정보담당관": "smart-city.spatial-information",
    "정보통신보안담당관": "smart-city.network-security",
    "데이터센터": "smart-city.data-center",
}
TOTALS_2021 = {
    ("스마트도시담당관", "일반회계"): 27_739_845,
    ("빅데이터담당관", "일반회계"): 11_053_517,
    ("정보시스템담당관", "일반회계"): 6_079_032,
    ("공간정보담당관", "일반회계"): 5_936_472,
    ("정보통신보안담당관", "일반회계"): 30_142_602,
    ("정보통신보안담당관", "특별회계"): 2_963_927,
    ("데이터센터", "일반회계"): 25_923_001,
}
SPLEX, SPLEX_BEFORE, SPLEX_AFTER = "에스플렉스센터 운영", "스마트도시담당관", "데이터센터"
SPLEX_KRW = 11_200_000_000
SPLEX_GROUND = (
    "서울특별시 행정기구 설치 조례 시행규칙 개정('22.1.1.자) · "
    "amended rule of the ordinance on the city's administrative bodies (1 January 2022)"
)
SHARES: tuple[tuple[tuple[str, ...], tuple[tuple[str, float], ...]], ...] = (
    (("출연",), (("출연금", 1.0),)),
    (("기본경비",), (("사무관리비", 0.7), ("국내여비", 0.3))),
    (("반환",), (("국고보조금반환금", 1.0),)),
    (("분담금",), (("공기관등에대한경상적위탁사업비", 1.0),)),
    (("구축", "고도화", "설치", "갱신", "조성"), (("시설비", 0.6), ("전산개발비", 0.4))),
    (("조사", "서베이", "발간"), (("민간위탁금", 0.6), ("사무관리비", 0.4))),
)
USUAL_SHARES = (("공공운영비", 0.75), ("사무관리비", 0.25))
Place = tuple[str, str, str]


def lay_out(now: datetime) -> None:
    """Lay out the bureau's budgets of every year since 2021 and a few reviews, once."""
    if BookRow.objects.exists():
        return
    save_names(actor=HOUSE, now=now, pairs=[(row["한국어"], row["영어"]) for row in read_pack("names.tsv")])
    today = to_city_time(now).date()
    generator = make_generator(SEED)
    with transaction.atomic():
        _lay_out_expenditure(now, today, generator)
        _lay_out_revenue(now, today, generator)
    _lay_out_reviews(now, today)


def read_pack(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of the report's figures."""
    with (PACKS / name).open(encoding="utf-8", newline="") as file:
        next(file)
        return list(csv.DictReader(file, delimiter="\t"))


def _lay_out_expenditure(now: datetime, today: date, generator: np.random.Generator) -> None:
    facts = {
        (row["부서"], row["회계"], row["세부사업"]): tuple(
            int(row[name]) * THOUSAND for name in ("예산현액", "원인행위액", "지출액")
        )
        for row in read_pack("expenditure_2022.tsv")
    }
    budgets = {names: amounts[0] for names, amounts in facts.items()}
    habits = {names: generator.random() for names in (*facts, (SPLEX_BEFORE, "일반회계", SPLEX))}
    for year in range(FIRST_YEAR, today.year + 1):
        if year > FACT_YEAR:
            budgets = {names: _grow(amount, generator) for names, amount in budgets.items()}
        of_year = _shrink_to_2021(budgets) if year < FACT_YEAR else budgets
        book_id = _open_year(now, year, of_year)
        items = _list_items(book_id)
        _post_budgets(now, book_id, year, of_year, items, generator)
        _post_spending(
            now, today, book_id, year, facts if year == FACT_YEAR else {}, items, habits, generator
        )
        if year == today.year:
            _plan_months(now, book_id, year)
        else:
            close_book(actor=HOUSE, now=now, book_id=book_id, lapses=True)


def _grow(amount: int, generator: np.random.Generator) -> int:
    return max(THOUSAND, round(amount * generator.lognormal(0.02, 0.06) / THOUSAND) * THOUSAND)


def _shrink_to_2021(budgets: dict[Place, int]) -> dict[Place, int]:
    """Return budgets in the shape of 2022 whose sums are the totals of 2021, S-Plex where it was then."""
    found: dict[Place, int] = {(SPLEX_BEFORE, "일반회계", SPLEX): SPLEX_KRW}
    for group, total in TOTALS_2021.items():
        names = [one for one in budgets if one[:2] == group and one[2] != SPLEX]
        left = total * THOUSAND - (SPLEX_KRW if group[0] == SPLEX_BEFORE else 0)
        parts = split_amount(left, [budgets[one] for one in names], THOUSAND)
        found |= dict(zip(names, parts, strict=True))
    return found


def split_amount(amount: int, weights: Sequence[float], unit: int = 1) -> list[int]:
    """Return whole parts of `amount` by weight, in multiples of `unit`; the last one takes what is left over."""
    whole = sum(weights)
    parts = [int(amount * weight / whole) // unit * unit for weight in weights[:-1]]
    return [*parts, amount - sum(parts)]


def _choose_shares(project: str) -> tuple[tuple[str, float], ...]:
    return next((shares for words, shares in SHARES if any(word in project for word in words)), USUAL_SHARES)


def _open_year(now: datetime, year: int, budgets: dict[Place, int]) -> str:
    places = dict.fromkeys([*budgets, *([(SPLEX_BEFORE, "일반회계", SPLEX)] if year == FACT_YEAR else [])])
    english = read_names()
    items = [
        ItemPlan(
            names=(*names, item),
            agency_code=AGENCIES[names[0]],
            purpose=_tell_purpose(english, names),
            ends_on=date(year + 1, 3, 31) if "구축" in names[2] and len(names[2]) % 3 == 0 else None,
        )
        for names in places
        for item, _ in _choose_shares(names[2])
    ]
    sources = {FIRST_YEAR: PARTLY, FACT_YEAR: REPORT}
    plan = BookPlan(
        series="bureau-expenditure",
        name="스마트도시정책관 세출",
        fiscal_year=year,
        side=Side.EXPENDITURE,
        levels=(Level.ORGANIZATION, Level.ACCOUNT, Level.PROJECT, Level.ITEM),
        source=sources.get(year, SIMULATED),
    )
    return open_book(actor=HOUSE, now=now, plan=plan, items=items)


def _tell_purpose(english: Names, place: Place) -> str:
    project, division = english.say(place[2]), english.say(place[0])
    return f"{project.ko} ({division.ko}) · {project.en} ({division.en})"


def _list_items(book_id: str) -> dict[Place, dict[str, int]]:
    found: dict[Place, dict[str, int]] = defaultdict(dict)
    for pk, path in NodeRow.objects.filter(book_id=book_id, is_leaf=True).values_list("pk", "path"):
        *names, item = (part.partition(":")[2] for part in path.split("\t"))
        found[names[0], names[1], names[2]][item] = pk
    return found


def _post_budgets(
    now: datetime,
    book_id: str,
    year: int,
    budgets: dict[Place, int],
    items: dict[Place, dict[str, int]],
    generator: np.random.Generator,
) -> None:
    """Divide each current budget into what was original, carried in and supplementary; they add up to it."""
    moves: dict[EntryKind, list[Move]] = defaultdict(list)
    for names, amount in budgets.items():
        shares = _choose_shares(names[2])
        for (item, _), part in zip(shares, split_amount(amount, [one for _, one in shares]), strict=True):
            node = items[names][item]
            is_moved = year == FACT_YEAR and names[2] == SPLEX
            carried = _draw_part(part, 0.1, generator) if year > FIRST_YEAR and not is_moved else 0
            added = _draw_part(part, 0.08, generator)
            original = part - carried - added
            if is_moved:
                of_item = dict(
                    zip(dict(shares), split_amount(SPLEX_KRW, [one for _, one in shares]), strict=True)
                )
                before = items[SPLEX_BEFORE, names[1], SPLEX][item]
                moves[EntryKind.ORIGINAL].append(make_move(EntryKind.ORIGINAL, before, of_item[item]))
                moves[EntryKind.TRANSFER] += [
                    make_move(EntryKind.TRANSFER, before, -of_item[item]),
                    make_move(EntryKind.TRANSFER, node, of_item[item]),
                ]
                original, added = 0, part - of_item[item]
            for kind, value in (
                (EntryKind.ORIGINAL, original),
                (EntryKind.CARRIED_IN, carried),
                (EntryKind.SUPPLEMENTARY, added),
            ):
                if value:
                    moves[kind].append(make_move(kind, node, value))
    days = {EntryKind.SUPPLEMENTARY: date(year, 4, 15)}
    notes = {
        EntryKind.TRANSFER: (
            "에스플렉스센터 운영 이체 112억원 · S-Plex Center moved: 11.2 billion won",
            SPLEX_GROUND,
        ),
        EntryKind.SUPPLEMENTARY: (
            f"{year}년 제1회 추가경정예산 (시뮬레이션) · first supplementary budget of {year} (simulated)",
            "시뮬레이션: 추가경정예산 의결 · simulated: supplementary budget passed",
        ),
    }
    drafts = [
        Draft(
            kind=kind,
            booked_on=days.get(kind, date(year, 1, 1)),
            moves=tuple(moves[kind]),
            note=notes.get(kind, (NOTE, ""))[0],
            legal_ground=notes.get(kind, ("", ""))[1],
        )
        for kind in EntryKind
        if moves.get(kind)
    ]
    post(actor=HOUSE, now=now, book_id=book_id, drafts=drafts)


def _draw_part(amount: int, most: float, generator: np.random.Generator) -> int:
    """Return a small part of an amount now and then, else 0."""
    if generator.random() > 0.15:
        return 0
    return int(amount * generator.uniform(0.02, most)) // THOUSAND * THOUSAND


def _post_spending(
    now: datetime,
    today: date,
    book_id: str,
    year: int,
    facts: dict[Place, tuple[int, ...]],
    items: dict[Place, dict[str, int]],
    habits: dict[Place, float],
    generator: np.random.Generator,
) -> None:
    """Draw each item's year, and write its commitments, then what was paid on them, the oldest first."""
    current = {
        row.pk: row.original_krw + row.carried_in_krw + row.transferred_krw + row.supplementary_krw
        for row in NodeRow.objects.filter(book_id=book_id, is_leaf=True)
    }
    commitments: list[Draft] = []
    payments: list[tuple[int, int, list[tuple[date, int]]]] = []
    for names, of_project in items.items():
        shares = _choose_shares(names[2])
        fixed = [split_amount(amount, [one for _, one in shares]) for amount in facts.get(names, ())[1:]]
        for at, (item, _) in enumerate(shares):
            node = of_project[item]
            halves = (fixed[0][at], fixed[1][at]) if fixed else None
            committed, disbursed = draw_year(current[node], habits[names], halves, generator)
            steps = _date_steps(year, committed, today, generator)
            first = len(commitments)
            commitments += [_draft(EntryKind.COMMITMENT, node, day, amount) for day, amount in steps]
            payments.append((first, len(steps), _date_steps(year, disbursed, today, generator)))
    if not commitments:
        return
    ids = post(actor=HOUSE, now=now, book_id=book_id, drafts=commitments)
    paid = [one for first, count, steps in payments for one in _settle(commitments, ids, first, count, steps)]
    if paid:
        post(actor=HOUSE, now=now, book_id=book_id, drafts=paid)


def _settle(
    commitments: Sequence[Draft], ids: Sequence[int], first: int, count: int, steps: list[tuple[date, int]]
) -> Iterable[Draft]:
    """Yield payments of one item: each on the oldest commitment that has something left, made by then."""
    left = [commitments[first + at].moves[0].amount_krw for at in range(count)]
    for day, wanted in steps:
        amount = wanted
        for at in range(count):
            part = min(amount, left[at])
            if part:
                draft = commitments[first + at]
                paid_on = max(day, draft.booked_on)
                yield _draft(EntryKind.DISBURSEMENT, draft.moves[0].node_id, paid_on, part, ids[first + at])
                left[at] -= part
                amount -= part


def draw_year(
    budget: int, habit: float, halves: tuple[int, int] | None, generator: np.random.Generator
) -> tuple[list[int], list[int]]:
    """Return what one item has committed and disbursed by the end of each month, in won.

    `habit` (0–1) is the project's own: how late it spends and how much it leaves. `halves` are the amounts that are
    known for the end of June. Disbursed is never more than committed, nor committed than the budget.
    """
    months = np.arange(1, 13) / 12
    late = 0.8 + 1.6 * habit + generator.normal(0, 0.08)
    shape = months**late
    final = min(1.0, max(0.4, 0.97 - 0.1 * habit + generator.normal(0, 0.03)))
    disbursed = np.floor(budget * final * shape)
    committed = np.floor(budget * min(1.0, final + 0.02) * np.minimum(1.0, months ** (late * 0.55)))
    if halves is not None:
        committed = _bend(committed, halves[0], budget)
        disbursed = _bend(disbursed, halves[1], budget)
    committed = np.floor(
        np.maximum.accumulate(np.repeat(committed[2::3], 3)) if halves is None else committed
    )
    disbursed = np.minimum(disbursed, committed)
    return [int(one) for one in committed], [int(one) for one in disbursed]


def _bend(curve: np.ndarray, known: int, budget: int) -> np.ndarray:
    """Return the curve led through what is known for the end of June, and on to where it was going if that is more."""
    half = FACT_MONTH - 1
    bent = np.zeros(12)
    if curve[half] > 0:
        bent[:FACT_MONTH] = np.floor(curve[:FACT_MONTH] / curve[half] * known)
    bent[half] = known
    end = min(budget, max(known, curve[-1]))
    rest = (curve[half:] - curve[half]) / max(1.0, curve[-1] - curve[half])
    bent[half:] = known + np.floor((end - known) * rest)
    return bent


def _date_steps(
    year: int, cumulated: Sequence[int], today: date, generator: np.random.Generator
) -> list[tuple[date, int]]:
    """Return what was booked in each month, on a day of it, up to today; small months wait for the next."""
    steps: list[tuple[date, int]] = []
    booked = 0
    for month, amount in enumerate(cumulated, 1):
        is_kept = month in {FACT_MONTH, 12} or generator.random() < 0.6
        if not is_kept or amount <= booked:
            continue
        last = calendar.monthrange(year, month)[1]
        day = date(year, month, int(generator.integers(max(1, last - 18), last + 1)))
        if day > today:
            break
        steps.append((day, amount - booked))
        booked = amount
    return steps


def _draft(kind: EntryKind, node: int, day: date, amount: int, settles: int | None = None) -> Draft:
    return Draft(kind=kind, booked_on=day, moves=(make_move(kind, node, amount),), note=NOTE, settles=settles)


def _plan_months(now: datetime, book_id: str, year: int) -> None:
    """Plan the running year of the whole and of each division along a straight-enough course."""
    del year
    share = (np.arange(1, 13) / 12) ** 1.25 * 0.96
    for row in NodeRow.objects.filter(book_id=book_id, level__in=["", Level.ORGANIZATION.value]):
        budget = row.original_krw + row.carried_in_krw + row.transferred_krw + row.supplementary_krw
        months = [int(budget * one) for one in share]
        set_plan(actor=HOUSE, now=now, node_id=row.pk, months_krw=months)


def _lay_out_revenue(now: datetime, today: date, generator: np.random.Generator) -> None:
    rows = read_pack("revenue_2022.tsv")
    names = [(row["구분"], row["관·항"], row["목"], row["세부 세입"]) for row in rows]
    budgets = [int(row["2022 예산현액"]) * THOUSAND for row in rows]
    for year in range(FIRST_YEAR, today.year + 1):
        if year == FIRST_YEAR:
            of_year = [int(row["2021 최종예산"]) * THOUSAND for row in rows]
        else:
            of_year = budgets
        plan = BookPlan(
            series="bureau-revenue",
            name="스마트도시정책관 세입",
            fiscal_year=year,
            side=Side.REVENUE,
            levels=tuple(RevenueLevel),
            source=f"{REPORT if year == FACT_YEAR else PARTLY}" if year <= FACT_YEAR else SIMULATED,
        )
        items = [ItemPlan(names=one, agency_code="smart-city") for one in names]
        book_id = open_book(actor=HOUSE, now=now, plan=plan, items=items)
        _post_revenue(now, today, book_id, year, dict(zip(names, of_year, strict=True)), generator)
        if year < today.year:
            close_book(actor=HOUSE, now=now, book_id=book_id, lapses=True)
            budgets = (
                budgets if year < FACT_YEAR else [_grow(one, generator) if one else 0 for one in budgets]
            )


def _post_revenue(
    now: datetime,
    today: date,
    book_id: str,
    year: int,
    budgets: dict[tuple[str, ...], int],
    generator: np.random.Generator,
) -> None:
    ids = dict(NodeRow.objects.filter(book_id=book_id, is_leaf=True).values_list("path", "pk"))
    nodes = {
        names: ids["\t".join(f"{level}:{name}" for level, name in zip(RevenueLevel, names, strict=True))]
        for names in budgets
    }
    kind = EntryKind.ORIGINAL
    moves = tuple(make_move(kind, nodes[names], amount) for names, amount in budgets.items() if amount)
    opening = Draft(kind=kind, booked_on=date(year, 1, 1), moves=moves, note=NOTE)
    post(actor=HOUSE, now=now, book_id=book_id, drafts=[opening])
    levies = []
    for names, amount in budgets.items():
        share = np.arange(1, 13) / 12 * max(0.5, generator.normal(1.0, 0.05))
        steps = _date_steps(year, [int(amount * one) for one in share], today, generator) if amount else []
        levies += [_draft(EntryKind.COMMITMENT, nodes[names], day, part) for day, part in steps]
    levy_ids = post(actor=HOUSE, now=now, book_id=book_id, drafts=levies) if levies else []
    receipts = [
        _draft(
            EntryKind.DISBURSEMENT,
            draft.moves[0].node_id,
            draft.booked_on,
            int(draft.moves[0].amount_krw * generator.uniform(0.93, 1.0)) or 1,
            levy_id,
        )
        for draft, levy_id in zip(levies, levy_ids, strict=True)
    ]
    if receipts:
        post(actor=HOUSE, now=now, book_id=book_id, drafts=receipts)


REVIEWER = Actor(id="demo.reviewer", name="심사 담당 (시뮬레이션)", kind="house", is_superuser=True)
REQUESTS = (
    ("공공 와이파이 구축 확대 · More public Wi-Fi", "전통시장과 공원에 공공 와이파이를 더 설치 (시뮬레이션) · more access points at markets and in parks (simulated)", "smart-city.network-security", 1_800_000_000, 4),
    ("인공지능 민원 분류 시범 · Pilot: complaints sorted by AI", "접수된 민원을 내용에 따라 담당 부서로 나누는 시범 (시뮬레이션) · complaints led to the division in charge by what they say (simulated)", "smart-city.information-systems", 420_000_000, 5),
    ("통합 자원 관제 화면 개선 · One screen for all resources", "데이터센터 자원의 상태를 한 화면에서 보도록 개선 (시뮬레이션) · the state of the data centre's resources on one screen (simulated)", "smart-city.data-center", 260_000_000, 3),
    ("드론 영상 자동 판독 · Drone pictures read by machine", "드론으로 찍은 영상에서 바뀐 건물을 찾음 (시뮬레이션) · changed buildings found in pictures taken by drone (simulated)", "smart-city.spatial-information", 350_000_000, 2),
    ("열린데이터 광장 검색 개선 · Better search in the Open Data Plaza", "열린데이터광장의 한국어 검색 품질을 높임 (시뮬레이션) · better search in Korean (simulated)", "smart-city.big-data", 190_000_000, 1),
)  # fmt: skip
"""(title, purpose, agency, won, how many of the five steps are taken); all made up."""


def _lay_out_reviews(now: datetime, today: date) -> None:
    for at, (title, purpose, agency, amount, steps) in enumerate(REQUESTS):
        number = request_review(
            actor=HOUSE,
            now=now,
            title=title,
            purpose=purpose,
            agency_code=agency,
            fiscal_year=today.year + 1,
            amount_krw=amount,
        )
        if steps > 1:
            answers = dict.fromkeys(CHECKLIST, Answer.YES) | ({"cloud": Answer.NO} if at == 0 else {})
            answer_checklist(actor=HOUSE, now=now, review_id=number, answers=answers)
        if steps > 2:
            compare_request(actor=REVIEWER, now=now, review_id=number)
        if steps > 3:
            has_matches = bool(get_review(number).matches)
            give_opinion(
                actor=REVIEWER,
                now=now,
                review_id=number,
                opinion="필요성은 있으나 설치 수량의 근거를 보완해야 함 (시뮬레이션) · needed, but the number asked for has to be argued better (simulated)",
                advised_krw=amount * 9 // 10,
                duplicate_note="대상 지역이 달라 중복이 아님 (시뮬레이션) · other places, so no duplicate (simulated)"
                if has_matches
                else "",
            )
        if steps > 4:
            state = ReviewState.CONDITIONAL if at == 0 else ReviewState.APPROVED
            decide_review(
                actor=REVIEWER,
                now=now,
                review_id=number,
                state=state,
                note="의견대로 함 (시뮬레이션) · as advised (simulated)",
            )
