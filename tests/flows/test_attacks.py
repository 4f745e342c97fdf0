"""What an attacker tries with a browser, a file or a name: scripts, formulas, redirects, sessions, bombs, secrets."""

from __future__ import annotations

import io
import re
import zipfile

import httpx
import pytest
from openpyxl import Workbook, load_workbook

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
FORMULA = "=HYPERLINK(1)"
OUTSIDE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "javascript:alert(1)",
    "http:///evil.example/",
    "\x08//evil.example",
)


@pytest.fixture(scope="module")
def hostile(target):
    """Put scripts wherever people may write, and return the pages that show them."""
    officer, admin = target.clients["data-officer"], target.clients["admin"]
    content = f'{SCRIPT},"{IMAGE.replace(chr(34), chr(34) * 2)}",lon,lat\n{SCRIPT},{FORMULA},126.97,37.57\nb,-1+1,126.99,37.56\n'
    name = target.import_file(f"공격 {SCRIPT.replace('/', '')}.csv", content.encode())
    words = {
        "title": {"ko": SCRIPT + IMAGE, "en": SCRIPT + IMAGE}, "description": {"ko": SCRIPT, "en": IMAGE},
        "licence": SCRIPT, "source": IMAGE, "category": SCRIPT, "keywords": [SCRIPT],
    }  # fmt: skip
    officer.patch(f"/api/datasets/{name}", json=words).raise_for_status()
    officer.post(f"/api/datasets/{name}/publish").raise_for_status()
    thing = {
        "kind": "air_sensor", "name": SCRIPT + IMAGE, "agency_code": "11110", "lon": 126.97, "lat": 37.57,
        "address": IMAGE, "maker": FORMULA, "attributes": {SCRIPT: IMAGE},
    }  # fmt: skip
    admin.post("/api/things", json={"id": "ATTACK-1", "values": thing, "why": SCRIPT})
    finding = {
        "key": "attack:script", "kind": "source_silent", "severity": "minor", "found_at": "2026-11-23T00:00:00Z",
        "reason": {"ko": SCRIPT + IMAGE, "en": SCRIPT}, "evidence": {SCRIPT: IMAGE}, "thing_id": "ATTACK-1",
    }  # fmt: skip
    admin.post("/api/incidents/findings", json={"findings": [finding]}).raise_for_status()
    number = admin.get("/api/incidents?sort=-number&limit=1").json()["incidents"][0]["number"]
    admin.post(f"/api/incidents/{number}/comment", json={"note": SCRIPT + IMAGE}).raise_for_status()
    admin.post("/account/name/", data={"name": SCRIPT + IMAGE}).raise_for_status()
    pages = [f"/datasets/{name}/?tab={tab}" for tab in ("overview", "table", "quality", "api", "history")]
    pages += [
        f"/datasets/{name}/?tab=table&where={SCRIPT}:eq:{SCRIPT}",
        f"/datasets/{name}/?x={SCRIPT}",
        f"/desk/data/{name}/edit/",
    ]
    pages += [
        "/",
        "/datasets/",
        f"/datasets/?q={SCRIPT}",
        "/desk/data/",
        "/desk/data/all/",
        "/desk/",
        "/account/",
    ]
    pages += [
        f"/search/?q={SCRIPT}",
        f"/search/?q={IMAGE}",
        "/desk/things/?q=ATTACK",
        "/desk/things/ATTACK-1/",
        "/desk/things/ATTACK-1/change/",
    ]
    pages += [
        "/desk/incidents/",
        f"/desk/incidents/{number}/",
        "/wall/incidents/",
        "/desk/people/accounts/",
        f"/desk/sql/?q=FROM {name}",
    ]
    pages += [
        f"/places/?q={SCRIPT}",
        f"/accounts/login/?next=/{SCRIPT}",
        f"/no-such-page/{SCRIPT}",
        f"/desk/audit/?q={SCRIPT}",
    ]
    yield name, pages
    admin.post("/account/name/", data={"name": "관리자"})


def test_what_people_write_is_never_markup(target, hostile):
    wrong = []
    for page in hostile[1]:
        for who in ("admin", "data-officer", "anonymous"):
            answer = target.clients[who].get(page)
            if "<script>alert" in answer.text or "<img src=x" in answer.text or answer.status_code >= 500:
                wrong.append((who, page, answer.status_code))
            policy = answer.headers["Content-Security-Policy"]
            if "unsafe" in policy or "script-src 'self'" not in policy:
                wrong.append((who, page, policy))
    assert wrong == []


def test_no_answer_lets_a_browser_guess_what_it_is(target, hostile):
    addresses = (
        "/",
        "/openapi.json",
        "/api/datasets",
        "/no-such-page/",
        f"/datasets/{hostile[0]}.csv",
        f"/api/datasets/{SCRIPT}",
    )
    answers = {address: target.clients["anonymous"].get(address) for address in addresses}
    assert [
        address
        for address, answer in answers.items()
        if answer.headers.get("X-Content-Type-Options") != "nosniff"
    ] == []


