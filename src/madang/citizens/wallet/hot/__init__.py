"""What wallets, verifiers and witnesses of others speak."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import Route

from . import issuing, log, programs, verifying

_TAGS = ("wallet",)
ROUTES = [
    Route(
        "GET", "/.well-known/openid-credential-issuer/wallet", issuing.send_issuer, "public",
        Text(ko="발급하는 증명서", en="What is issued (OpenID4VCI)"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/.well-known/oauth-authorization-server/wallet", issuing.send_authorization, "public",
        Text(ko="토큰을 받는 곳", en="Where tokens are had (RFC 8414)"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/.well-known/jwt-vc-issuer/wallet", verifying.send_keys, "public",
        Text(ko="발급자의 공개키", en="The issuer's public keys"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/wallet/kinds/{name}", verifying.send_type, "public",
        Text(ko="증명서 종류의 설명", en="What a kind of certificate says"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/par", issuing.take_request, "public",
        Text(ko="지갑의 요청 맡기기", en="Push a wallet's request (RFC 9126)"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/token", issuing.send_token, "public",
        Text(ko="발급 토큰 받기", en="A token for an offer's code"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/nonce", issuing.send_nonce, "public",
        Text(ko="열쇠 증명에 쓸 nonce", en="A nonce for the proof of a key"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/credential", issuing.send_certificates, "public",
        Text(ko="증명서 받기", en="Certificates for proven keys"), tags=_TAGS, own_tokens=True, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/deferred-credential", issuing.send_deferred, "public",
        Text(ko="승인된 증명서 받기", en="Certificates that were approved since"), tags=_TAGS, own_tokens=True, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/notification", issuing.take_event, "public",
        Text(ko="증명서가 어떻게 되었는지 알리기", en="What became of certificates"), tags=_TAGS, own_tokens=True, cross_origin=True,
    ),
    Route(
        "GET", "/wallet/status/{number:int}", verifying.send_list, "public",
        Text(ko="증명서 상태 목록", en="Status list of certificates"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/checks/{check_id}/response", verifying.take_answer, "public",
        Text(ko="자격 확인에 답하기", en="Answer an eligibility check (OpenID4VP)"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/wallet/log/checkpoint", log.send_checkpoint, "public",
        Text(ko="발급 기록의 서명된 요약", en="The log's signed checkpoint"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/wallet/log/witnessed/{key_id}", log.send_witnessed, "public",
        Text(ko="한 증인이 서명한 마지막 요약", en="The latest checkpoint that one witness signed"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/log/cosignatures", log.take_cosigned, "public",
        Text(ko="증인의 서명 보내기", en="Send a witness's signature"), tags=_TAGS,
    ),
    Route(
        "GET", "/wallet/log/key", log.send_log_key, "public",
        Text(ko="발급 기록의 공개키", en="The log's public key"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/wallet/log/tile/{place:path}", log.send_tile, "public",
        Text(ko="발급 기록의 조각", en="Tiles of the log"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/.well-known/oauth-authorization-server/wallet/mydata", programs.send_provider, "public",
        Text(ko="묶음정보를 받는 방법", en="How programs get bundles (RFC 8414)"), tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/wallet/jwks", programs.send_jwks, "public",
        Text(ko="증명서와 확인증에 서명하는 공개키", en="The public keys of certificates and receipts"),
        tags=_TAGS, cross_origin=True,
    ),
    Route(
        "GET", "/wallet/trust-list", verifying.send_trusted, "public",
        Text(ko="우리가 믿는 발급자의 서명된 목록", en="The signed list of issuers that the city trusts"),
        tags=_TAGS, cross_origin=True,
    ),
    Route(
        "POST", "/wallet/mydata/par", programs.take_request, "public",
        Text(ko="프로그램의 요청 맡기기", en="Push a program's request (RFC 9126)"), tags=_TAGS, own_tokens=True,
    ),
    Route(
        "POST", "/wallet/mydata/token", programs.send_tokens, "public",
        Text(ko="시민이 허락한 토큰 받기", en="Tokens for a citizen's yes"), tags=_TAGS, own_tokens=True,
    ),
    Route(
        "POST", "/wallet/mydata/introspect", programs.send_state, "public",
        Text(ko="토큰이 유효한지 묻기", en="Whether a token holds (RFC 7662)"), tags=_TAGS, own_tokens=True,
    ),
    Route(
        "POST", "/wallet/mydata/revoke", programs.take_revocation, "public",
        Text(ko="토큰 끝내기", en="End a token (RFC 7009)"), tags=_TAGS, own_tokens=True,
    ),
    Route(
        "POST", "/wallet/mydata/bundle", programs.send_bundle, "public",
        Text(ko="묶음정보 가져오기", en="Fetch a bundle under a citizen's consent"), tags=_TAGS, own_tokens=True,
    ),
]  # fmt: skip
