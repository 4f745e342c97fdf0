"""The demonstration's work report: the real one's tasks and amounts moved to this year, marked as simulated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from madang.core.base.interface import HOUSE, Aim, to_city_time

from .actions.editions import publish_edition, write_edition
from .actions.living import (
    add_actual,
    add_decision,
    add_result,
    save_measure,
    save_risk,
    save_step,
    save_wordings,
)
from .actions.reports import adopt_report, decide_finding, import_report
from .methods.figures import write_number, write_rate
from .models import FindingRow, MeasureRow, ReportRow, StepRow
from .queries.living import is_overdue
from .records import MeasureEntry, MilestoneState, RiskEntry, StepEntry

SOURCE = "시뮬레이션 · simulated"
DIVISIONS = {
    "스마트도시담당관": "Smart City Division",
    "빅데이터담당관": "Big Data Division",
    "정보시스템담당관": "Information Systems Division",
    "공간정보담당관": "Spatial Information Division",
    "정보통신보안담당관": "ICT Security Division",
    "데이터센터": "Data Center",
}
SMART, DATA, SYSTEMS, SPACE, SECURITY, CENTER = DIVISIONS
GOALS = {
    "1": ("미래 스마트도시 인프라 구축", "Infrastructure of the future smart city"),
    "2": ("첨단기술 활용 스마트 혁신행정 선도", "Administration renewed by new technology"),
    "3": ("시민과 함께 누리는 스마트도시 구현", "A smart city enjoyed with its citizens"),
}
TASKS = (
    (
        "1-1",
        "공공와이파이 확충 및 시민 이용편의 제고",
        "More public Wi-Fi, easier to use",
        SECURITY,
        "공공와이파이 4,530대 설치",
        ("스마트도시 통신인프라 구축", 8_616_879, 1_617_579, 1_056_971),
        (("2차사업 2,000대 설치", 7, 12), ("지하철 객차 5G 와이파이 열기", 12, 12)),
    ),
    (
        "1-2",
        "이동약자 맞춤형 화재안전망 구축",
        "A fire-safety net for people who can't move fast",
        SECURITY,
        "화재안전망 시설 6개소 선정",
        ("스마트서울 네트워크 구축", 1_147_534, 0, 0),
        (("입찰공고와 사업자 선정", 7, 8), ("계약과 수행", 8, 11), ("119 연동 시험과 검수", 12, 12)),
    ),
    (
        "1-3",
        "스마트도시 인프라 활용 서비스 발굴·확산",
        "Services on the smart city's infrastructure",
        SMART,
        "스마트폴 199본 구축",
        ("사물인터넷 도시조성", 2_110_700, 1_497_885, 934_379),
        (("스마트폴과 시민체감 서비스 구축", 7, 12), ("도시데이터 해커톤", 8, 8)),
    ),
    (
        "1-4",
        "사이버 침해 선제 대응체계 구축",
        "Ahead of attacks on the city's systems",
        SECURITY,
        "통합보안관제 72개 기관 운영",
        ("서울사이버안전센터 운영", 4_296_430, 2_354_363, 1_096_334),
        (("AI 보안관제 플랫폼 구축", 7, 12),),
    ),
    (
        "1-5",
        "지능형 CCTV 기반 시민 안전서비스 확대",
        "Safety by intelligent CCTV",
        SECURITY,
        "방범용 CCTV 667대 설치",
        ("지능형 CCTV 고도화", 2_380_070, 1_952_770, 1_952_770),
        (("지능형 CCTV 확대", 7, 12), ("실종예방 시스템 구축", 7, 12)),
    ),
    (
        "1-6",
        "정보자원의 통합구축 및 안정적 운영",
        "IT resources built together and run without fail",
        CENTER,
        "정보자원 302식 도입",
        ("정보자원 통합 관리", 13_373_585, 1_363_988, 1_275_398),
        (("정보자원 통합구축 계약과 수행", 7, 12), ("클라우드 환경 제안서 평가", 7, 7)),
    ),
    (
        "2-1",
        "스마트 기술을 활용한 일하는 방식의 혁신",
        "New ways of working",
        SYSTEMS,
        "업무챗봇 대상사업 200건 선정",
        ("지능형 서비스 구축 운영", 1_564_390, 1_260_672, 719_809),
        (("업무챗봇과 RPA 확산", 7, 12),),
    ),
    (
        "2-2",
        "시민 안전·편의 향상을 위한 지능형 서비스 제공",
        "Intelligent services for safety and ease",
        SYSTEMS,
        "서울톡 가입자 315,103명",
        ("공통행정시스템 운영", 791_159, 678_786, 227_997),
        (("하수관로 결함탐지 확대", 7, 12),),
    ),
    (
        "2-3",
        "빅데이터 기반 행정 활성화 추진",
        "Administration by data",
        DATA,
        "정보시스템 데이터 91개 통합",
        ("빅데이터 서비스 플랫폼 구축", 4_042_166, 3_168_904, 1_861_192),
        (("빅데이터 서비스 플랫폼 2단계", 6, 12),),
    ),
    (
        "2-4",
        "공간정보를 활용한 행정혁신 서비스 추진",
        "Services on spatial information",
        SPACE,
        "디지털트윈 서비스 3종 구축",
        ("3D기반 Virtual Seoul 구축", 3_303_660, 2_561_900, 1_906_604),
        (("S-Map 오픈랩 고도화", 7, 12),),
    ),
    (
        "2-5",
        "통계통합플랫폼 구축으로 통계행정 업그레이드",
        "One platform for statistics",
        DATA,
        "서울시민패널 20,000가구 운영",
        ("빅데이터 분석서비스", 935_533, 443_400, 255_800),
        (("통계통합플랫폼 2단계", 7, 12), ("분야별 시범조사", 8, 12)),
    ),
    (
        "3-1",
        "메타버스를 활용한 차세대 행정서비스 제공",
        "City services in the metaverse",
        SMART,
        "메타버스 서비스 7종 준비",
        ("메타버스 서울 추진", 2_416_000, 2_011_250, 1_162_750),
        (("메타버스 서울 열기", 11, 11),),
    ),
    (
        "3-2",
        "디지털 격차해소로 스마트 포용도시 실현",
        "Nobody left behind by the digital",
        SMART,
        "디지털배움터 100개소 운영",
        ("취약계층 디지털 격차해소", 203_500, 0, 0),
        (("어디나지원단 교육", 7, 12),),
    ),
    (
        "3-3",
        "열린데이터광장 및 빅데이터캠퍼스 운영",
        "Open data plaza and big data campus",
        DATA,
        "공공데이터 7,000개 개방",
        ("열린데이터 광장 운영", 624_682, 583_100, 243_775),
        (("열린데이터광장 고도화", 7, 12),),
    ),
    (
        "3-4",
        "시민소통 중심의 스마트 공간정보서비스 확산",
        "Maps that citizens talk with the city on",
        SPACE,
        "도시생활지도 테마 100개 제공",
        ("지도정보 플랫폼 고도화 구축", 441_200, 401_120, 192_870),
        (("지도정보 플랫폼 고도화", 7, 11),),
    ),
    (
        "3-5",
        "서울서베이 등 통계조사 추진",
        "Seoul Survey and other statistics",
        DATA,
        "서울서베이 20,000가구 표본 설계",
        ("서울서베이", 3_727_941, 789_820, 0),
        (("서울서베이 본조사", 9, 11), ("결과 공표", 12, 12)),
    ),
    (
        "3-6",
        "안전한 개인정보보호 및 이용 생태계 조성",
        "Personal data kept safe",
        SYSTEMS,
        "개인정보 처리시스템 점검 120개",
        ("개인정보보호체계 고도화", 1_274_291, 1_168_262, 700_777),
        (("개인정보 관리수준 진단", 7, 10),),
    ),
    (
        "3-7",
        "비대면 디지털 행정서비스 확대",
        "Services without a visit",
        SMART,
        "엠보팅 투표 320건 진행",
        ("블록체인 기반 공유행정 도입", 841_983, 780_269, 370_896),
        (("서울지갑 서비스 확대", 7, 12),),
    ),
    (
        "3-8",
        "스마트도시 글로벌 위상 강화",
        "A smart city known in the world",
        SMART,
        "세계스마트시티기구 회원도시 200개",
        ("세계스마트시티기구 운영", 674_038, 406_829, 406_829),
        (("세계스마트시티기구 총회", 9, 9),),
    ),
    (
        "3-9",
        "에스플렉스센터의 안정적·효율적 운영관리 강화",
        "S-Plex Center run safely and well",
        CENTER,
        "시설물 정기점검 24회 실시",
        ("에스플렉스센터 운영", 11_141_520, 5_592_885, 3_238_630),
        (("시설물 안전개선 공사", 5, 11), ("기능강화 방안 마련", 8, 8)),
    ),
)
PROJECTS = (
    "사업명\t예산현액\t집행액\t\t집행률(%)\t\t연말 집행예상액\t",
    "\t\t원인행위\t지출액\t원인행위\t지출액\t예상액\t집행률",
)
DETAILS = ("구 분\t예산현액\t집행액\t\t집행률(%)\t", "\t\t원인행위\t지출액\t원인행위\t지출액")
ENGLISH = {
    "스마트도시정책관": "Smart City Policy Bureau",
    # what was done
    "공공와이파이 4,530대 설치": "4,530 public Wi-Fi access points installed",
    "화재안전망 시설 6개소 선정": "6 facilities chosen for the fire-safety net",
    "스마트폴 199본 구축": "199 smart poles built",
    "통합보안관제 72개 기관 운영": "72 institutions watched over by the security operations center",
    "방범용 CCTV 667대 설치": "667 security cameras installed",
    "정보자원 302식 도입": "302 sets of IT equipment brought in",
    "업무챗봇 대상사업 200건 선정": "200 subjects chosen for the staff chatbot",
    "서울톡 가입자 315,103명": "315,103 people signed up for the chatbot Seoul Talk",
    "정보시스템 데이터 91개 통합": "Data of 91 information systems joined",
    "디지털트윈 서비스 3종 구축": "3 services on the digital twin built",
    "서울시민패널 20,000가구 운영": "A citizens' panel of 20,000 households run",
    "메타버스 서비스 7종 준비": "7 services in the metaverse prepared",
    "디지털배움터 100개소 운영": "100 digital classrooms run",
    "공공데이터 7,000개 개방": "7,000 public datasets opened",
    "도시생활지도 테마 100개 제공": "100 themes of the city life map offered",
    "서울서베이 20,000가구 표본 설계": "A sample of 20,000 households drawn for the Seoul Survey",
    "개인정보 처리시스템 점검 120개": "120 systems with personal data inspected",
    "엠보팅 투표 320건 진행": "320 votes held on mVoting",
    "세계스마트시티기구 회원도시 200개": "200 member cities of WeGO",
    "시설물 정기점검 24회 실시": "24 regular inspections of the building",
    "자치구 설명회를 마침": "Briefings for the districts were held",
    # what is counted
    "공공와이파이": "Public Wi-Fi access points",
    "화재안전망 시설": "Facilities in the fire-safety net",
    "스마트폴": "Smart poles",
    "통합보안관제": "Institutions watched over",
    "방범용 CCTV": "Security cameras",
    "정보자원": "IT equipment",
    "업무챗봇 대상사업": "Subjects of the staff chatbot",
    "서울톡 가입자": "Users of Seoul Talk",
    "정보시스템 데이터": "Information systems joined",
    "디지털트윈 서비스": "Services on the digital twin",
    "서울시민패널": "Households in the citizens' panel",
    "메타버스 서비스": "Services in the metaverse",
    "디지털배움터": "Digital classrooms",
    "공공데이터": "Public datasets",
    "도시생활지도 테마": "Themes of the city life map",
    "서울서베이": "Seoul Survey",
    "개인정보 처리시스템 점검": "Systems with personal data inspected",
    "엠보팅 투표": "Votes on mVoting",
    "세계스마트시티기구 회원도시": "Member cities of WeGO",
    "시설물 정기점검": "Regular inspections of the building",
    # projects
    "스마트도시 통신인프라 구축": "Communications infrastructure of the smart city",
    "스마트서울 네트워크 구축": "Smart Seoul Network",
    "사물인터넷 도시조성": "City of the Internet of Things",
    "서울사이버안전센터 운영": "Seoul Cyber Security Center",
    "지능형 CCTV 고도화": "Intelligent CCTV improved",
    "정보자원 통합 관리": "IT resources managed together",
    "지능형 서비스 구축 운영": "Intelligent services",
    "공통행정시스템 운영": "Common administration systems",
    "빅데이터 서비스 플랫폼 구축": "Big data service platform",
    "3D기반 Virtual Seoul 구축": "Virtual Seoul in 3D",
    "빅데이터 분석서비스": "Big data analysis",
    "메타버스 서울 추진": "Metaverse Seoul",
    "취약계층 디지털 격차해소": "Closing the digital gap",
    "열린데이터 광장 운영": "Open data plaza",
    "지도정보 플랫폼 고도화 구축": "Map platform improved",
    "개인정보보호체계 고도화": "Personal data protection improved",
    "블록체인 기반 공유행정 도입": "Shared administration on a blockchain",
    "세계스마트시티기구 운영": "World Smart Sustainable Cities Organization (WeGO)",
    "에스플렉스센터 운영": "S-Plex Center",
    # steps
    "2차사업 2,000대 설치": "2,000 more installed in the second stage",
    "지하철 객차 5G 와이파이 열기": "5G Wi-Fi opened in subway cars",
    "입찰공고와 사업자 선정": "Tender and choice of a contractor",
    "계약과 수행": "Contract and works",
    "119 연동 시험과 검수": "Test with 119 and acceptance",
    "스마트폴과 시민체감 서비스 구축": "Smart poles and services for citizens",
    "도시데이터 해커톤": "City data hackathon",
    "AI 보안관제 플랫폼 구축": "AI platform for security operations",
    "지능형 CCTV 확대": "More intelligent CCTV",
    "실종예방 시스템 구축": "System that finds missing people",
    "정보자원 통합구축 계약과 수행": "Contract and works for IT resources",
    "클라우드 환경 제안서 평가": "Evaluation of offers for the cloud",
    "업무챗봇과 RPA 확산": "Staff chatbot and RPA for more offices",
    "하수관로 결함탐지 확대": "Detection of faults in more sewers",
    "빅데이터 서비스 플랫폼 2단계": "Big data service platform, stage 2",
    "S-Map 오픈랩 고도화": "S-Map Open Lab improved",
    "통계통합플랫폼 2단계": "Platform for statistics, stage 2",
    "분야별 시범조사": "Trial surveys by field",
    "메타버스 서울 열기": "Metaverse Seoul opens",
    "어디나지원단 교육": "Training by the Anywhere Supporters",
    "열린데이터광장 고도화": "Open data plaza improved",
    "지도정보 플랫폼 고도화": "Map platform improved",
    "서울서베이 본조사": "Seoul Survey in the field",
    "결과 공표": "Results published",
    "개인정보 관리수준 진단": "Assessment of how personal data are kept",
    "서울지갑 서비스 확대": "More services in Seoul Wallet",
    "세계스마트시티기구 총회": "General assembly of WeGO",
    "시설물 안전개선 공사": "Works for the building's safety",
    "기능강화 방안 마련": "Plan for a stronger center",
    # risks and decisions
    "장비 납품이 늦어질 수 있음": "Equipment may come late",
    "다른 납품처를 미리 찾음": "Another supplier is looked for in advance",
    "복지시설부터 먼저 설치함": "Welfare facilities come first",
}
LINKS = {
    "1-2": "fire_safety.facilities",
    "1-3": "smart_poles.built",
    "3-3": "open_data.datasets",
    "1-5": "cctv.cameras",
}


def lay_out(now: datetime) -> None:
    """Bring, adopt and bring up to date the demonstration's report once, and publish an edition."""
    if ReportRow.objects.exists():
        return
    today = to_city_time(now).date()
    as_of = date(today.year if today >= date(today.year, 7, 1) else today.year - 1, 7, 1)
    text = write_report(as_of)
    report_id = import_report(actor=HOUSE, now=now, name="simulated-report.txt", raw=text.encode())
    for one in FindingRow.objects.filter(report_id=report_id):
        words = {"state": "accepted", "corrected": "", "note": SOURCE}
        decide_finding(actor=HOUSE, now=now, report_id=report_id, finding_id=one.id, **words)
    adopt_report(actor=HOUSE, now=now, report_id=report_id)
    _word_in_english()
    edition = write_edition(actor=HOUSE, now=now, as_of=as_of)
    publish_edition(actor=HOUSE, now=now, report_id=edition)
    _go_on(now, today)


