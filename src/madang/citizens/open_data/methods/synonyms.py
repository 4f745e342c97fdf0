"""Words that mean the same to those who look for the city's data."""

from __future__ import annotations

GROUPS = (
    ("따릉이", "공공자전거", "bike"),
    ("자전거", "bicycle", "bike"),
    ("와이파이", "무선인터넷", "wifi"),
    ("cctv", "폐쇄회로", "감시카메라"),
    ("미세먼지", "대기질", "pm10", "air"),
    ("센서", "sensor"),
    ("교통", "traffic", "transport"),
    ("주차장", "주차", "parking"),
    ("버스", "bus"),
    ("지하철", "도시철도", "subway", "metro"),
    ("정류장", "정류소"),
    ("병원", "의료기관", "hospital"),
    ("화장실", "toilet"),
    ("쉼터", "대피소", "shelter"),
    ("온도", "기온", "temperature"),
    ("소음", "noise"),
    ("투표", "vote", "voting"),
    ("인구", "생활인구", "population"),
    ("날씨", "기상", "weather"),
    ("가로등", "보안등", "스마트폴", "pole"),
    ("전기차", "전기자동차", "ev"),
    ("자치구", "구청", "district"),
    ("화재", "소방", "fire"),
    ("예산", "재정", "budget"),
    ("공원", "park"),
    ("도서관", "library"),
    ("측정소", "관측소", "station"),
)
MEANINGS = {word: tuple(other for other in group if other != word) for group in GROUPS for word in group}
# Words that nearly every dataset could carry: they order what is found and never rule it out.
WEAK = frozenset(
    "데이터 자료 정보 현황 목록 찾 찾기 찾아줘 알려줘 보여줘 대한 관한 관련 있는 위한 및 의 data dataset datasets "
    "list info information of the in for and".split()
)
PARTICLES = frozenset(
    "은 는 이 가 을 를 의 에 에서 에게 와 과 로 으로 도 만 까지 부터 별 들 들의 등 인 한 하는 이나 나 랑 이랑 "
    "에는 에서는 으로는 라는 이라는".split()
)
