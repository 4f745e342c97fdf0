"""A request that exists already under another spelling is found; one that shares only the field's words is not."""

from __future__ import annotations

import csv
import gzip
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.governance.budget.methods.phrases import find_shared_phrases
from madang.governance.budget.methods.similar import index_projects, normalize_text, score_duplicates
from madang.governance.budget.records import ProjectText

RUNNING = (
    ProjectText(
        id="P1",
        title="통계통합플랫폼 구축",
        purpose="2006년 구축된 통계 시스템을 대체하고 조사 업무를 한곳에서 처리",
    ),
    ProjectText(id="P2", title="빅데이터 통합저장소 구축", purpose="여러 부서의 데이터를 모아 분석에 활용"),
    ProjectText(
        id="P3", title="지능형 CCTV 선별관제 시스템 도입", purpose="영상 분석으로 시민 안전 사고를 미리 발견"
    ),
    ProjectText(id="P4", title="공공와이파이 통합관제 고도화"),
    ProjectText(id="P5", title="업무용 PC 교체", purpose="내용연수가 지난 개인용 컴퓨터를 교체"),
)
words = st.sampled_from(
    "통계 통합 플랫폼 구축 빅데이터 서울 시스템 고도화 안전 CCTV 교체 와이파이 분석".split()
)
titles = st.lists(words, min_size=1, max_size=5).map(" ".join)
projects = st.lists(
    st.builds(lambda title, purpose: ProjectText(id="", title=title, purpose=purpose), titles, st.one_of(st.just(""), titles)),
    min_size=1, max_size=8,
).map(lambda all_: [ProjectText(id=str(at), title=one.title, purpose=one.purpose) for at, one in enumerate(all_)])  # fmt: skip


@pytest.mark.parametrize(
    ("title", "purpose", "expected"),
    [
        ("2023년 통계 통합 플랫폼 구축 사업", "", "P1"),
        ("통계업무 통합시스템", "2006년에 만든 통계 시스템을 대체하여 조사 업무를 처리", "P1"),
        ("ＣＣＴＶ 지능형 선별관제", "", "P3"),
        ("공공 와이파이 통합 관제", "장애를 빨리 찾아 고친다", "P4"),
    ],
)
def test_a_duplicate_is_found_under_another_spelling(title, purpose, expected):
    found = score_duplicates(index_projects(RUNNING), title, purpose)
    assert found[0].id == expected and found[0].score_ratio >= 0.35
    assert found[0].shared


@pytest.mark.parametrize("title", ["전기차 충전기 예약 시스템 구축", "민원 챗봇 고도화", "", "2023년", "!?"])
def test_what_shares_only_common_words_is_not_accused(title):
    assert score_duplicates(index_projects(RUNNING), title) == ()


@settings(deadline=None)
@given(projects, st.data())
def test_a_project_is_its_own_duplicate(existing, data):
    one = data.draw(st.sampled_from(existing))
    best = score_duplicates(index_projects(existing), one.title, one.purpose)[0]
    assert best.score_ratio == pytest.approx(1)
    same = next(other for other in existing if other.id == best.id)
    assert normalize_text(same.title) == normalize_text(one.title)


@settings(deadline=None)
@given(projects, titles, st.one_of(st.just(""), titles), st.integers(0, 5))
def test_scores_are_ordered_and_bounded(existing, title, purpose, limit):
    found = score_duplicates(index_projects(existing), title, purpose, limit=limit, least_ratio=0.1)
    scores = [one.score_ratio for one in found]
    assert len(found) <= limit and scores == sorted(scores, reverse=True)
    assert all(0.1 <= score <= 1 for score in scores)
    assert len({one.id for one in found}) == len(found)


@settings(deadline=None)
@given(titles, titles)
def test_likeness_goes_both_ways(one, other):
    index = index_projects([ProjectText(id="1", title=one), ProjectText(id="2", title=other)])

    def score(title, id_):
        found = score_duplicates(index, title, least_ratio=0)
        return next((like.score_ratio for like in found if like.id == id_), 0.0)

    assert score(one, "2") == pytest.approx(score(other, "1"))


@settings(deadline=None)
@given(titles, st.sampled_from(["2024년 {}", "{} ('22년)", " {} ", "「{}」", "{}_2023"]))
def test_spaces_years_and_marks_change_nothing(title, pattern):
    index = index_projects(RUNNING)
    plain = score_duplicates(index, title, least_ratio=0)
    assert score_duplicates(index, pattern.format(title.replace(" ", "")), least_ratio=0) == plain


@settings(deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_asked(title, purpose):
    score_duplicates(index_projects(RUNNING), title, purpose)
    assert score_duplicates(index_projects([]), title, purpose) == ()


def test_shared_phrases_are_the_longest_and_none_within_another():
    found = find_shared_phrases(
        ("통계통합플랫폼구축", "플랫폼구축을한다"), ("통계통합플랫폼고도화", "새플랫폼구축")
    )
    assert found == ("통계통합플랫폼", "플랫폼구축")


def test_renamed_projects_of_the_national_budget_are_found_first(municipal_files):
    path = municipal_files / "budget" / "budget2023.csv.gz"
    if not path.exists():
        pytest.skip("the national budget is not at hand")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        names = sorted({row["세부사업명"] for row in csv.DictReader(file)})
    index = index_projects(ProjectText(id=name, title=name) for name in names)
    asked = [name for name in names if "(정보화)" in name][::3]
    renamed = {
        name: "2024년 " + name.replace("(정보화)", "").replace(" ", "") + " 고도화 사업" for name in asked
    }
    began = time.perf_counter()
    found = {name: score_duplicates(index, title, limit=3) for name, title in renamed.items()}
    took_s = time.perf_counter() - began
    assert len(asked) >= 100
    assert sum(bool(best) and best[0].id == name for name, best in found.items()) >= 0.93 * len(asked)
    assert sum(name in {one.id for one in best} for name, best in found.items()) >= 0.97 * len(asked)
    assert took_s / len(asked) < 0.05
