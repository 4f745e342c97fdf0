"""Answers that only the verifier can read: JSON Web Encryption (RFC 7516) by ECDH-ES on P-256 and AES-GCM.

Source: OpenID4VP 1.0, section 8.3 (`direct_post.jwt`).
"""

from __future__ import annotations

from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from .messages import read_object
from .refusals import Part, Reason, Refused

ALGORITHM = "ECDH-ES"
CIPHERS = ("A256GCM", "A128GCM")


def describe_sealing(key: ECKey) -> dict[str, Any]:
    """Return what a request's client metadata say of how its answer is sealed."""
    public = {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "enc", "alg": ALGORITHM}
    return {"jwks": {"keys": [public]}, "encrypted_response_enc_values_supported": list(CIPHERS)}


def open_sealed(text: str, key: ECKey) -> dict[str, Any]:
    """Return what a sealed answer says; raise Refused (answer: malformed) where it isn't one for this key."""
    try:
        opened = jwe.decrypt_compact(text, key, algorithms=[ALGORITHM, *CIPHERS])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Refused(Part.ANSWER, Reason.MALFORMED, f"can't be opened: {error}") from error
    return read_object(opened.plaintext or b"", Part.ANSWER)
