"""Hundreds of requests that no honest program sends: each is refused, none hurts the house."""

from __future__ import annotations

import gzip
import io
import random
import socket
import zipfile
from collections.abc import Iterator
from urllib.parse import urlsplit

SEED = 20261123
PAGES = (
    "/",
    "/datasets/",
    "/datasets/districts/",
    "/search/",
    "/places/",
    "/help/",
    "/accounts/login/",
    "/desk/",
)
READS = (
    "/openapi.json",
    "/api/datasets",
    "/api/datasets/districts/rows",
    "/api/datasets/districts/aggregate",
    "/api/places/search",
    "/api/places/locate",
    "/api/places/transform",
    "/datasets/districts.csv",
    "/tiles/districts/10/873/396.mvt",
    "/live",
)
ODD_PATHS = (
    b"/%00",
    b"/datasets/%00/",
    b"/api/datasets/%00",
    b"/api/datasets/a%00b/rows",
    b"/../../etc/passwd",
    b"/static/../../../../etc/passwd",
    b"/static/%2e%2e/%2e%2e/%2e%2e/secret_key",
    b"/static/..%2f..%2f..%2fsecret_key",
    b"/static/%2fetc%2fpasswd",
    b"/static/assets/..%5c..%5csecret_key",
    b"/datasets/..%2f..%2fsecret_key.csv",
    b"/datasets/%2e%2e.csv",
    b"/api/datasets/..%2f..%2fsecret_key/rejected",
    b"/api/imports/..%2f..%2f",
    b"/%ff%fe",
    b"/datasets/%c3%28/",
    b"/api/places/codes/legal/%ed%a0%80",
    b"/api/places/areas/%f0%28%8c%28",
    b"/\xff\xfe",
    b"/%",
    b"/%zz",
    b"//evil.example/",
    b"///",
    b"/;/",
    b"/datasets/;drop/",
    b"/tiles/districts/-1/0/0.mvt",
    b"/tiles/districts/99/0/0.mvt",
    b"/tiles/districts/10/99999999999999999999/0.mvt",
    b"/tiles/datasets/districts/31/4294967296/1.mvt",
    b"/api/things/one/" + b"x" * 3000,
    b"/" + b"a" * 7000,
    b"/" + b"a/" * 3000,
    b"http://evil.example/",
    b"*",
    b"\\",
)
ODD_VALUES = (
    "%00", "%ff", "'", '"', "%27%20OR%201=1--", "-1", "0", "9" * 30, "1e999", "NaN", "-Infinity", "null", "[]", "{}",
    "%F0%9F%A7%A8", "%E2%80%AE", "a" * 5000, "..%2F..%2F", "%0d%0aX-Injected:%20yes", "${7*7}", "{{7*7}}", "%25s%25n", "",
)  # fmt: skip
NAMES = (
    "q", "limit", "offset", "sort", "where", "column", "group", "measure", "purpose", "lon", "lat", "x", "y", "source",
    "target", "topic", "page", "size", "filter", "format", "tab", "kind", "language", "v", "colour_by", "encoding", "bbox",
)  # fmt: skip
BODIES = (
    b"{", b"[" * 100_000, b'{"a":' * 50_000, b"nul", b"NaN", b'{"lon":[NaN],"lat":[Infinity]}', b'{"lon":[1e999],"lat":[1]}',
    b'{"lon":["\\u0000"],"lat":[1]}', b'{"lon":[' + b"9" * 5000 + b'],"lat":[1]}', b"\xff\xfe\x00", b"\xef\xbb\xbf{}",
    b'{"lon":[1],"lat":[1],"lon":[2]}', b'"\\ud800"', b"", b"\0" * 1000, b'{"name":"\\ud800\\udfff"}', b'{"lon":null}',
)  # fmt: skip
WRITES = (
    "/api/places/locate", "/api/places/registered", "/api/things", "/api/things/import", "/api/imports/x/confirm",
    "/api/datasets/districts/withdraw", "/api/datasets/districts/restore", "/api/imports",
)  # fmt: skip
METHODS = ("DELETE", "PUT", "PATCH", "TRACE", "OPTIONS", "CONNECT", "PROPFIND", "get", "QUERY", "A" * 300)
COOKIES = (
    b"sessionid=", b"sessionid=" + b"a" * 32, b"sessionid=../../secret_key", b"sessionid=%00", b"sessionid=\xff\xfe",
    b"sessionid=" + b"9" * 4000, b"=;=;;;", b"csrftoken=x; sessionid=' OR 1=1", b"language=<script>", b"display=\xed\xa0\x80",
    b"messages=W1siX19qc29uX21lc3NhZ2UiXV0:1:x", b"sessionid=\xef\xbc\xa1\xef\xbc\xa2",
)  # fmt: skip
TOKENS = (
    b"Bearer", b"Bearer ", b"Bearer mdg_", b"Bearer mdg_00000000_" + b"a" * 43, b"Bearer \xff\xfe", b"Bearer " + b"x" * 6000,
    b"Basic \xff", b"Basic YWRtaW46", b"Digest username=x", b"bearer null", b"\xe2\x98\xa0",
)  # fmt: skip
HEADERS = (
    (b"If-None-Match", b"\xff\xfe"), (b"If-None-Match", b'"' * 500), (b"If-None-Match", b"*"), (b"If-Modified-Since", b"yesterday"),
    (b"Range", b"bytes=-"), (b"Range", b"bytes=0-0," * 400), (b"Range", b"bytes=99999999999999999999-"), (b"Range", b"lines=1-2"),
    (b"Accept", b"\xff/*;q=x"), (b"Accept-Encoding", b"gzip;q=nan, \xff"), (b"Accept-Language", b"ko;q=" + b"9" * 3000),
    (b"X-Forwarded-For", b"' OR 1=1, ::, 999.1.1.1"), (b"X-Forwarded-Proto", b"\xff"), (b"X-Forwarded-Host", b"evil.example"),
    (b"Origin", b"null"), (b"Origin", b"http://[::1"), (b"Referer", b"http://[/"), (b"HX-Request", b"\xff"),
    (b"HX-Current-URL", b"http://[::1"), (b"HX-Target-URI-AutoEncoded", b"\xff"), (b"Upgrade", b"websocket"), (b"Expect", b"200-maybe"),
    (b"Content-Type", b"multipart/form-data"), (b"Transfer-Encoding", b"gzip"), (b"Sec-Fetch-Site", b"\xff"),
)  # fmt: skip
SMUGGLED = (
    b"POST / HTTP/1.1\r\nHost: {h}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    b"POST /api/places/locate HTTP/1.1\r\nHost: {h}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    b"POST /api/places/locate HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: {h}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"POST / HTTP/1.1\r\nHost: {h}\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: {h}\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: {h}\r\nContent-Length: +5\r\n\r\nabcde",
    b"POST / HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r",
    b"POST / HTTP/1.1\r\nHost: {h}\r\nTransfer-Encoding:\tchunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\n Host: {h}\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {h}\r\nX: a\r\n b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {h}\r\nHost: evil.example\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: {h}\r\n\r\n",
    b"GET  /  HTTP/1.1\r\nHost: {h}\r\n\r\n",
    b"GET /\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\xff\xff",
    b"\0" * 2000,
    b"GET / HTTP/1.1\nHost: {h}\n\n",
    b"GET /\x00 HTTP/1.1\r\nHost: {h}\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {h}\r\nX-\xff: \x00\r\n\r\n",
)


