"""The house under attack, with everybody signed in."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from madang.project.pytest_plugin import House


class Target(msgspec.Struct):
    """The attacked house, with one signed-in client for each demonstration account."""

    house: House
    clients: dict[str, httpx.Client]
    logged: int
    """Characters that the web server's log had when the attacks began."""

    @property
    def url(self) -> str:
        """Address of the house."""
        return self.house.url

    def restarts(self) -> int:
        """Return how often a process of the house has been started again."""
        state = msgspec.json.decode((self.house.data / "run" / "state.json").read_bytes())
        return sum(process["restarts"] for process in state["processes"])

    def faults(self) -> list[str]:
        """Return the lines of the web server's log that tell of a fault since the attacks began."""
        return [
            line
            for line in _read_log(self.house)[self.logged :].splitlines()
            if "ERROR madang" in line or "Internal Server Error" in line
        ]

    def import_file(self, name: str, content: bytes, who: str = "data-officer", **asked: str) -> str:
        """Upload a file as `who` and return the name of the dataset that came of it."""
        ended = self.await_import(name, content, who, **asked)
        assert ended["state"] == "done", ended["message"]
        return ended["table_name"]

    def await_import(self, name: str, content: bytes, who: str = "data-officer", **asked: str) -> dict:
        """Upload a file as `who` and return the import's record once it has ended."""
        client = self.clients[who]
        files = {"file": (name, io.BytesIO(content))}
        begun = client.post("/api/imports", params=asked, files=files)
        assert begun.status_code == 200, begun.text
        deadline = time.monotonic() + 60
        while True:
            record = client.get(begun.json()["status"]).json()
            if record["state"] not in {"queued", "reading", "writing"}:
                return record
            assert time.monotonic() < deadline, record
            time.sleep(0.1)


@pytest.fixture(scope="session")
def target(house: House) -> Iterator[Target]:
    """Sign everybody in at the shared house; those that attack it come last, what they leave there hurts nobody."""
    clients = {name: house.sign_in(name) for name in house.accounts()}
    clients["anonymous"] = house.visit()
    yield Target(house, clients, len(_read_log(house)))
    for client in clients.values():
        client.close()


def _read_log(house: House) -> str:
    return (house.data / "logs" / "web.log").read_text("utf-8", "replace")
