"""`madang bench trust`: certificates issued and verified a second, and a status list of ten million.

A house in a fresh folder is asked over HTTP by wallets that sign their own proofs: each walks from the issuer's
metadata over a token and a nonce to a certificate, which is logged and on the disk when the answer comes. Floors in
the same run: ES256 by `cryptography` alone, commits by SQLite alone, zlib over the same bits.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import os
import random
import secrets
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

MADANG = [sys.executable, "-m", "madang.project.command_line"]
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
KIND, SUBJECT = "resident_extract", "bench"
LIST = 10_000_000
REVOKED = LIST // 100
THREADS = 4
ES256 = ec.ECDSA(hashes.SHA256())


def repeat(act: Callable[[], object], seconds: float = 1.0) -> float:
    """Return how often something is done in a second of one core's time."""
    count, begun = 0, time.process_time()
    while time.process_time() - begun < seconds:
        act()
        count += 1
    return count / (time.process_time() - begun)


def measure_floors(folder: Path) -> tuple[float, float, float]:
    """Return ES256 signatures made and checked a second on one core, and commits of SQLite alone."""
    key, said = ec.generate_private_key(ec.SECP256R1()), b"x" * 800
    signed, public = key.sign(said, ES256), key.public_key()
    with sqlite3.connect(folder / "floor.sqlite", isolation_level=None) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE t (x)")
        begun = time.perf_counter()
        for _ in range(500):
            database.execute("INSERT INTO t VALUES (1)")
        commits = 500 / (time.perf_counter() - begun)
    return repeat(lambda: key.sign(said, ES256)), repeat(lambda: public.verify(signed, said, ES256)), commits


class Wallet:
    """A wallet of `copies` keys on one connection; it knows the standards and no more."""

    def __init__(self, port: int, copies: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.issuer = f"http://127.0.0.1:{port}/wallet"
        self.keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(copies)]
        self.headers = [
            encode({"alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": describe(one)}) for one in self.keys
        ]

    def walk(self, offer: Any) -> int:
        """Fetch the certificates of one offer, and return how many came."""
        said = self.ask("GET", "/.well-known/openid-credential-issuer/wallet")
        form = f"grant_type={GRANT}&pre-authorized_code={offer.code}&tx_code={offer.pin}"
        token = self.ask("POST", "/wallet/token", form, "application/x-www-form-urlencoded")["access_token"]
        nonce = self.ask("POST", said["nonce_endpoint"].removeprefix(self.issuer.removesuffix("/wallet")))[
            "c_nonce"
        ]
        body = {
            "credential_configuration_id": KIND,
            "proofs": {"jwt": [self.prove(at, nonce) for at in range(len(self.keys))]},
        }
        reply = self.ask("POST", "/wallet/credential", json.dumps(body), "application/json", token)
        return len(reply["credentials"])

    def prove(self, at: int, nonce: str) -> str:
        """Return the proof of one of the keys."""
        text = f"{self.headers[at]}.{encode({'aud': self.issuer, 'iat': int(time.time()), 'nonce': nonce})}"
        numbers = utils.decode_dss_signature(self.keys[at].sign(text.encode(), ES256))
        return f"{text}.{write(b''.join(one.to_bytes(32) for one in numbers))}"

    def ask(self, method: str, path: str, body: str = "", kind: str = "", token: str = "") -> Any:
        """Return what the house answers; end where it refuses."""
        headers = {"Content-Type": kind} if kind else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        self.connection.request(method, path, body, headers)
        reply = self.connection.getresponse()
        content = reply.read()
        if reply.status != 200:
            raise SystemExit(f"{path}: {reply.status} {content[:300]!r}")
        return json.loads(content)


def describe(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """Return a public key as JWK."""
    numbers = key.public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": write(numbers.x.to_bytes(32)),
        "y": write(numbers.y.to_bytes(32)),
    }


