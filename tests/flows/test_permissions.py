"""Who may do what: every route and page tried by everybody, and what is hidden stays hidden by every way in."""

from __future__ import annotations

import re
import secrets
import tomllib
from pathlib import Path

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver

import madang.core
from madang.core.people.interface import get_view_permission

PEOPLE = {
    "anonymous": None,
    "citizen": "citizen",
    "officer": "officer",
    "operator": "operator",
    "auditor": "auditor",
    "data-officer": "data_officer",
    "admin": "admin",
}
# Other systems and their browsers' redirects call these; the login library asks for what they need.
FOR_PROGRAMS = {
    "hand_out",
    *(f"idp:oidc:{name}" for name in ("token", "revoke", "userinfo", "authorization", "logout")),
}
SECRET = "850101-1234567"


def holders():
    """Return who holds each permission, read from the manifests themselves."""
    found = {}
    for pattern in ("core/*/room.toml", "*/*/service.toml"):
        for path in Path(madang.core.__file__).parents[1].glob(pattern):
            found |= tomllib.loads(path.read_text("utf-8")).get("permissions", {})
    return found


def may(who, permission):
    if permission == "public":
        return True
    if permission == "own-token":
        return False
    if permission == "signed-in":
        return who != "anonymous"
    return PEOPLE[who] in holders()[permission]


def visit(target, who):
    """Return a client that doesn't follow redirects, with `who`'s session and token."""
    client = target.clients[who]
    return httpx.Client(base_url=target.url, cookies=client.cookies, headers=client.headers, timeout=60)


def list_operations(target):
    description = target.clients["anonymous"].get("/openapi.json").json()
    for path, methods in description["paths"].items():
        if path == "/live":
            continue
        for method, operation in methods.items():
            needs_own = operation["security"] == [{"own_token": []}]
            permission = "own-token" if needs_own else operation["x-permission"]
            yield method.upper(), fill(path, operation), permission


def fill(path, operation):
    """Return an address of an operation, with something in the place of each part."""
    numbers = {p["name"] for p in operation["parameters"] if p["schema"].get("type") == "integer"}
    return re.sub(r"{(\w+)}", lambda m: "0" if m[1] in numbers else "no-such", path)


def list_cookieless(target):
    """Return the addresses that read no cookie: they have tokens of their own, or programs of any site may call them."""
    description = target.clients["anonymous"].get("/openapi.json").json()
    return {
        fill(path, operation)
        for path, methods in description["paths"].items()
        for operation in methods.values()
        if operation["security"] in ([{"own_token": []}], [{}])
    }


def list_pages(resolver=None, prefix="", namespace=""):
    """Yield (address, view, name) of every page, with something in the place of each part."""
    for one in (resolver or get_resolver()).url_patterns:
        route = prefix + re.sub(
            r"[\^$]|\(\?P<\w+>[^)]*\)+", lambda m: "x" * (len(m[0]) > 1), str(one.pattern)
        )
        if isinstance(one, URLResolver):
            inner = ":".join(part for part in (namespace, one.namespace) if part)
            yield from list_pages(one, route, inner)
        elif isinstance(one, URLPattern):
            address = re.sub(r"<int:\w+>", "999999999", route)
            name = ":".join(part for part in (namespace, one.name or "") if part)
            yield "/" + re.sub(r"<[^>]*>", "no-such", address), one.callback, name


@pytest.mark.parametrize("who", PEOPLE)
def test_every_route_asks_for_the_permission_it_declares(target, who):
    wrong = []
    with visit(target, who) as client:
        for method, address, permission in list_operations(target):
            body = (
                {"content": b"{}", "headers": {"Content-Type": "application/json"}} if method != "GET" else {}
            )
            answer = client.request(method, address, **body)
            is_refused = answer.status_code in {401, 403}
            right = 401 if who == "anonymous" or permission == "own-token" else 403
            if (
                answer.status_code >= 500
                or is_refused == may(who, permission)
                or (is_refused and answer.status_code != right)
            ):
                wrong.append((method, address, permission, answer.status_code))
    assert wrong == []


def test_every_page_of_a_simulated_city_says_so(target):
    silent = []
    with visit(target, "admin") as client:
        for address, _, _ in list_pages():
            page = client.get(address).text
            if 'class="brand"' in page and "badge-simulated" not in page:
                silent.append(address)
    assert silent == []


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_asks_for_the_permission_it_declares(target, who):
    wrong = []
    with visit(target, who) as client:
        for address, view, name in list_pages():
            permission = get_view_permission(view, name)
            answer = client.get(address)
            to_login = answer.status_code == 302 and answer.headers["Location"].startswith(
                "/accounts/login/?next="
            )
            is_refused = to_login if who == "anonymous" else answer.status_code == 403
            if permission is None:
                right = answer.status_code in {403, 404}
            else:
                right = answer.status_code < 500 and is_refused != may(who, permission)
            if not right and name not in FOR_PROGRAMS:
                wrong.append((address, name, permission, answer.status_code))
    assert wrong == []


