"""Programs of others walk this issuer over real sockets, accept what it issues, and judge what its holders show."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from madang.citizens.wallet.actions.checks import answer_check, open_check
from madang.citizens.wallet.actions.granting import make_offer
from madang.citizens.wallet.actions.requests import decide_request
from madang.citizens.wallet.demo import PEOPLE
from madang.citizens.wallet.methods import metadata
from madang.citizens.wallet.methods.key_binding import Binding
from madang.citizens.wallet.methods.sd_jwt_json import write_compact
from madang.citizens.wallet.models import RegisterRow
from madang.citizens.wallet.queries.certificates import list_certificates
from madang.citizens.wallet.queries.checks import build_request, get_check
from madang.citizens.wallet.queries.requests import list_requests
from madang.core.base.interface import HOUSE, now
from madang.project.pytest_plugin import miss

from . import people
from .houses import ISSUER, offer_to
from .test_issuing import REDIRECT, answer

pytestmark = pytest.mark.xdist_group("node")
ROOT = Path(__file__).resolve().parents[5]
PROGRAMS = ROOT / "tests" / "node"


@pytest.fixture(scope="session")
def node():
    """The command that runs Node with the pinned programs of others; skip where they can't be had, but for CI."""
    spec = importlib.util.spec_from_file_location("front_build", ROOT / "frontend" / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    installed = PROGRAMS / "node_modules" / ".package-lock.json"
    try:
        npm, environment = build.find_npm()
        if (
            not installed.is_file()
            or installed.stat().st_mtime < (PROGRAMS / "package-lock.json").stat().st_mtime
        ):
            command = [*npm, "ci", "--no-audit", "--no-fund"]
            subprocess.run(
                command, cwd=PROGRAMS, env=environment, check=True, capture_output=True, timeout=300
            )
    except (RuntimeError, subprocess.SubprocessError) as error:
        miss(f"what npm installs in {PROGRAMS} ({error})")
    return environment


@pytest.fixture
def address(web):
    """Put the application behind a socket, as programs of others reach it; return the issuer's URL there."""

    class Bridge(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {
                name: value for name, value in self.headers.items() if name.lower() != "content-length"
            }
            reply = web.request(
                self.command, f"http://{self.headers['Host']}{self.path}", content=body, headers=headers
            )
            self.send_response(reply.status_code)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/wallet"
    server.shutdown()


class Walker:
    """The wallet of `walk.mjs`."""

    def __init__(self, process):
        self.process = process

    def say(self, said):
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        return json.loads(line)


@contextmanager
def walking(environment, offer, request, **asked):
    names = {"audience": request["client_id"], "nonce": request["nonce"], "client_id": "this-machine"}
    link = "openid-credential-offer://?" + urlencode({"credential_offer": json.dumps(offer)})
    process = subprocess.Popen(
        ["node", "walk.mjs"], cwd=PROGRAMS, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        walker = Walker(process)
        walker.say({"offer": link, "copies": 1, **names, **asked})
        yield walker
    finally:
        process.kill()
        process.communicate()


def present(request, presentation):
    answer_check(
        now=now(), check_id=request["state"], state=request["state"], vp_token={"certificate": [presentation]}
    )
    return get_check(request["state"], now())


def asked_at(address, rule="youth_support"):
    return build_request(open_check(actor=HOUSE, now=now(), rule=rule, address=address))


def test_a_wallet_of_others_fetches_and_shows(node, address):
    request = asked_at(address)
    made = make_offer(actor=HOUSE, now=now(), kind="resident_extract", subject="sim-0001", issuer=address)
    offer = metadata.make_offer(address, "resident_extract", made.code)
    shown = {"birth_date": True, "address": {"region_code": True}}
    with walking(node, offer, request, pin=made.pin, copies=3, shown=shown) as walker:
        said = walker.hear()
    assert len(set(said["held"])) == 3
    assert present(request, said["shown"][1]).is_eligible
    assert [write_compact(form) for form in said["json"]] == [said["shown"][0]] * 2
    [held], _ = list_certificates()
    assert (held.copies, held.event) == (3, "credential_accepted")


def test_a_wallet_of_others_signs_its_user_in_and_waits_for_approval(node, address):
    account = get_user_model().objects.create_user(username="lee")
    RegisterRow.objects.filter(subject=PEOPLE[1][0]).update(subject=account.public_id)
    browser = Client(enforce_csrf_checks=True, headers={"host": urlsplit(address).netloc})
    browser.force_login(account)
    request = asked_at(address, "family_parking")
    offer = metadata.make_open_offer(address, "multi_child_card")
    shown = {"children": True, "youngest_birth_date": True}
    with walking(node, offer, request, redirect_uri=REDIRECT, shown=shown) as walker:
        page = walker.hear()["authorize"].removeprefix(address.removesuffix("/wallet"))
        back, said = answer(browser, page, "allow")
        walker.say({"url": f"{back}?{urlencode(said)}"})
        assert walker.hear()["waiting"]
        [waiting], _ = list_requests()
        decide_request(actor=HOUSE, now=now(), request_id=waiting.id, is_approved=True)
        walker.say({})
        said = walker.hear()
    assert present(request, said["shown"][0]).is_eligible


@pytest.fixture
def judged(holder, tmp_path):
    """Let polaris-oid4vp judge a presentation: its exit code is 0 for accepted and 1 for refused."""

    def judge(request, presentation):
        files = {
            "request": request,
            "vp_token": {"certificate": presentation},
            "issuer": holder.discover(ISSUER, "jwt-vc-issuer")["jwks"],
        }
        for name, content in files.items():
            (tmp_path / name).write_text(json.dumps(content))
        done = subprocess.run(
            [
                Path(sys.executable).with_name("polaris-oid4vp"), "verdict", "--request", tmp_path / "request",
                "--vp-token", tmp_path / "vp_token", "--issuer-jwks", tmp_path / "issuer",
            ],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return judge


def test_a_verifier_of_others_gives_the_same_verdict(holder, judged):
    held, request = holder.accept(*offer_to()), asked_at(ISSUER)
    names = {"region_code", "birth_date"}
    code, said = judged(request, holder.present(held, names, request))
    assert code == 0, said
    for change in ({"nonce": "x"}, {"aud": "redirect_uri:https://elsewhere.example"}, {"sd_hash": "x"}):
        assert judged(request, holder.present(held, names, request, **change))[0] == 1


def test_the_reference_implementation_accepts_ours_and_we_accept_theirs():
    theirs = SDJWTVerifier(
        people.presented(("name",), ("nationalities", 0)).text,
        lambda *_: JWK(**people.ISSUER_KEY.as_dict(private=False)),
        people.VERIFIER,
        people.NONCE,
    ).get_verified_payload()
    assert theirs["name"] == "김서울"
    assert theirs["nationalities"] == ["KR"]
    issuer_key, holder_key = (
        JWK(**one.as_dict(private=True)) for one in (people.ISSUER_KEY, people.HOLDER_KEY)
    )
    claims = {
        "iss": people.ISSUER,
        "vct": people.KIND,
        "iat": people.NOW - people.DAY,
        "exp": people.NOW + people.DAY,
        SDObj("name"): "김서울",
        SDObj("address"): {SDObj("district"): "마포구", "city": "서울특별시"},
        "nationalities": [SDObj("KR"), SDObj("US")],
    }
    header = {"typ": people.TYPE, "kid": people.KEY_ID}
    made = SDJWTIssuer(
        claims, issuer_key, holder_key, add_decoy_claims=True, extra_header_parameters=header
    ).sd_jwt_issuance
    wallet = SDJWTHolder(made)
    chosen = {"address": {"district": True}, "nationalities": [True, False]}
    wallet.create_presentation(chosen, people.NONCE, people.VERIFIER, holder_key)
    said = people.verified(
        wallet.sd_jwt_presentation,
        binding=Binding(audience=people.VERIFIER, nonce=people.NONCE, now=int(time.time())),
    )
    assert said.content == {"address": {"city": "서울특별시", "district": "마포구"}, "nationalities": ["KR"]}
    assert said.is_bound