def write_report(as_of: date) -> str:
    """Return the report's text as of a day, its steps in that year."""
    return "\n".join(_list_lines(as_of))


def _list_lines(as_of: date) -> Iterator[str]:
    day = f"'{as_of:%y}.{as_of.month}.{as_of.day}."
    yield from (f"{as_of.year}년 주요 업무보고 (시뮬레이션)", "", f"{as_of.year}. {as_of.month}.", "")
    yield from ("스마트도시정책관", "", "II. 정책목표 및 추진전략", "", "Ⅲ. 주요 추진 업무", "")
    for code, (goal, _) in GOALS.items():
        yield from (f"{code} {goal}", "")
        yield from (f"- {one[0]}. {one[1]}" for one in TASKS if one[0].startswith(code))
        yield ""
    for code, title, _, _, result, project, steps in TASKS:
        yield from (f"{code} {title}", "", "□ 추진실적", "", f"- {result}", "")
        yield from ("※ 예산집행 현황", "", f"(단위 : 천원, {day} 기준)", "")
        yield from (*PROJECTS, f"{_spend(*project)}\t{write_number(project[1])}\t100.0%", "")
        yield from ("□ 향후계획", "")
        for name, first, last in steps:
            until = f" ~ {last}월" if last != first else ""
            yield f"- {name} : '{as_of:%y}. {first}월{until}"
        yield ""
    yield from (f"IV. {as_of.year} 세입·세출예산 세부현황", "", "□ 세출예산 집행현황", "")
    yield from (f"(단위 : 천원, {day} 기준)", "", *DETAILS)
    yield _spend("스마트도시정책관", *_add(TASKS))
    for division in DIVISIONS:
        own = [one for one in TASKS if one[3] == division]
        yield from (_spend(division, *_add(own)), _spend("일반회계", *_add(own)))
        yield from (_spend(*one[5]) for one in own)