def test_nothing_changes_without_the_csrf_token(target):
    wrong = []
    with httpx.Client(base_url=target.url, cookies=target.clients["admin"].cookies) as client:
        cookieless = list_cookieless(target)
        for method, address, _ in list_operations(target):
            if method != "GET" and address not in cookieless:
                answer = client.request(method, address, json={})
                if (answer.status_code, answer.json()["code"]) != (403, "people.csrf"):
                    wrong.append((method, address, answer.status_code))
        for address, _, name in list_pages():
            answer = client.post(address, data={"a": "b"})
            if answer.status_code != 403 and name not in FOR_PROGRAMS:
                wrong.append((address, name, answer.status_code))
    assert wrong == []


def test_another_sites_page_cant_use_a_visitors_browser(target):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = httpx.post(f"{target.url}/api/places/locate", json={"lon": [], "lat": []}, headers=headers)
        assert answer.json()["code"] == "request.cross_site"


@pytest.fixture(scope="module")
def draft(target):
    content = "비밀초안열,값,lon,lat\n비밀초안값,1,126.97,37.57\n둘,2,126.99,37.56\n"
    return target.import_file("비밀초안.csv", content.encode())


@pytest.mark.parametrize("who", ["anonymous", "citizen", "officer", "operator", "auditor"])
def test_a_draft_is_invisible_by_every_way_in(target, draft, who):
    client = target.clients[who]
    parts = ("", "/rows", "/aggregate", "/versions", "/quality")
    endings = ("csv", "json", "geojson", "parquet", "xlsx")
    addresses = [f"/api/datasets/{draft}{part}" for part in parts]
    addresses += [f"/datasets/{draft}.{ending}" for ending in endings]
    addresses += [
        f"/datasets/{draft}/?tab={tab}" for tab in ("overview", "table", "quality", "api", "history")
    ]
    addresses += [f"/tiles/datasets/{draft}/10/873/396.mvt"]
    told = [address for address in addresses if client.get(address).status_code != 404]
    assert told == []
    lists = ("/api/datasets?limit=200", "/api/datasets?state=draft", "/datasets/", "/search/?q=비밀초안", "/")
    assert [address for address in lists if draft in client.get(address).text] == []


def test_a_draft_is_invisible_to_sql(target, draft):
    assert (
        "비밀초안값" in target.clients["data-officer"].get("/desk/sql/", params={"q": f"FROM {draft}"}).text
    )
    for sql in (
        f"FROM {draft}",
        f"WITH a AS (FROM {draft}) FROM a",
        f"SELECT * FROM read_parquet('{target.house.data}/lake/**')",
    ):
        answer = target.clients["operator"].get("/desk/sql/", params={"q": sql})
        assert answer.status_code in {400, 404, 422}
        assert "비밀초안값" not in answer.text


@pytest.fixture(scope="module")
def personal(target):
    """Publish a dataset with a column of personal data, marked only after its first version."""
    content = f"주민번호,동네\n{SECRET},종로\n850101-7654321,중구\n".encode()
    name = target.import_file("민원인.csv", content)
    column = target.clients["data-officer"].get(f"/api/datasets/{name}").json()["columns"][0]["name"]
    change = {"columns": [{"name": column, "personal": "주민등록번호"}]}
    target.clients["data-officer"].patch(f"/api/datasets/{name}", json=change).raise_for_status()
    target.clients["data-officer"].post(f"/api/datasets/{name}/publish").raise_for_status()
    assert target.import_file("민원인.csv", content + b"850101-1111111,\n") == name
    return name, column


def ways_to_read(name, column, purpose):
    rows = f"/api/datasets/{name}/rows"
    yield f"{rows}?purpose={purpose}"
    yield f"{rows}?where={column}:starts_with:8&purpose={purpose}"
    yield f"{rows}?sort={column}&purpose={purpose}"
    yield f"{rows}?column={column}&purpose={purpose}"
    yield f"/api/datasets/{name}/aggregate?group={column}&purpose={purpose}"
    yield f"/api/datasets/{name}/aggregate?measure=min:{column}&purpose={purpose}"
    yield from (f"/datasets/{name}.{ending}?purpose={purpose}" for ending in ("csv", "json"))
    yield from (f"/api/datasets/{name}/{part}" for part in ("quality", "versions"))
    yield from (f"/datasets/{name}/?tab={tab}" for tab in ("overview", "table", "quality", "api", "history"))
    yield f"/datasets/{name}/?x={column}"
    yield f"/search/?q={SECRET[:6]}"
    yield f"/desk/sql/?q=FROM {name}"


