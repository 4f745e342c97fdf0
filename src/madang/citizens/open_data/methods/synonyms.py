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
    ("정류장", "정류소", "stop"),
    ("공기질", "대기질"),
    ("집값", "실거래가", "매매가격", "주택가격"),
    ("땅값", "공시지가", "지가"),
    ("부동산", "estate"),
    ("아파트", "공동주택", "apartment"),
    ("주택", "집", "house", "housing"),
    ("알바", "아르바이트", "일자리"),
    ("일자리", "취업", "채용", "job"),
    ("강아지", "반려견", "dog"),
    ("반려동물", "pet"),
    ("박물관", "museum"),
    ("축제", "festival"),
    ("유기견", "유기동물"),
    ("노인정", "경로당"),
    ("어르신", "노인", "고령자", "senior"),
    ("아이", "아동", "어린이", "child", "children", "kid"),
    ("어린이집", "보육시설", "daycare"),
    ("유치원", "kindergarten"),
    ("학교", "school"),
    ("킥보드", "개인형이동장치", "scooter"),
    ("스쿨존", "어린이보호구역"),
    ("방범카메라", "방범cctv"),
    ("맛집", "음식점", "식당", "restaurant"),
    ("자동심장충격기", "제세동기", "aed", "defibrillator"),
    ("응급실", "응급의료기관", "응급의료", "emergency"),
    ("약국", "pharmacy"),
    ("심야약국", "당번약국"),
    ("쓰레기", "폐기물", "trash", "garbage", "waste"),
    ("재활용", "재활용품", "recycling"),
    ("수돗물", "상수도"),
    ("충전소", "충전기", "charger", "charging"),
    ("장애인", "disabled"),
    ("시장", "market"),
    ("관광", "여행", "tourism"),
    ("숙박", "호텔", "hotel"),
    ("도로", "road"),
    ("사고", "accident"),
    ("범죄", "crime"),
    ("하천", "강", "river"),
    ("가로수", "나무", "tree"),
    ("출생", "출산", "birth"),
    ("지방세", "세금", "tax"),
)
WIDER = {
    "quality": ("대기질", "수질", "품질"), "public": ("공공", "공중"), "museum": ("미술관",), "festival": ("행사",),
    "강아지": ("반려동물", "동물"), "고양이": ("반려동물", "동물"), "dog": ("반려동물", "동물"), "cat": ("반려동물", "동물"),
}  # fmt: skip
"""What a word may mean too that isn't called by it the other way round."""
MEANINGS = {
    word: tuple(
        dict.fromkeys(
            other
            for group in (*GROUPS, (word, *WIDER.get(word, ())))
            if word in group
            for other in group
            if other != word
        )
    )
    for word in {*WIDER, *(word for group in GROUPS for word in group)}
}
# Words that nearly every dataset could carry: they order what is found and never rule it out.
WEAK = frozenset(
    "데이터 자료 정보 현황 목록 찾 찾기 찾아줘 알려줘 보여줘 대한 관한 관련 있는 위한 및 의 우리 동네 어디 곳 많은 "
    "가까운 근처 주변 near data dataset datasets "
    "list info information of the in for and".split()
)
PARTICLES = frozenset(
    "은 는 이 가 을 를 의 에 에서 에게 와 과 로 으로 도 만 까지 부터 별 들 들의 등 인 한 하는 이나 나 랑 이랑 "
    "에는 에서는 으로는 라는 이라는".split()
)