def write(
    method: str, path: bytes, *headers: tuple[bytes, bytes], body: bytes = b"", close: bool = True
) -> bytes:
    """Return one request as it goes over the wire; a Content-Length of the caller's stays."""
    named = {name.lower() for name, _ in headers}
    lines = [method.encode() + b" " + path + b" HTTP/1.1"]
    lines += [] if b"host" in named else [b"Host: {h}"]
    lines += [name + b": " + value for name, value in headers]
    if body and not named & {b"content-length", b"transfer-encoding"}:
        lines.append(b"Content-Length: %d" % len(body))
    lines += [b"Connection: close"] if close else []
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def make_requests(rng: random.Random) -> Iterator[bytes]:
    """Yield every malformed request."""
    yield from (write("GET", path) for path in ODD_PATHS)
    for address in (*PAGES, *READS):
        for value in rng.sample(ODD_VALUES, 8):
            yield write("GET", f"{address}?{rng.choice(NAMES)}={value}".encode())
        yield write("GET", f"{address}?{'&'.join(f'{name}=1' for name in NAMES)}".encode())
    for name in NAMES:
        yield from (write("GET", f"{address}?{name}=%00%ff".encode()) for address in rng.sample(READS, 2))
    for method in METHODS:
        yield from (
            write(method, address.encode()) for address in (*rng.sample(PAGES, 4), *rng.sample(READS, 3))
        )
    json_type = (b"Content-Type", b"application/json")
    for body in BODIES:
        yield from (
            write("POST", address.encode(), json_type, body=body) for address in rng.sample(WRITES, 2)
        )
        yield write("POST", b"/api/places/locate", json_type, body=body)
    for kind in (
        b"text/plain",
        b"application/xml",
        b"\xff",
        b"application/json; charset=utf-16",
        b"",
        b"application/json;" * 50,
    ):
        yield from (
            write("POST", address.encode(), (b"Content-Type", kind), body=b"{}") for address in WRITES[:3]
        )
    for cookie in COOKIES:
        yield from (
            write("GET", path.encode(), (b"Cookie", cookie)) for path in ("/", "/desk/", "/api/datasets")
        )
        yield write("POST", b"/api/things", (b"Cookie", cookie), json_type, body=b"{}")
    for token in TOKENS:
        yield from (
            write("GET", path, (b"Authorization", token))
            for path in (b"/api/datasets", b"/api/imports", b"/desk/")
        )
    for header in HEADERS:
        yield from (
            write("GET", path.encode(), header) for path in (*rng.sample(PAGES, 2), *rng.sample(READS, 2))
        )
    yield from make_forms(rng)
    yield write("GET", b"/", *((b"X-%d" % number, b"x") for number in range(3000)))
    yield write("GET", b"/", (b"X", b"x" * 500_000))
    yield write("GET", b"/", (b"Cookie", b"; ".join(b"a%d=1" % number for number in range(2000))))