@pytest.mark.parametrize("who", ["anonymous", "citizen", "operator", "admin"])
def test_personal_columns_are_hidden_by_every_way_in(target, personal, who):
    name, column = personal
    client = target.clients[who]
    ways = list(ways_to_read(name, column, "업무"))
    assert [way for way in ways if SECRET in client.get(way).text] == []
    told = [way for way in ways if f"{column}:starts_with" in way and client.get(way).status_code == 200]
    assert told == [], "a filter on a hidden column would tell what it holds"


def test_personal_columns_are_read_with_a_purpose_and_on_record(target, personal):
    name, _ = personal
    client = target.clients["data-officer"]
    rows = f"/api/datasets/{name}/rows"
    assert SECRET not in client.get(rows).text
    answer = client.get(f"{rows}?purpose=감사-시험")
    assert SECRET in answer.text
    assert "public" not in answer.headers["Cache-Control"], "what one person may see isn't for a shared cache"
    log = target.clients["auditor"].get(f"/desk/audit/?q={name}").text
    assert "lake.read_personal" in log or "감사-시험" in log


def test_an_older_version_comes_back_with_todays_protection(target, personal):
    name, column = personal
    officer, stranger = target.clients["data-officer"], target.clients["anonymous"]
    first = officer.get(f"/api/datasets/{name}/versions").json()[-1]["version"]
    officer.patch(f"/api/datasets/{name}", json={"read_permission": "lake.read_internal"}).raise_for_status()
    officer.post(f"/api/datasets/{name}/restore", json={"version": first}).raise_for_status()
    try:
        assert stranger.get(f"/api/datasets/{name}/rows").status_code == 403
        assert SECRET not in target.clients["operator"].get(f"/api/datasets/{name}/rows").text
    finally:
        officer.patch(f"/api/datasets/{name}", json={"read_permission": "public"})


def test_only_who_may_read_personal_data_takes_its_mark_away(target, personal):
    name, column = personal
    change = {"columns": [{"name": column, "personal": ""}]}
    assert target.clients["admin"].patch(f"/api/datasets/{name}", json=change).status_code == 403
    assert SECRET not in target.clients["admin"].get(f"/api/datasets/{name}/rows").text


def make_account(target, agency_code, role):
    """Return a client signed in as somebody new with one role in one agency."""
    username = f"district-{secrets.token_hex(3)}"
    form = {"username": username, "name": "구청", "agency_code": agency_code, "role": role}
    page = target.clients["admin"].post("/desk/people/accounts/new/", data=form).text
    client = target.house.visit()
    client.get("/accounts/login/")
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": target.url}
    login = {"login": username, "password": re.search(r"<code>([^<]+)</code>", page)[1]}
    client.post("/accounts/login/", data=login, headers=headers)
    client.headers.update({"X-CSRFToken": client.cookies["csrftoken"], "Referer": target.url})
    return client


@pytest.fixture(scope="module")
def neighbour(target):
    """Return somebody who imports for one district only."""
    client = make_account(target, "11680", "data_officer")
    target.clients["neighbour"] = client
    yield client
    del target.clients["neighbour"]


def test_a_district_cant_touch_what_is_the_citys(target, neighbour, draft, personal):
    ended = target.await_import("내것.csv", b"a,b\n1,2\n", "neighbour", table=draft)
    assert ended["state"] == "failed"
    assert neighbour.patch(f"/api/datasets/{draft}", json={"owner_agency": "11680"}).status_code in {403, 404}
    assert neighbour.post(f"/api/datasets/{draft}/publish").status_code in {403, 404}
    assert neighbour.post(f"/api/datasets/{draft}/restore", json={"version": 0}).status_code in {403, 404}
    assert neighbour.get(f"/api/datasets/{draft}/rows").status_code == 404
    assert SECRET not in neighbour.get(f"/api/datasets/{personal[0]}/rows?purpose=x").text
    imports = target.clients["data-officer"].get("/api/imports").json()
    others = next(one["id"] for one in imports if one["table_name"] == draft and one["state"] == "done")
    for method, part in (("GET", ""), ("POST", "/cancel"), ("POST", "/undo")):
        assert neighbour.request(method, f"/api/imports/{others}{part}").status_code == 404
    assert others not in neighbour.get("/api/imports").text


