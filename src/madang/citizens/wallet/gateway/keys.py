"""The issuer's keys and the log's, made on first use and kept in the data folder for the owner only.

Each key for certificates is a file `wallet-<key id>.pem`; the id begins with the moment it was made, so that
the last one signs and all of them verify what was signed before.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from joserfc.jwk import ECKey

PREFIX, LOG = "wallet-", "wallet_log"
CURVE = "P-256"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points P-256 has (FIPS 186-4, D.1.2.3)."""


def list_key_ids() -> list[str]:
    """Return the ids of the issuer's keys, oldest first."""
    return sorted(path.stem.removeprefix(PREFIX) for path in _folder().glob(f"{PREFIX}*.pem"))


def get_key(key_id: str) -> ECKey | None:
    """Return an issuer's key with its private part, None where there is none."""
    return _load(_folder() / f"{PREFIX}{key_id}.pem") if key_id in list_key_ids() else None


def get_signing_key(now: datetime) -> tuple[str, ECKey]:
    """Return (id, key) that signs now; the first is made here."""
    key_id = (list_key_ids() or [rotate_key(now)])[-1]
    return key_id, _load(_folder() / f"{PREFIX}{key_id}.pem")


def rotate_key(now: datetime) -> str:
    """Make the key that signs from now on, and return its id."""
    key = ECKey.generate_key(CURVE)
    key_id = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{key.thumbprint()[:8]}"
    _write_once(_folder() / f"{PREFIX}{key_id}.pem", key.as_pem(private=True))
    return key_id


def derive_response_key(nonce: str) -> ECKey:
    """Return the key that the answer to one request is sealed to; who no longer has the nonce can't make it again."""
    told = HKDF(hashes.SHA256(), 48, salt=None, info=b"wallet.response:" + nonce.encode())
    number = int.from_bytes(told.derive(settings.SECRET_KEY.encode())) % (ORDER - 1) + 1
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return ECKey.import_key(ec.derive_private_key(number, ec.SECP256R1()).private_bytes(*form))


def get_log_key() -> Ed25519PrivateKey:
    """Return the key that signs the log's checkpoints; it is made once."""
    path = _folder() / f"{LOG}.pem"
    if not path.exists():
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        _write_once(path, Ed25519PrivateKey.generate().private_bytes(*form))
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)  # noqa: S101
    return key


@lru_cache(maxsize=64)
def _load(path: Path) -> ECKey:
    return ECKey.import_key(path.read_bytes())


def _folder() -> Path:
    return settings.DATA_PATH / "keys"


def _write_once(path: Path, content: bytes) -> None:
    """Write a whole file or none; of two processes that start together, the first one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