def make_forms(rng: random.Random) -> Iterator[bytes]:
    """Yield damaged forms for Django and for the upload."""
    form, multipart = (
        (b"Content-Type", b"application/x-www-form-urlencoded"),
        b"multipart/form-data; boundary=x",
    )
    parts = (
        b"", b"--x", b"--x--", b"--x\r\n\r\n", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
        b'--x\r\nContent-Disposition: form-data; name="\xff\x00"; filename="../../../secret_key"\r\n\r\nx\r\n--x--\r\n',
        b"--x\r\n" + b"X: y\r\n" * 3000 + b"\r\n\r\n--x--", b"--x\r\nContent-Transfer-Encoding: base64\r\n\r\n====\r\n--x--", b"--y--" * 500,
    )  # fmt: skip
    fields = (
        b"login=%00&password=%00",
        b"login=%ff%fe",
        b"login=" + b"a" * 100_000,
        b"&".join([b"a=1"] * 5000),
        b"csrfmiddlewaretoken=%ff",
    )
    for path in (b"/accounts/login/", b"/accounts/signup/", b"/account/name/"):
        yield from (write("POST", path, form, body=body) for body in fields)
        yield from (write("POST", path, (b"Content-Type", multipart), body=body) for body in parts)
    for kind in (
        multipart,
        b"multipart/form-data",
        b"multipart/form-data; boundary=" + b"x" * 300,
        b'multipart/form-data; boundary="\xff"',
    ):
        yield from (
            write("POST", b"/api/imports", (b"Content-Type", kind), body=body)
            for body in rng.sample(parts, 4)
        )


def send(url: str, request: bytes, patience_s: float = 30) -> int | None:
    """Return the status of the answer to raw bytes; None where the house hangs up, or waits for more."""
    host = urlsplit(url).netloc
    with socket.create_connection(tuple(host.split(":")), timeout=patience_s) as connection:
        try:
            connection.sendall(request.replace(b"{h}", host.encode()))
            answer = connection.recv(64)
        except OSError:
            return None
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1") else None


def test_malformed_requests_are_refused_and_the_house_goes_on(target):
    requests = list(make_requests(random.Random(SEED)))
    assert len(requests) >= 500
    before = target.restarts()
    broken = [request[:300] for request in requests if (send(target.url, request) or 0) >= 500]
    broken += [request for request in SMUGGLED if (send(target.url, request, patience_s=1) or 0) >= 500]
    assert broken == []
    assert target.faults() == []
    assert target.clients["anonymous"].get("/").status_code == 200
    assert target.restarts() == before


def test_a_smuggled_request_gets_no_answer_of_its_own(target):
    hidden = b"GET /smuggled-away/ HTTP/1.1\r\nHost: {h}\r\n\r\n"
    chunked = b"0\r\n\r\n" + hidden
    both = write(
        "POST",
        b"/help/",
        (b"Content-Length", b"%d" % len(chunked)),
        (b"Transfer-Encoding", b"chunked"),
        close=False,
    )
    host = urlsplit(target.url).netloc
    with socket.create_connection(tuple(host.split(":")), timeout=3) as connection:
        connection.sendall((both + chunked).replace(b"{h}", host.encode()))
        answers = b""
        try:
            while part := connection.recv(65536):
                answers += part
        except TimeoutError:
            pass
    assert b"HTTP/1.1 404" not in answers
    assert answers.startswith(b"HTTP/1.1 4") or answers == b""


def make_bomb(megabytes: int) -> bytes:
    """Return a small workbook whose sheet is `megabytes` long once unpacked."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book,
        book.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(megabytes):
            sheet.write(b" " * 1_000_000)
    return packed.getvalue()


def make_files(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield files that nothing can be made of."""
    yield "zeros.csv", b"\0" * 100_000
    yield "noise.csv", rng.randbytes(20_000)
    yield "noise.parquet", b"PAR1" + rng.randbytes(5_000) + b"PAR1"
    yield "../../../secret_key", b"\xd0\xcf\x11\xe0" + rng.randbytes(5_000)
    yield "deep.json", b"[" * 200_000
    yield "seven.geojson", b'{"type": "FeatureCollection", "features": 7}'
    yield "cut.xlsx", make_bomb(1)[:500]
    yield "bomb.xlsx", make_bomb(300)
    yield "bomb.csv.gz", gzip.compress(b"a,b\n" + b" " * 100_000_000, compresslevel=1)


def test_malformed_files_end_as_sentences_at_the_upload(target):
    before = target.restarts()
    for name, content in make_files(random.Random(SEED)):
        ended = target.await_import(name, content)
        assert ended["state"] == "failed", name
        assert ended["message"]["ko"], name
        assert "/" not in ended["file_name"], name
    assert target.restarts() == before
    assert not list(target.house.data.parent.glob("secret_key*"))
