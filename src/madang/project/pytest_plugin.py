"""Fixtures for every room's and service's tests: a data folder, a broker, a real house, a real browser.

Loaded with `-p madang.project.pytest_plugin`, before Django reads its settings.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

CI = os.environ.get("CI") == "true"
SERVERS_PORTS = (12_000, 32_000)
_HOME = tempfile.mkdtemp(prefix="madang-test-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["LC_ALL"] = "C.UTF-8"
os.environ["MADANG_DATA"] = f"{_HOME}/data"
os.environ.setdefault("MADANG_DEMO", "no")
os.environ.setdefault("MADANG_LOG_LEVEL", "warning")
os.environ.pop("MADANG_BROKER_URL", None)


def miss(what: str) -> None:
    """Skip a test whose real server isn't here; where CI is true, fail instead."""
    if CI:
        pytest.fail(f"{what} is missing, and CI must not skip it")
    pytest.skip(f"{what} is missing")


def find_free_port() -> int:
    """Return a port that nobody listens on, below those that connections going out take meanwhile."""
    while True:
        port = random.randrange(*SERVERS_PORTS)  # noqa: S311 - no secret
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def pytest_configure() -> None:
    """Hash the passwords of test accounts quickly (houses that tests start hash as they always do).

    The browser's synchronous interface leaves an event loop running in this thread, where Django would open a
    second connection, outside the transaction that a test is rolled back with: a thread has one connection here.
    """
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from hypothesis import settings as property_settings  # noqa: PLC0415

    gc.disable()  # until every test is collected: nothing of that is garbage
    property_settings.register_profile("madang", deadline=None)  # how fast it is, benchmarks tell
    property_settings.load_profile("madang")
    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    settings.PASSWORD_HASHERS = [quick, *settings.PASSWORD_HASHERS]
    connections._connections = threading.local()
    if connections["default"].vendor == "postgresql":
        _truncate_only_what_was_filled(type(connections["default"].ops))


LONG_ID = 60


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name long bytes by their parameter: a file packed while tests are collected is another in each worker."""
    return argname if isinstance(val, bytes) and len(val) > LONG_ID else None


def _truncate_only_what_was_filled(operations: Any) -> None:
    """Let what tests with transactions leave be emptied sooner: PostgreSQL makes every truncated table anew."""
    truncate = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        questions = (f"SELECT %s WHERE EXISTS (SELECT FROM {self.quote_name(table)})" for table in tables)
        with self.connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(questions), tables)
            filled = [name for (name,) in cursor.fetchall()]
        return truncate(self, style, filled, **(options | {"allow_cascade": True}))

    operations.sql_flush = sql_flush


def _is_looked_at(item: pytest.Item | None) -> bool:
    """Return whether a test or another one of its file looks at a house with the browser."""
    return item is not None and item.path in _looked_at


def _find_house(item: pytest.Item | None) -> str | None:
    """Return whose shared house a test stands on: "" for everybody's, a folder that has its own, None for none."""
    made = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).get("house")
    return made[-1].baseid if made and made[-1].scope == "session" else None


def _place(item: pytest.Item) -> tuple[int, str]:
    """Return where a test comes: on one house first the services', then the stories, then those that attack it."""
    folder = _find_house(item)
    if folder is None:
        return 0, ""
    is_attack = "target" in getattr(item, "fixturenames", ())
    return 1 + ("flows" in item.path.parts) + 2 * is_attack, folder


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a running house on one worker, one after the other.

    A living city needs a good part of a core: there is one, and the other worker has the tests that need none.
    """
    for item in items:
        if {"browser", "house"} <= set(getattr(item, "fixturenames", ())):
            _looked_at.add(item.path)
        folder = _find_house(item)
        if folder is not None:
            item.add_marker(pytest.mark.xdist_group(folder or "house"))
    items.sort(key=_place)


def pytest_collection_finish() -> None:
    """Look for garbage again, but not in what collecting has left: it stays to the end."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Stop a shared house after the last test that stands on it: a living city needs a good part of a core.

    The browser too: its event loop would stay in this thread, where other tests run loops of their own.
    """
    if _browsers and not _is_looked_at(nextitem):
        playwright, started = _browsers
        started.close()
        playwright.stop()
        _browsers.clear()
    if _kept and _find_house(item) == "" != _find_house(nextitem):
        stop_house(_kept.pop())


@pytest.fixture(scope="session")
def municipal_files() -> Path:
    """Folder of real municipal files, from `MADANG_TEST_DATA`."""
    folder = os.environ.get("MADANG_TEST_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("MADANG_TEST_DATA names no folder of municipal files")
    return Path(folder)


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """Address of a packaged broker of this test session's own."""
    from .broker_server import await_broker, start_broker, write_configuration  # noqa: PLC0415

    port, mqtt_port, monitor_port = find_free_port(), find_free_port(), find_free_port()
    folder = Path(_HOME) / "broker"
    configuration = write_configuration(
        folder, port=port, mqtt_port=mqtt_port, monitor_port=monitor_port, host="127.0.0.1"
    )
    child = start_broker(configuration, folder / "broker.log")
    await_broker(monitor_port)
    os.environ["MADANG_BROKER_URL"] = f"nats://127.0.0.1:{port}"
    yield f"nats://127.0.0.1:{port}"
    child.terminate()
    child.wait(10)