def _add(tasks: object) -> tuple[int, ...]:
    return tuple(sum(amounts) for amounts in zip(*(one[5][1:] for one in tasks), strict=True))  # type: ignore[attr-defined]


def _spend(name: str, budget: int, committed: int, disbursed: int) -> str:
    amounts = [write_number(one) if one else "-" for one in (budget, committed, disbursed)]
    rates = [write_rate(100 * Decimal(one) / budget, 1) if one else "-" for one in (committed, disbursed)]
    return "\t".join((name, *amounts, *rates))


def _word_in_english() -> None:
    moment = ReportRow.objects.get().brought_at
    pairs = [*GOALS.values(), *((one[1], one[2]) for one in TASKS), *DIVISIONS.items(), *ENGLISH.items()]
    save_wordings(actor=HOUSE, now=moment, pairs=pairs)


def _go_on(now: datetime, today: date) -> None:
    """Set steps as far as their dates say, one in four of those that ended late; link indicators; note a few things."""
    ended = 0
    for step in StepRow.objects.order_by("id"):
        has_begun = step.starts_on is not None and step.starts_on <= today
        state = MilestoneState.UNDER_WAY if has_begun else MilestoneState.PLANNED
        if is_overdue(step, today):
            ended += 1
            state = MilestoneState.DONE if ended % 4 else state
        entry = StepEntry(
            name=step.name, starts_on=step.starts_on, ends_on=step.ends_on, state=state, source=SOURCE
        )
        save_step(actor=HOUSE, now=now, code=step.plan_id, step_id=step.id, entry=entry)
    for code, live in LINKS.items():
        row = MeasureRow.objects.filter(plan=code).first()
        if row is not None:
            entry = MeasureEntry(name=row.name, unit=row.unit, aim=Aim.HIGHER, live=live)
            save_measure(actor=HOUSE, now=now, code=code, measure_id=row.id, entry=entry)
    wifi = MeasureRow.objects.filter(plan="1-1").first()
    if wifi is not None:
        entry = MeasureEntry(name=wifi.name, unit=wifi.unit, aim=Aim.HIGHER, target=Decimal(6530))
        save_measure(actor=HOUSE, now=now, code="1-1", measure_id=wifi.id, entry=entry)
        add_actual(
            actor=HOUSE,
            now=now,
            code="1-1",
            measure_id=wifi.id,
            as_of=today,
            value=Decimal(5240),
            source=SOURCE,
        )
    risk = RiskEntry(name="장비 납품이 늦어질 수 있음", level="severe", response="다른 납품처를 미리 찾음")
    save_risk(actor=HOUSE, now=now, code="1-1", risk_id=None, entry=risk)
    add_decision(
        actor=HOUSE,
        now=now,
        code="1-1",
        decided_on=today,
        text="복지시설부터 먼저 설치함",
        decided_by="스마트도시정책관",
        source=SOURCE,
    )
    add_result(actor=HOUSE, now=now, code="1-3", as_of=today, text="자치구 설명회를 마침", source=SOURCE)
