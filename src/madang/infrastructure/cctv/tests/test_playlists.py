"""A camera by HLS: every piece is shown once, in order, and no list leads to where no camera is."""

from __future__ import annotations

import threading
from fractions import Fraction
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np
import pytest

from madang.core.base.interface import BadInput
from madang.infrastructure.cctv.gateway.admission import check_source
from madang.infrastructure.cctv.gateway.playlists import FIRST, Playlist
from madang.infrastructure.cctv.gateway.sources import SourceReader
from madang.infrastructure.cctv.tests.rtsp import wait_for

RATE, PIECES = 10, 4
HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n"


@pytest.fixture(autouse=True)
def networks(monkeypatch):
    monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "127.0.0.0/8")


@pytest.fixture
def camera(tmp_path):
    """Yield the folder that a server shows, its address, and what was asked of it."""
    asked = []

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def do_GET(self):
            asked.append(self.path)
            if self.path.startswith("/login") and self.headers["Authorization"] != "Basic YTpi":
                self.send_error(401)
            else:
                super().do_GET()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


def draw(folder, kind="mpegts"):
    """Write PIECES pieces of a second whose pictures grow brighter; return the lines of the list."""
    options = {"hls_time": "1", "hls_list_size": "0", "hls_segment_type": kind}
    with av.open(str(folder / "list.m3u8"), "w", format="hls", options=options) as container:
        stream = container.add_stream("libx264", rate=RATE, options={"g": str(RATE), "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(RATE * PIECES):
            grey = np.full((48, 64, 3), 5 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return (folder / "list.m3u8").read_text().splitlines()


def read(url, most=1000):
    """Return how bright each picture is, of `most` at most."""
    found = []
    for frame in Playlist(url).frames(lambda _: None):
        found.append(float(frame.to_ndarray(format="gray").mean()))
        if len(found) == most:
            break
    return found


@pytest.mark.parametrize("kind", ["mpegts", "fmp4"])
def test_a_list_that_is_over_is_shown_whole_and_every_piece_is_asked_for_once(camera, kind):
    folder, url, asked = camera
    draw(folder, kind)
    bright = read(f"{url}/list.m3u8")
    assert len(bright) == RATE * PIECES
    assert bright == sorted(bright)
    pieces = [one for one in asked if one.endswith((".ts", ".m4s"))]
    assert len(pieces) == len(set(pieces)) == PIECES


def test_a_list_that_grows_is_shown_from_its_newest_pieces_on(camera):
    folder, url, asked = camera
    lines = draw(folder)
    entries = [lines[at : at + 2] for at, line in enumerate(lines) if line.startswith("#EXTINF")]

    def show(first, last, *, ends=""):
        shown = "\n".join("\n".join(entry) for entry in entries[first:last])
        (folder / "live.m3u8").write_text(f"{HEAD}#EXT-X-MEDIA-SEQUENCE:{first}\n{shown}\n{ends}")

    show(0, 3)
    turns = []

    def rest(_seconds):
        if len(asked) == 1 + FIRST and not turns:
            turns.append(1)
            show(2, 4, ends="#EXT-X-ENDLIST\n")

    count = sum(1 for _ in Playlist(f"{url}/live.m3u8").frames(rest))
    assert count == RATE * (FIRST + 1)
    assert [one for one in asked if one.endswith(".ts")] == [f"/{entry[1]}" for entry in entries[1:]]


def test_of_several_widths_the_smallest_that_is_wide_enough_is_taken(camera):
    folder, url, _ = camera
    draw(folder)
    for name in ("narrow", "wide", "huge"):
        (folder / f"{name}.m3u8").write_text((folder / "list.m3u8").read_text())
    (folder / "all.m3u8").write_text(
        "#EXTM3U\n"
        + "".join(
            f"#EXT-X-STREAM-INF:BANDWIDTH={bits},RESOLUTION={size}\n{name}.m3u8\n"
            for name, bits, size in (
                ("huge", 9_000_000, "1920x1080"),
                ("narrow", 100_000, "320x180"),
                ("wide", 900_000, "640x360"),
            )
        )
    )
    playlist = Playlist(f"{url}/all.m3u8")
    next(playlist.frames(lambda _: None))
    assert playlist._url == f"{url}/wide.m3u8"


@pytest.mark.parametrize(
    "piece",
    ["http://10.1.2.3/a.ts", "http://169.254.169.254/latest", "file:///etc/passwd", "data:text/plain,a"],
)
def test_a_list_leads_to_no_address_that_is_not_a_cameras(camera, piece):
    folder, url, _ = camera
    (folder / "list.m3u8").write_text(f"{HEAD}#EXTINF:1,\n{piece}\n#EXT-X-ENDLIST\n")
    with pytest.raises(BadInput):
        read(f"{url}/list.m3u8")


def test_a_piece_that_is_a_list_itself_leads_nowhere(camera):
    folder, url, asked = camera
    (folder / "inner.ts").write_text(f"{HEAD}#EXTINF:1,\n{url}/secret.ts\n#EXT-X-ENDLIST\n")
    (folder / "list.m3u8").write_text(f"{HEAD}#EXTINF:1,\ninner.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises((av.error.FFmpegError, ValueError)):
        read(f"{url}/list.m3u8")
    assert asked == ["/list.m3u8", "/inner.ts"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (f'{HEAD}#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:1,\na.ts\n', BadInput),
        (f"{HEAD}#EXTINF:1,\n#EXT-X-BYTERANGE:9@0\na.ts\n", BadInput),
        ("<html>", ValueError),
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlist.m3u8\n", ValueError),
        (f"{HEAD}#EXTINF:1,\ngone.ts\n", FileNotFoundError),
    ],
)
def test_what_cannot_be_read_is_told(camera, text, error):
    folder, url, _ = camera
    (folder / "list.m3u8").write_text(text)
    with pytest.raises(error):
        read(f"{url}/list.m3u8")


def test_a_login_is_used_and_a_wrong_one_told(camera):
    folder, url, _ = camera
    (folder / "login").mkdir()
    draw(folder / "login")
    with pytest.raises(PermissionError):
        read(f"{url}/login/list.m3u8")
    assert len(read(url.replace("//", "//a:b@") + "/login/list.m3u8", most=12)) == 12


def test_the_watch_takes_the_newest_picture_of_it(camera):
    folder, url, _ = camera
    draw(folder)
    check_source(f"{url}/list.m3u8")
    reader = SourceReader(f"{url}/list.m3u8")
    try:
        assert wait_for(lambda: reader.take(960) is not None, 30)
        wait_for(lambda: reader.trouble, 30)  # it is over
    finally:
        reader.close()
