"""Batches of requests: multipart/mixed (OData 4.0 part 1, chapter 11.7) and JSON (OData JSON 4.01, chapter 19)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from typing import Any

import msgspec

from .wrong import refuse

MOST = 1_000
METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE"}
REFERENCE = re.compile(r"\$([A-Za-z0-9_.~-]{1,100})")
CRLF = "\r\n"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a batch. Those of one `group` are done all or none; `id` is what others call it by."""

    id: str
    method: str
    url: str
    body: Any = None
    group: str = ""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one request."""

    id: str
    status: int
    body: bytes = b""
    location: str = ""
    group: str = ""


def read_json(body: Any) -> list[Asked]:
    """Return the requests of a JSON batch; raise BadInput where it isn't one."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not all(isinstance(one, dict) for one in requests):
        raise _wrong("send an object with a list of requests")
    return _check(
        [
            Asked(
                id=str(one.get("id", "")),
                method=str(one.get("method", "")).upper(),
                url=str(one.get("url", "")),
                body=one.get("body"),
                group=str(one.get("atomicityGroup") or ""),
            )
            for one in requests
        ]
    )


def read_multipart(content_type: str, raw: bytes) -> list[Asked]:
    """Return the requests of a multipart batch; a part that is itself multipart is a change set."""
    message = message_from_bytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + raw, policy=HTTP
    )
    asked: list[Asked] = []
    for place, part in enumerate(_list_parts(message)):
        if part.get_content_maintype() == "multipart":
            inner = _list_parts(part)
            asked += [_read_part(one, f"set{place}", f"{place}.{n}") for n, one in enumerate(inner)]
        else:
            asked.append(_read_part(part, "", str(place)))
    return _check(asked)


def write_json(answers: Sequence[Answered]) -> bytes:
    """Return the answer to a JSON batch."""
    responses = []
    for one in answers:
        response: dict[str, Any] = {"id": one.id, "status": one.status}
        if one.location:
            response["location"] = one.location
        if one.body:
            response["body"] = msgspec.Raw(one.body)
        responses.append(response)
    return msgspec.json.encode({"responses": responses})


def write_multipart(answers: Sequence[Answered], boundary: str) -> bytes:
    """Return the answer to a multipart batch; a change set that failed has one answer."""
    parts: list[bytes] = []
    for group, those in _group(answers):
        if group and len(those) > 1:
            inner = b"".join(_frame(_write_part(one), f"{boundary}-{group}") for one in those)
            head = f"Content-Type: multipart/mixed; boundary={boundary}-{group}{CRLF}{CRLF}"
            parts.append(head.encode() + inner + f"--{boundary}-{group}--{CRLF}".encode())
        else:
            parts += [_write_part(one) for one in those]
    return b"".join(_frame(part, boundary) for part in parts) + f"--{boundary}--{CRLF}".encode()


def put_references(asked: Asked, made: dict[str, tuple[str, Any]]) -> Asked:
    """Return a request with `$id` replaced by what an earlier one made: its path in the address, its id in the body."""
    match = REFERENCE.match(asked.url)
    url = asked.url
    if match and match[1] in made:
        url = made[match[1]][0] + url[match.end() :]
    return msgspec.structs.replace(asked, url=url, body=_put(asked.body, made))


def _put(value: Any, made: dict[str, tuple[str, Any]]) -> Any:
    if isinstance(value, dict):
        return {
            name: made[one[1:]][1]
            if name == "@iot.id" and isinstance(one, str) and one[:1] == "$" and one[1:] in made
            else _put(one, made)
            for name, one in value.items()
        }
    return [_put(one, made) for one in value] if isinstance(value, list) else value


def _read_part(part: Message, group: str, place: str) -> Asked:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise _wrong("a part holds one HTTP request")
    head, _, body = payload.replace(b"\r\n", b"\n").lstrip(b"\n").partition(b"\n\n")
    method, _, rest = head.split(b"\n", 1)[0].decode("utf-8", "replace").partition(" ")
    body = body.strip()
    try:
        decoded = msgspec.json.decode(body) if body else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _wrong(f"the body of part {place} is no JSON") from error
    identity = str(part.get("Content-ID", "") or place)
    return Asked(id=identity, method=method.upper(), url=rest.rpartition(" ")[0], body=decoded, group=group)


def _list_parts(message: Message) -> list[Message]:
    parts = message.get_payload()
    if not message.is_multipart() or not isinstance(parts, list):
        raise _wrong("send multipart/mixed with a boundary, or JSON")
    return [part for part in parts if isinstance(part, Message)]


def _check(asked: list[Asked]) -> list[Asked]:
    if len(asked) > MOST:
        raise _wrong(f"at most {MOST:,} requests are taken at once")
    wrong = next((one for one in asked if one.method not in METHODS or not one.url), None)
    if wrong is not None:
        raise _wrong(f"request {wrong.id[:100]} has no method or no url")
    return asked


def _group(answers: Sequence[Answered]) -> list[tuple[str, list[Answered]]]:
    grouped: list[tuple[str, list[Answered]]] = []
    for one in answers:
        if one.group and grouped and grouped[-1][0] == one.group:
            grouped[-1][1].append(one)
        else:
            grouped.append((one.group, [one]))
    return grouped


def _write_part(one: Answered) -> bytes:
    lines = ["Content-Type: application/http"]
    lines += [f"Content-ID: {one.id}"] if one.id else []
    lines += ["", f"HTTP/1.1 {one.status} -"]
    lines += [f"Location: {one.location}"] if one.location else []
    lines += ["Content-Type: application/json"] if one.body else []
    return CRLF.join([*lines, "", ""]).encode("latin-1", "replace") + one.body


def _frame(part: bytes, boundary: str) -> bytes:
    return f"--{boundary}{CRLF}".encode() + part + CRLF.encode()


def _wrong(en: str) -> Exception:
    return refuse("batch", f"묶음을 읽을 수 없습니다: {en}", en)
