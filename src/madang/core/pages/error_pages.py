"""Pages for what went wrong: what happened, what was kept, what to do next."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from madang.core.base.interface import Text, new_id

log = logging.getLogger("madang.pages")
SENTENCES = {
    400: Text(
        ko="요청을 이해하지 못했어요. 주소를 확인하거나 앞 화면에서 다시 시도해 주세요.",
        en="We couldn't understand that request. Check the address, or go back and try again.",
    ),
    403: Text(
        ko="이 화면이 필요하다면 소속 기관의 관리자에게 요청해 주세요.",
        en="If you need this page, ask your agency's administrator.",
    ),
    404: Text(
        ko="주소가 바뀌었거나 공개가 끝났을 수 있어요.",
        en="Its address may have changed, or it is no longer published.",
    ),
    405: Text(
        ko="이 주소는 이렇게 열 수 없어요. 앞 화면으로 돌아가 그곳의 단추를 써 주세요.",
        en="This address can't be opened like this. Go back to the page before it and use its button.",
    ),
    500: Text(
        ko="입력한 내용은 저장되지 않았을 수 있으니 잠시 뒤 다시 시도해 주세요.",
        en="What you entered may not be saved; please try again in a moment.",
    ),
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return render_error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return render_error_page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return render_error_page(request, 404)


def forgery_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 where a form's token is not (or no longer) its sender's, with the way back to the form."""
    sentence = Text(
        ko="이 화면을 연 뒤에 로그인이 바뀌었거나 쿠키가 꺼져 있어서 받지 않았어요. 저장한 것은 없어요. "
        "화면을 다시 열고 보내 주세요.",
        en="Your sign-in changed after this page was opened, or cookies are off, so it wasn't taken. "
        "Nothing was saved. Please open the page again and resend.",
    )
    return render_error_page(request, 403, sentence, code="people.csrf", again=find_way_back(request))


def find_way_back(request: HttpRequest) -> str:
    """Return the address somebody was at: the request's own, or that of the page whose form was sent."""
    came_from = request.headers.get("Referer", "")
    if request.method in {"GET", "HEAD"} or not url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}
    ):
        return request.get_full_path()
    return urlsplit(came_from)._replace(scheme="", netloc="", fragment="").geturl()


def refuse_method(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    """Answer 405 with the methods that are allowed."""
    response = render_error_page(request, 405)
    response.headers["Allow"] = ", ".join(allowed)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with a reference that the log knows."""
    reference = new_id()
    log.error("reference %s for %s", reference, request.path)
    return render_error_page(request, 500, reference=reference)


def render_error_page(
    request: HttpRequest, status: int, sentence: Text | None = None, **context: Any
) -> HttpResponse:
    """Return the page for `status` with its sentence, or with one of the caller's."""
    context |= {"status": status, "sentence": sentence or SENTENCES[status]}
    return render(request, "madang/error.html", context, status=status)
