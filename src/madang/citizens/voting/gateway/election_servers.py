"""The election's server, as a trustee's own machine asks it."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from madang.citizens.voting.records.ceremonies import Ceremony, Step, Task
from madang.core.base.interface import BadInput, Unavailable

QUIET_S = 60
MOST_BYTES = 2**31


class ElectionServer:
    """One election at its address, such as https://city.example/voting/NUMBER/, for the trustee with `code`."""

    def __init__(self, address: str, code: str) -> None:
        house, slash, uuid = address.rstrip("/").rpartition("/voting/")
        if not slash or "/" in uuid or not uuid:
            raise BadInput(
                "voting.address",
                f"투표의 주소가 아닙니다: {address}",
                f"no address of an election, such as https://city.example/voting/NUMBER/: {address}",
            )
        self._archive = f"{house}/voting/{uuid}.bel"
        self._trustees = f"{house}/api/voting/{uuid}/trustees"
        self._code = code

    def get_task(self) -> Task:
        """Return what this trustee has to do now."""
        return self._post("/task", Task, {})

    def send(self, step: Step, message: str) -> Ceremony:
        """Send what this trustee made; BadInput where the server refuses it."""
        return self._post("/messages", Ceremony, {"step": step, "message": message})

    def accuse(self, dealer: int) -> Ceremony:
        """Tell that a trustee dealt a false secret."""
        return self._post("/accusations", Ceremony, {"dealer": dealer})

    def get_archive(self) -> bytes:
        """Return the public archive as it is now."""
        return self._ask("GET", self._archive, None)

    def _post(self, path: str, kind: Any, body: dict[str, Any]) -> Any:
        answer = self._ask("POST", self._trustees + path, {"code": self._code, **body})
        try:
            return msgspec.json.decode(answer, type=kind)
        except msgspec.DecodeError as error:
            raise self._fail(f"this is no answer of an election's server: {error}") from error

    def _ask(self, method: str, url: str, body: object) -> bytes:
        try:
            reply = httpx.request(method, url, json=body, timeout=QUIET_S)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._fail(str(error)) from error
        if reply.is_client_error:
            raise self._refuse(reply)
        if not reply.is_success or len(reply.content) > MOST_BYTES:
            raise self._fail(f"HTTP {reply.status_code}")
        return reply.content

    def _refuse(self, reply: httpx.Response) -> BadInput:
        try:
            said = msgspec.json.decode(reply.content, type=dict[str, Any])
        except msgspec.DecodeError:
            said = {}
        words = str(said.get("message") or f"HTTP {reply.status_code}")
        return BadInput("voting.server", f"서버가 받지 않았습니다: {words}", f"the server refuses: {words}")

    def _fail(self, why: str) -> Unavailable:
        at = self._trustees
        return Unavailable(
            "voting.server", f"서버가 답하지 않습니다 ({at}): {why}", f"no answer from {at}: {why}"
        )
