"""A real RTSP server for tests: GStreamer's, run by the machine's own Python, which serves a file as a camera does."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

PYTHON = "/usr/bin/python3"
SERVER = """
import sys, time
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[2])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( filesrc location={sys.argv[1]} ! qtdemux ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=1 )")
factory.set_shared(False)
if sys.argv[3]:
    factory.set_protocols(getattr(GstRtsp.RTSPLowerTrans, sys.argv[3]))
def configure(_factory, media):
    media.set_reusable(True)
    def playing(_media, state):
        if state == Gst.State.PLAYING:
            print("playing", time.time(), flush=True)
    media.connect("new-state", playing)
factory.connect("media-configure", configure)
server.get_mount_points().add_factory("/camera", factory)
server.attach(None)
print("serving", flush=True)
GLib.MainLoop().run()
"""


def start_server(video: Path, port: int, transport: str = "") -> tuple[subprocess.Popen[str] | None, str]:
    """Serve a file (H.264 in MP4) from its beginning to whoever asks; return the process and the address.

    The process says "playing" and the time whenever somebody's picture begins; it is None where this machine
    has no such server. `transport` is UDP or TCP where the camera knows nothing else.
    """
    command = [PYTHON, "-c", SERVER, str(video), str(port), transport]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = f"rtsp://127.0.0.1:{port}/camera"
    if child.stdout is None or child.stdout.readline().strip() != "serving":
        child.kill()
        return None, url
    return child, url


def serve(video: Path, port: int, transport: str = "") -> tuple[subprocess.Popen[str], str]:
    """Start the server for a test, which is skipped without it."""
    child, url = start_server(video, port, transport)
    if child is None:
        pytest.skip("GStreamer's RTSP server isn't on this machine (gir1.2-gst-rtsp-server-1.0)")
    return child, url


def wait_for(condition, seconds: float):
    """Return what `condition` answers once it is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"nothing within {seconds} s")
        time.sleep(0.05)
    return answer