def encode(value: object) -> str:
    """Return a value as JSON in base64url."""
    return write(json.dumps(value).encode())


def write(data: bytes) -> str:
    """Return bytes in base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def serve() -> Generator[tuple[int, psutil.Process], None, None]:
    """Run the house's web server with one worker, and give its port and process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = os.environ | {"MADANG_PORT": str(port)}
    child = subprocess.Popen([*MADANG, "process", "web"], env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait()


def read_cpu(server: psutil.Process) -> float:
    """Return the seconds of processor that a server and its children have used."""
    times = [process.cpu_times() for process in [server, *server.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def measure_issuing(
    port: int, server: psutil.Process, flows: int, copies: int
) -> tuple[float, float, float, float]:
    """Return flows and certificates, each a second and a second of the server's processor."""
    from madang.citizens.wallet.actions.granting import make_offer  # noqa: PLC0415
    from madang.core.base.interface import HOUSE, now  # noqa: PLC0415

    issuer = f"http://127.0.0.1:{port}/wallet"
    offers = [
        make_offer(actor=HOUSE, now=now(), kind=KIND, subject=SUBJECT, issuer=issuer) for _ in range(flows)
    ]
    wallets = [Wallet(port, copies) for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as devices:
        begun, worked = time.perf_counter(), read_cpu(server)
        turns = [devices.submit(walk_all, one, offers[at::THREADS]) for at, one in enumerate(wallets)]
        made = sum(one.result() for one in turns)
        seconds, work = time.perf_counter() - begun, read_cpu(server) - worked
    return flows / seconds, flows / work, made / seconds, made / work


def walk_all(wallet: Wallet, offers: list[Any]) -> int:
    """Fetch the certificates of every offer."""
    return sum(wallet.walk(one) for one in offers)


def measure_verifying() -> float:
    """Return presentations judged a second on one core: signatures, holder's proof, times, query and rule."""
    from joserfc.jwk import ECKey  # noqa: PLC0415

    from madang.citizens.wallet.methods.credential import (  # noqa: PLC0415
        Demand,
        Draft,
        issue_credential,
        verify_credential,
    )
    from madang.citizens.wallet.methods.dcql import Held, check_answer  # noqa: PLC0415
    from madang.citizens.wallet.methods.eligibility import decide  # noqa: PLC0415
    from madang.citizens.wallet.methods.key_binding import Binding, Proof  # noqa: PLC0415
    from madang.citizens.wallet.methods.queries import read_query  # noqa: PLC0415
    from madang.citizens.wallet.methods.requests import QUERY_ID, make_query  # noqa: PLC0415
    from madang.citizens.wallet.methods.rules import list_claims  # noqa: PLC0415
    from madang.citizens.wallet.methods.sd_jwt import present  # noqa: PLC0415
    from madang.citizens.wallet.queries.kinds import get_kind, read_condition  # noqa: PLC0415
    from madang.core.base.interface import now, to_city_time  # noqa: PLC0415

    at, day = int(time.time()), to_city_time(now()).date()
    issuer, kind = "https://city.example/wallet", "https://city.example/wallet/kinds/resident_extract"
    key, holder = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    rule = read_condition("youth_support")
    paths = tuple(list_claims(rule.condition))
    query = read_query(make_query([kind], paths))
    draft = Draft(
        issuer=issuer,
        kind=kind,
        content=CONTENT,
        hidden=tuple(one.path for one in get_kind(KIND).claims),
        issued_at=at,
        valid_until=at + 9999,
        holder_key=holder.as_dict(private=False),
    )
    held = issue_credential(draft, key, {"kid": "1"}, decoys=2)
    shown = [
        (nonce, present(held, paths, Proof(key=holder, audience="x", nonce=nonce, issued_at=at)).text)
        for nonce in (secrets.token_urlsafe(16) for _ in range(200))
    ]
    turn = iter(range(10**9))

    def judge() -> None:
        nonce, text = shown[next(turn) % len(shown)]
        demand = Demand(
            find_key=lambda *_: key,
            now=at,
            kinds=frozenset({kind}),
            binding=Binding(audience="x", nonce=nonce, now=at),
        )
        said = verify_credential(text, demand)
        one = Held(
            id=QUERY_ID, kind=said.kind, claims=said.claims, can_be_bound=said.is_bound, shown=said.shown
        )
        check_answer(query, {QUERY_ID: [one]})
        assert decide(rule, said.content, day).is_eligible

    return repeat(judge, 3)


def measure_list(bits: int) -> tuple[float, int, float, int]:
    """Return (seconds to build and deflate a list, its bytes, seconds of zlib alone, its bytes)."""
    from madang.citizens.wallet.methods.status_list import Status, StatusList  # noqa: PLC0415

    revoked = dict.fromkeys(random.Random(20261129).sample(range(LIST), REVOKED), Status.INVALID)
    begun = time.perf_counter()
    made = StatusList.make(LIST, bits, revoked)
    deflated = made.deflate()
    seconds = time.perf_counter() - begun
    packed = bytes(made.packed)
    begun = time.perf_counter()
    alone = zlib.compress(packed, 6)
    return seconds, len(deflated) * 3 // 4, time.perf_counter() - begun, len(alone)


CONTENT = {
    "name": "김가상",
    "birth_date": "2004-02-29",
    "address": {"region_code": "11", "district": "마포구", "street": "마포구 모의로 1"},
}


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="madang bench trust")
    parser.add_argument("--flows", type=int, default=1000)
    flows = parser.parse_args().flows
    with tempfile.TemporaryDirectory() as folder:
        signs, checks, commits = measure_floors(Path(folder))
        print(
            f"floor: ES256 by cryptography                {signs:8,.0f} made/CPU-s {checks:8,.0f} checked/CPU-s"
        )
        print(f"floor: SQLite, one row a commit             {commits:8,.0f} commits/s")
        os.environ |= {
            "MADANG_DATA": f"{folder}/data", "MADANG_LOG_LEVEL": "error", "MADANG_DEMO": "no",
            "DJANGO_SETTINGS_MODULE": "madang.project.settings",
        }  # fmt: skip
        import django  # noqa: PLC0415

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        from madang.citizens.wallet.actions.registers import save_entry  # noqa: PLC0415
        from madang.core.base.interface import HOUSE, now  # noqa: PLC0415

        call_command("migrate", verbosity=0, interactive=False)
        save_entry(actor=HOUSE, now=now(), kind=KIND, subject=SUBJECT, content=CONTENT, source="bench")
        with serve() as (port, server):
            measure_issuing(port, server, THREADS, 1)
            rate, by_work, _, _ = measure_issuing(port, server, flows, 1)
            print("OpenID4VCI over HTTP: metadata, token, nonce, certificate")
            print(
                f"  {THREADS} wallets at once                        {rate:8,.0f} flows/s {by_work:8,.0f} flows/CPU-s"
            )
            for copies in (8, 32):
                _, _, rate, by_work = measure_issuing(port, server, max(THREADS, flows // copies), copies)
                print(
                    f"  {copies:2} certificates at once                 {rate:8,.0f} made/s  {by_work:8,.0f} made/CPU-s"
                )
    print(f"verifying                                   {measure_verifying():8,.0f} presentations/CPU-s")
    print(f"  floor: two ES256 signatures checked       {checks / 2:8,.0f} pairs/CPU-s")
    for bits in (1, 2):
        seconds, size, alone_s, alone = measure_list(bits)
        print(
            f"status list of {LIST:,}, {REVOKED:,} revoked, {bits} bit: {seconds:.2f} s, {size / 1000:.1f} KB"
        )
        print(f"  floor: zlib alone at level 6              {alone_s:.2f} s, {alone / 1000:.1f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