def test_incidents_of_another_agency_are_unknown(target):
    admin, officer = target.clients["admin"], target.clients["officer"]
    finding = {
        "key": "attack:other", "kind": "source_silent", "severity": "minor", "found_at": "2026-11-23T00:00:00Z",
        "reason": {"ko": "남의일", "en": "not yours"}, "agency_code": "11680",
    }  # fmt: skip
    admin.post("/api/incidents/findings", json={"findings": [finding]}).raise_for_status()
    number = admin.get("/api/incidents?text=남의일").json()["incidents"][0]["number"]
    assert officer.get(f"/api/incidents/{number}").status_code == 404
    assert officer.get(f"/api/incidents/{number}/timeline").status_code == 404
    assert officer.get(f"/desk/incidents/{number}/").status_code == 404
    assert "남의일" not in officer.get("/api/incidents?text=남의일").text
    for verb in ("acknowledge", "start", "comment", "close", "assign", "reopen"):
        answer = officer.post(
            f"/api/incidents/{number}/{verb}",
            json={"note": "x", "reason": "x"} if verb == "close" else {"note": "x"},
        )
        assert answer.status_code in {403, 404}, verb
    for change in ({"cleared": True}, {"severity": "extreme"}, {"key": "attack:new"}):
        assert (
            officer.post("/api/incidents/findings", json={"findings": [finding | change]}).status_code == 403
        )
    assert admin.get(f"/api/incidents/{number}").json()["severity"] == "minor"


def test_a_districts_administrator_has_no_way_to_a_wider_account(target):
    """Whose password one may reset, one may become."""
    local = make_account(target, "11680", "admin")
    colleague = {
        "username": f"wide-{secrets.token_hex(3)}",
        "name": "넓은",
        "agency_code": "11680",
        "role": "officer",
    }
    made = target.clients["admin"].post("/desk/people/accounts/new/", data=colleague).text
    here = re.search(r"/desk/people/accounts/[0-9a-f-]{36}/", made)[0]
    assert local.post(f"{here}password/").status_code == 200
    grant = {"role": "data_officer", "service": "*", "agency_code": "*"}
    assert local.post(f"{here}grant/", data=grant).status_code == 422
    assert target.clients["admin"].post(f"{here}grant/", data=grant).status_code == 200
    assert local.post(f"{here}password/").status_code == 422
    assert local.post(f"{here}close/").status_code == 422
    local.close()


def issue_token(client, **asked):
    form = {"name": "시험", "agency_code": "*", "days": "1"} | asked
    page = client.post("/account/tokens/new/", data=form)
    return re.search(r"mdg_[0-9a-f]{8}_[\w-]{43}", page.text)[0]


def test_a_token_does_no_more_than_it_says(target, draft):
    token = issue_token(target.clients["data-officer"], scopes="lake.import")
    with httpx.Client(base_url=target.url, headers={"Authorization": f"Bearer {token}"}) as program:
        assert program.get(f"/api/datasets/{draft}").status_code == 200
        assert program.post(f"/api/datasets/{draft}/publish").status_code == 403
        assert program.get("/api/things").status_code == 403
        assert program.get("/desk/", follow_redirects=False).status_code == 302


def test_nobody_ends_anothers_token_or_consent(target):
    issue_token(target.clients["data-officer"], scopes="lake.import")
    page = target.clients["data-officer"].get("/account/").text
    token_id = re.search(r"/account/tokens/([0-9a-f-]{36})/end/", page)[1]
    for who in ("citizen", "officer", "operator"):
        assert target.clients[who].post(f"/account/tokens/{token_id}/end/").status_code == 404
    assert token_id in target.clients["data-officer"].get("/account/").text
    consent = {
        "purpose": re.search(
            r'<option value="(\w+)"', target.clients["citizen"].get("/account/consents/new/").text
        )[1]
    }
    target.clients["citizen"].post("/account/consents/new/", data=consent | {"days": "10"})
    consent_id = re.search(
        r"/account/consents/([0-9a-f-]{36})/end/", target.clients["citizen"].get("/account/").text
    )[1]
    assert target.clients["operator"].post(f"/account/consents/{consent_id}/end/").status_code in {403, 404}
    assert consent_id in target.clients["citizen"].get("/account/").text


def test_a_dataset_that_comes_again_shows_its_own_rows(target):
    officer = target.clients["data-officer"]
    seen = []
    for value in ("먼저", "나중"):
        record = target.await_import("다시.csv", f"이름\n{value}\n".encode())
        seen.append(officer.get(f"/api/datasets/{record['table_name']}/rows").text)
        officer.post(f"/api/imports/{record['id']}/undo").raise_for_status()
    assert "나중" in seen[1]
    assert "먼저" not in seen[1]
