"""The mayor's dashboard over HTTP: first byte p50 and p95, and how many questions it asks the database.

A fresh folder holds three indicators of each of 28 services, now and a day ago, and OPEN open incidents of every
severity and age; a signed-in officer asks for the page again and again. Floor in the same run: the help page,
which reads nothing but who asks. Run with `madang bench dashboard [OPEN] [REQUESTS]`.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPEN = int(sys.argv[1]) if len(sys.argv) > 1 else 320
REQUESTS = int(sys.argv[2]) if len(sys.argv) > 2 else 100
SERVICES = 28
PATH = "/wall/briefing/"
folder = Path(tempfile.mkdtemp(prefix="madang-bench-"))
os.environ |= {
    "MADANG_DATA": str(folder / "data"),
    "MADANG_LOG_LEVEL": "error",
    "MADANG_DEMO": "no",
    "DJANGO_SETTINGS_MODULE": "madang.project.settings",
}
(folder / "data").mkdir()
DECLARED = f"""
from madang.project.asgi import application
from madang.core.lake import measuring
from madang.governance.briefing.tests.cities import declare_indicators
declared = declare_indicators({SERVICES})
measuring.list_declared = lambda: declared
"""
(folder / "declared.py").write_text(DECLARED, "utf-8")
sys.path.insert(0, str(folder))

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
from declared import declared  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from madang.core.base.interface import now  # noqa: E402
from madang.core.lake.declarations import list_registers  # noqa: E402
from madang.core.lake.folders import ledger_path  # noqa: E402
from madang.core.lake.ledger import Ledger  # noqa: E402
from madang.core.lake.tests.test_streams import House  # noqa: E402
from madang.core.lake.writing.republishing import republish  # noqa: E402
from madang.core.people.models import Grant  # noqa: E402
from madang.governance.briefing.tests.cities import make_readings, open_incidents  # noqa: E402


def lay_out() -> Client:
    """Fill the folder and return a client signed in as an officer of the whole city."""
    call_command("migrate", verbosity=0)
    open_incidents(now(), each=max(1, OPEN // 16))
    republish(list_registers()["incidents"], Ledger(ledger_path()))
    house = House()
    house.take_in(*make_readings(declared, now()))
    house.roll_up()
    account = get_user_model().objects.create_user("officer", "only for this benchmark")
    Grant.objects.create(account=account, role="officer", service="*", agency_code="*")
    client = Client()
    client.force_login(account)
    return client


def count_queries(client: Client, path: str) -> int:
    """Return how many questions a page asks the database."""
    client.get(path, headers={"host": "127.0.0.1"})
    with CaptureQueriesContext(connection) as asked:
        reply = client.get(path, headers={"host": "127.0.0.1"})
    if reply.status_code != 200:
        raise SystemExit(f"{path} answered {reply.status_code}")
    return len(asked)


def start() -> tuple[subprocess.Popen[bytes], int]:
    """Serve the house with the invented indicators and return the process and its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    serve = f"from madang.core.base.interface import serve_application as s; s('declared:application', port={port})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path[1:]])}
    child = subprocess.Popen([sys.executable, "-c", serve], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return child, port
    raise SystemExit("the server didn't start")


def measure(port: int, cookie: str, path: str) -> tuple[float, float]:
    """Return p50 and p95 milliseconds from asking to the first byte of the page, one request at a time."""
    connected = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for number in range(REQUESTS + 5):
        began = time.perf_counter()
        connected.request("GET", path, headers={"Cookie": f"sessionid={cookie}"})
        reply = connected.getresponse()
        reply.read(1)
        if number >= 5:
            took.append(1000 * (time.perf_counter() - began))
        reply.read()
        if reply.status != 200:
            raise SystemExit(f"{path} answered {reply.status}")
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))


def main() -> None:
    """Print the figures."""
    client = lay_out()
    cookie = client.cookies["sessionid"].value
    pages = (("the dashboard", PATH), ("floor: the help page", "/help/"))
    queries = {path: count_queries(client, path) for _, path in pages}
    server, port = start()
    try:
        print(
            f"{len(declared)} indicators of {SERVICES} services, {OPEN} open incidents, {REQUESTS} requests"
        )
        for what, path in pages:
            middle, high = measure(port, cookie, path)
            print(
                f"{what:<24}{queries[path]:>4} queries   first byte p50 {middle:>7.1f} ms   p95 {high:>7.1f} ms"
            )
    finally:
        server.terminate()
        server.wait(15)


if __name__ == "__main__":
    main()
