"""Why a source gives no picture, in words, "한국어 · English": never its address, which may hold a password."""

from __future__ import annotations

import av

from madang.core.base.interface import BadInput, Text

ENDED = "영상이 끝났습니다 · the stream ended"
UNWORKABLE = "영상을 분석하지 못했습니다 · the pictures can't be analysed"
UNKNOWN = Text(ko="영상을 읽을 수 없습니다", en="the stream can't be read")
LATE = Text(ko="카메라가 제때 답하지 않습니다", en="the camera doesn't answer in time")
WORDS: tuple[tuple[tuple[type[Exception], ...], Text], ...] = (
    (
        (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError, PermissionError),
        Text(ko="카메라가 사용자나 암호를 받지 않습니다", en="the camera refuses the login"),
    ),
    (
        (av.error.HTTPNotFoundError, FileNotFoundError),
        Text(ko="그 주소에 영상이 없습니다", en="there is no stream at this address"),
    ),
    ((av.error.ExitError, TimeoutError), LATE),
    (
        (av.error.HTTPError,),
        Text(ko="카메라가 영상을 주지 않습니다", en="the camera doesn't give its stream"),
    ),
    (
        (av.error.InvalidDataError, ValueError),
        Text(ko="카메라가 보내는 것이 영상이 아닙니다", en="what the camera sends is no video"),
    ),
    (
        (OSError,),
        Text(ko="카메라에 닿지 않습니다", en="the camera can't be reached"),
    ),
)


def say_trouble(error: Exception, *, is_late: bool = False) -> str:
    """Return what an error of opening or reading a source means; `is_late` where it came only when the wait was over.

    FFmpeg calls it invalid data too where a camera never said a word.
    """
    if isinstance(error, BadInput):
        return _write(error.text)
    if is_late and isinstance(error, av.error.InvalidDataError):
        return _write(LATE)
    return _write(next((text for kinds, text in WORDS if isinstance(error, kinds)), UNKNOWN))


def _write(text: Text) -> str:
    return f"{text.ko} · {text.en}"
