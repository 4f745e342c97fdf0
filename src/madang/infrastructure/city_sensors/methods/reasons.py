"""Why something wasn't taken, as machines are told it, in the reader's language."""

from __future__ import annotations

from madang.core.base.interface import Text, read_pair

PHRASES = {
    "unknown or expired key": "없거나 기간이 지난 인증키",
    "unknown serial": "등록되지 않은 센서",
    "the key is not for serial": "이 인증키로 보낼 수 없는 센서",
    "the sensor is another agency's": "다른 기관의 센서",
    "unknown property": "모르는 항목",
    "there is nothing to take in it": "받을 값이 없음",
    "no readable time": "읽을 수 없는 시각",
    "time in the future": "앞서 있는 시각",
    "a value is no finite number": "유한한 수가 아닌 값",
    "no finite number": "유한한 수가 아님",
    "is no number": "수가 아님",
    "revision is no whole number": "정정 차수가 정수가 아님",
    "observed_at needs a time zone": "측정 시각에 시간대가 없음",
    "sent_at needs a time zone": "보낸 시각에 시간대가 없음",
    "sent_at is in the future": "보낸 시각이 앞서 있음",
}


def say_reason(words: str) -> Text:
    """Return a reason in both languages; what has no Korean words is said as it stands."""
    said = read_pair(words)
    korean = said.ko
    for phrase, ko in PHRASES.items():
        korean = korean.replace(phrase, ko)
    return Text(ko=korean, en=said.en)
