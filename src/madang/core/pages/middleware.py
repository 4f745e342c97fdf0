"""The language a page is in, and what its browser may load."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from madang.core.base.interface import LANGUAGES, Text

from .error_pages import render_error_page

BODY_LIMIT_MB = 100
GetResponse = Callable[[HttpRequest], HttpResponse]
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "style-src 'self'",
        "script-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)


class LanguageMiddleware:
    """Sets `request.language`: `?language=`, then the cookie, else Korean."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` in its language."""
        asked = request.GET.get("language", "")
        language = asked or request.COOKIES.get("language", "")
        request.language = language if language in LANGUAGES else LANGUAGES[0]
        with translation.override(request.language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.language)
        if asked in LANGUAGES:
            response.set_cookie("language", asked, max_age=365 * 86400, samesite="Lax")
        return response


class BodyLimitMiddleware:
    """Refuses what is too large before a byte of it is read; large files go to the API, which streams."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, by 413 where its body is too large."""
        limit_mb = min(BODY_LIMIT_MB, settings.MADANG.upload_limit_mb)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > limit_mb * 1_000_000:
            sentence = Text(
                ko=f"한 번에 {limit_mb} MB까지 보낼 수 있어요. 나누어 보내 주세요.",
                en=f"At most {limit_mb} MB can be sent at once. Please send it in parts.",
            )
            return render_error_page(request, 413, sentence)
        return self.get_response(request)


class ContentSecurityMiddleware:
    """Lets a page load only what the house itself serves, and no inline script."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` with the policy."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), payment=()")
        return response
