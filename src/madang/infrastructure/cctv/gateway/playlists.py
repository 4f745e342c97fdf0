"""A camera that streams by HLS: the list of its short pieces is read again and again, and each piece is fetched once.

FFmpeg would follow a list wherever it leads. Here every address of it is judged as a camera's own is, and only lists
and pieces are asked for.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import av
import httpx
import m3u8

from madang.core.base.interface import BadInput

from .admission import WEB, find_number, split_address

WAIT_S, MOST_BYTES = 5.0, 30_000_000
FIRST = 2
"""Of what a list holds when we come so many of the newest pieces are shown."""
LEAST_WIDTH = 640
SHORTEST_REST_S, LONGEST_REST_S, PATIENCE_S = 0.5, 10.0, 30.0
"""Between one look at the list and the next; and how long nothing new may come."""
ALONE = {"protocol_whitelist": "none", "format_whitelist": "mpegts,mov"}
"""A piece that is a list itself leads nowhere."""
LISTS = 3
"""A list of lists may lead to another, but not for ever."""


class Playlist:
    """The pictures of one address, in their own time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._seen: int | None = None
        self._shown_until = 0.0
        self._client = httpx.Client(trust_env=False, follow_redirects=False, timeout=WAIT_S)

    def frames(self, rest: Callable[[float], Any]) -> Iterator[av.VideoFrame]:
        """Yield pictures until the list says that it is over; `rest(seconds)` waits.

        Raises BadInput where it leads to an address that isn't a camera's or is encrypted, OSError, ValueError or FFmpeg's
        errors where it can't be had or read.
        """
        with self._client:
            came = time.monotonic()
            while True:
                listed = self._read_list()
                numbered = list(enumerate(listed.segments, listed.media_sequence or 0))
                if self._seen is None and not listed.is_endlist:
                    numbered = numbered[-FIRST:]
                for number, piece in numbered:
                    if self._seen is None or number > self._seen:
                        yield from self._show(piece, rest)
                        self._seen, came = number, time.monotonic()
                if listed.is_endlist:
                    return
                if time.monotonic() - came > PATIENCE_S:
                    raise TimeoutError(f"nothing new in the list for {PATIENCE_S:.0f} s")
                rest(min(max(SHORTEST_REST_S, (listed.target_duration or 0) / 2), LONGEST_REST_S))

    def _read_list(self) -> m3u8.M3U8:
        for _ in range(LISTS):
            listed = m3u8.loads(self._fetch(self._url).decode("utf-8", "replace"), uri=self._url)
            if not listed.is_variant:
                if not listed.segments and not listed.target_duration:
                    raise ValueError("no list of pieces")
                return listed
            self._url = _choose(listed).absolute_uri
        raise ValueError("lists of lists without end")

    def _show(self, piece: Any, rest: Callable[[float], Any]) -> Iterator[av.VideoFrame]:
        """Yield a piece's pictures, no sooner than they are due."""
        if piece.key is not None and piece.key.method not in {None, "NONE"}:
            raise BadInput("cctv.hls_key", "암호화된 HLS는 읽지 못합니다", "encrypted HLS can't be read")
        if piece.byterange:
            raise BadInput(
                "cctv.hls_range",
                "한 파일에 담긴 HLS는 읽지 못합니다",
                "HLS in parts of one file can't be read",
            )
        body = self._fetch(piece.absolute_uri)
        if piece.init_section is not None:
            body = self._fetch(piece.init_section.absolute_uri) + body
        begun = max(self._shown_until, time.monotonic())
        first = None
        with av.open(io.BytesIO(body), options=ALONE) as container:
            if not container.streams.video:
                raise ValueError("no picture in it")
            for frame in container.decode(video=0):
                first = frame.time if first is None else first
                due = begun + (frame.time - first if frame.time is not None and first is not None else 0.0)
                rest(min(max(0.0, due - time.monotonic()), LONGEST_REST_S))
                yield frame
        self._shown_until = begun + (piece.duration or 0.0)

    def _fetch(self, url: str) -> bytes:
        parts = split_address(url, WEB)
        host, port = parts.hostname or "", parts.port or WEB[parts.scheme]
        target = httpx.URL(url).copy_with(host=find_number(host, port), port=port)
        try:
            with self._client.stream(
                "GET",
                target,
                headers={"Host": parts.netloc.rpartition("@")[2]},
                extensions={"sni_hostname": host},
            ) as reply:
                _check_status(reply.status_code)
                return _read(reply)
        except httpx.TimeoutException as error:
            raise TimeoutError(str(error)) from error
        except httpx.HTTPError as error:
            raise OSError(str(error)) from error


def _choose(listed: m3u8.M3U8) -> Any:
    """Return the variant with the fewest bits whose picture is wide enough, else the one with the most bits."""
    variants = sorted(listed.playlists, key=lambda one: one.stream_info.bandwidth or 0)
    if not variants:
        raise ValueError("no variant in the list")
    wide = (one for one in variants if (one.stream_info.resolution or (0, 0))[0] >= LEAST_WIDTH)
    return next(wide, variants[-1])


def _check_status(status: int) -> None:
    if status in {401, 403}:
        raise PermissionError(f"HTTP {status}")
    if status in {404, 410}:
        raise FileNotFoundError(f"HTTP {status}")
    if status != 200:
        raise OSError(f"HTTP {status}")


def _read(reply: httpx.Response) -> bytes:
    body = bytearray()
    until = time.monotonic() + LONGEST_REST_S
    for chunk in reply.iter_bytes(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError(f"more than {MOST_BYTES:,} bytes")
        if time.monotonic() > until:
            raise TimeoutError("a piece takes too long")
    return bytes(body)
