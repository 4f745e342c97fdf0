"""A dataset of 120 known places for the tests of the places API."""

PLACES = [
    (
        f"곳{number:03d}",
        ["쉼터", "도서관"][number % 2],
        126.9 + number % 12 * 0.01,
        37.5 + number // 12 * 0.01,
    )
    for number in range(120)
]
NAME = "ogc_places"