def test_lists_for_spreadsheets_disarm_formulas_and_open_data_stays_as_it_is(target, hostile):
    """A list is for people and their spreadsheet; a dataset's CSV is the data itself, for programs too."""
    admin = target.clients["admin"]
    listed = admin.get("/desk/things/?q=ATTACK&columns=id,name,maker&format=csv").text
    assert not re.search(r"(^|,)\"?[=+@]", listed, re.MULTILINE)
    data = admin.get(f"/datasets/{hostile[0]}.csv").text
    assert f',"{FORMULA}",' in data
    sheet = load_workbook(io.BytesIO(admin.get(f"/datasets/{hostile[0]}.xlsx").content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr", "b", "d"}


def sign_in(target, who, password, **more):
    """Try to sign in as somebody new would, and return the client and the answer."""
    client = target.house.visit()
    client.follow_redirects = False
    client.cookies.update(more.pop("cookies", {}))
    client.get("/accounts/login/")
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": target.url}
    return client, client.post(
        "/accounts/login/", data={"login": who, "password": password} | more, headers=headers
    )


@pytest.mark.parametrize("address", OUTSIDE)
def test_nobody_is_led_out_of_the_house(target, address):
    client = target.clients["anonymous"]
    answer = client.get("/display/", params={"mode": "dark", "next": address}, follow_redirects=False)
    assert answer.headers["Location"] == "/"
    _, answer = sign_in(target, "citizen", target.house.accounts()["citizen"], next=address)
    assert answer.status_code == 302
    assert re.match(r"/(?![/\\])", answer.headers["Location"])


def test_a_session_begins_anew_at_login_and_ends_at_logout(target):
    planted = "a" * 32
    client, answer = sign_in(
        target, "citizen", target.house.accounts()["citizen"], cookies={"sessionid": planted}
    )
    assert answer.status_code == 302
    own = next(
        cookie.value
        for cookie in client.cookies.jar
        if cookie.name == "sessionid" and cookie.value != planted
    )
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie

    def is_in(session):
        return httpx.get(f"{target.url}/account/", cookies={"sessionid": session}).status_code == 200

    assert is_in(own)
    assert not is_in(planted)
    headers = {
        "X-CSRFToken": client.cookies["csrftoken"],
        "Referer": target.url,
        "Cookie": f"sessionid={own}; csrftoken={client.cookies['csrftoken']}",
    }
    httpx.post(f"{target.url}/accounts/logout/", headers=headers)
    assert not is_in(own)


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(target):
    def say(who):
        _, answer = sign_in(target, who, "wrong-password-1")
        return answer.status_code, re.sub(r'value="[^"]*"|csrf[^>]*>', "", answer.text).replace(who, "")

    assert say("auditor") == say("nobody-here")


def test_a_forged_host_is_refused_and_a_forged_forward_is_ignored(target):
    assert httpx.get(f"{target.url}/", headers={"Host": "evil.example"}).status_code == 400
    answer = httpx.get(
        f"{target.url}/datasets/districts/?tab=api", headers={"X-Forwarded-Host": "evil.example"}
    )
    assert answer.status_code == 200
    assert "evil.example" not in answer.text


def test_more_than_the_limit_is_refused_wherever_it_is_sent(target):
    megabytes = b"a" * 31_000_000
    files = {"file": ("large.csv", megabytes)}
    for who, address in (
        ("data-officer", "/api/imports"),
        ("admin", "/desk/things/import/"),
        ("anonymous", "/accounts/login/"),
    ):
        assert target.clients[who].post(address, files=files).status_code == 413, address


def make_bomb(rows):
    """Return a small workbook whose one sheet unfolds to 230 bytes a row."""
    whole, packed = io.BytesIO(), io.BytesIO()
    Workbook().save(whole)
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * 200 + b"</t></is></c></row>"
    with (
        zipfile.ZipFile(whole) as parts,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book,
    ):
        for part in parts.namelist():
            if "sheet1" not in part:
                book.writestr(part, parts.read(part))
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            for _ in range(rows // 1000):
                sheet.write(row * 1000)
            sheet.write(b"</sheetData></worksheet>")
    return packed.getvalue()


def test_a_workbook_that_unfolds_to_hundreds_of_megabytes_is_refused(target):
    answer = target.clients["admin"].post(
        "/desk/things/import/", files={"file": ("bomb.xlsx", make_bomb(1_500_000))}
    )
    assert answer.status_code == 422
    assert target.clients["anonymous"].get("/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/",
        "http://10.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "ftp://a.example/",
        "file:///etc/passwd",
    ],
)
def test_hand_overs_dont_reach_into_private_networks(target, address):
    form = {
        "name": "x",
        "channel": "webhook",
        "address": address,
        "min_severity": "minor",
        "max_attempts": "1",
    }
    answer = target.clients["admin"].post("/desk/incidents/targets/new/", data=form, follow_redirects=False)
    assert answer.status_code == 422


def test_no_secret_stands_in_a_log_or_the_registers(target):
    page = target.clients["data-officer"].post(
        "/account/tokens/new/",
        data={"name": "기록", "scopes": "lake.import", "agency_code": "*", "days": "1"},
    )
    token = re.search(r"mdg_[0-9a-f]{8}_[\w-]{43}", page.text)[0]
    httpx.get(f"{target.url}/api/datasets", headers={"Authorization": f"Bearer {token}"})
    secrets = [token[13:], *target.house.accounts().values()]
    sessions = [
        client.cookies["sessionid"] for client in target.clients.values() if "sessionid" in client.cookies
    ]
    told = []
    for path in [
        *target.house.data.glob("logs/*"),
        *target.house.data.glob("up.log*"),
        *target.house.data.glob("registers.sqlite*"),
    ]:
        text = path.read_bytes()
        hidden = (
            secrets + sessions
            if path.parent.name == "logs"
            else secrets
            if "sqlite" in path.name
            else [token[13:]]
        )
        told += [(path.name, secret[:4]) for secret in hidden if secret.encode() in text]
    assert told == []
