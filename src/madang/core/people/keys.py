"""Secret keys of an installation, made on first use and kept in its data folder for the owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.conf import settings

PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
RSA_BITS = 3072


def get_audit_key() -> ed25519.Ed25519PrivateKey:
    """Return the key that signs checkpoints of the audit log."""
    key = serialization.load_pem_private_key(
        _read_or_make("audit", ed25519.Ed25519PrivateKey.generate), password=None
    )
    assert isinstance(key, ed25519.Ed25519PrivateKey)  # noqa: S101
    return key


def get_login_key_pem() -> str:
    """Return the PEM of the RSA key that signs logins for other systems (OpenID Connect, RS256)."""
    return _read_or_make("login", lambda: rsa.generate_private_key(65537, RSA_BITS)).decode("ascii")


def _read_or_make(name: str, make: Callable[[], PrivateKey]) -> bytes:
    path = settings.DATA_PATH / "keys" / f"{name}.pem"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write_once(path, _to_pem(make()))
    return path.read_bytes()


def _write_once(path: Path, content: bytes) -> None:
    """Write a whole file or none; of two processes that start together, the first one's key stays."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # 0600
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


def _to_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