class House(msgspec.Struct):
    """A running `madang up`."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    mqtt_port: int
    open_api_port: int

    def accounts(self) -> dict[str, str]:
        """Return passwords of the demonstration accounts by user name."""
        entries = json.loads((self.data / "demo-accounts.json").read_text("utf-8"))
        if isinstance(entries, dict):
            return {name: e if isinstance(e, str) else e["password"] for name, e in entries.items()}
        return {entry["username"]: entry["password"] for entry in entries}

    def visit(self) -> httpx.Client:
        """Return a client that nobody is signed in with."""
        return httpx.Client(base_url=self.url, follow_redirects=True, timeout=120)

    def sign_in(self, username: str) -> httpx.Client:
        """Return a client signed in as the demonstration account `username`."""
        client = self.visit()
        client.get("/accounts/login/")
        form = {"login": username, "password": self.accounts()[username]}
        headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": f"{self.url}/accounts/login/"}
        client.post("/accounts/login/", data=form, headers=headers).raise_for_status()
        client.headers.update({"X-CSRFToken": client.cookies["csrftoken"], "Referer": self.url})
        return client


def start_house(data: Path, *arguments: str, timeout_s: float = 480) -> House:
    """Start `madang up` on `data` and return it once it says that it is there."""
    port, open_api_port = find_free_port(), find_free_port()
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("MADANG_", "DJANGO_ALLOW"))
    }
    environment |= {"MADANG_DATA": str(data), "MADANG_PORT": str(port), "MADANG_DEMO_HISTORY_HOURS": "2"}
    environment["MADANG_OPEN_API_PORT"] = str(open_api_port)
    if "MADANG_HOUSE_DATABASE_URL" in os.environ:
        environment["MADANG_DATABASE_URL"] = os.environ["MADANG_HOUSE_DATABASE_URL"]
    data.mkdir(parents=True, exist_ok=True)
    log = data / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "madang.project.command_line", "up", *arguments],
            env=environment,
            stdout=output,
            stderr=output,
        )
    deadline = time.monotonic() + timeout_s
    while "Ctrl-C" not in log.read_text("utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(f"madang up didn't come up:\n{log.read_text('utf-8')[-4000:]}")
        time.sleep(0.1)
    state = json.loads((data / "run" / "state.json").read_text("utf-8"))
    return House(f"http://127.0.0.1:{port}", data, process, state["mqtt_port"], open_api_port)


_kept: list[House] = []
"""Everybody's house while it runs."""


def stop_house(house: House) -> None:
    """Stop a house as Ctrl-C does; one that has ended stays so."""
    if house.process.poll() is None:
        house.process.send_signal(signal.SIGINT)
        house.process.wait(60)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """Start a real `madang up` with the demonstration city, on free ports and in its own folder."""
    data = Path(_HOME) / "house"
    data.mkdir()
    (data / "madang.toml").write_text("upload_limit_mb = 30\n")  # what is too large needn't be very large
    _kept.append(start_house(data))
    yield _kept[0]
    while _kept:
        stop_house(_kept.pop())


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


_looked_at: set[Path] = set()
"""Files whose tests look at a house with the browser."""
_browsers: list[Any] = []
"""Playwright and its browser while tests need them."""


@pytest.fixture
def browser() -> object:
    """Return a real headless browser (playwright's sync API), started anew where the test before needed none."""
    if not _browsers:
        _browsers.extend(_start_browser())
    return _browsers[1]


def _start_browser() -> tuple[object, object]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    path = find_chromium()
    if path is None:
        miss("Chromium")
    flags = "--no-sandbox --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync --use-gl=angle --use-angle=swiftshader"
    flags += " --enable-unsafe-swiftshader"
    # Without a graphics card only what asks for WebGL is drawn as if there were one: pages themselves cost less so.
    flags += " --disable-gpu-rasterization --disable-gpu-compositing"
    # Tests use the database as ever in the thread where its event loop runs: see pytest_configure.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    playwright = sync_playwright().start()
    return playwright, playwright.chromium.launch(executable_path=path, args=flags.split())
