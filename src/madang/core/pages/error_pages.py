"""Pages for what went wrong: what happened, what was kept, what to do next."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text, new_id

log = logging.getLogger("madang.pages")
SENTENCES = {
    400: Text(
        ko="요청을 이해하지 못했어요. 주소를 확인하거나 앞 화면에서 다시 시도해 주세요.",
        en="We couldn't understand that request. Check the address, or go back and try again.",
    ),
    403: Text(
        ko="이 화면을 볼 권한이 없어요. 필요하다면 소속 기관의 관리자에게 요청해 주세요.",
        en="You don't have permission for this page. If you need it, ask your agency's administrator.",
    ),
    404: Text(
        ko="찾는 화면이 없어요. 주소가 바뀌었거나 공개가 끝났을 수 있어요.",
        en="There is no such page. Its address may have changed, or it is no longer published.",
    ),
    500: Text(
        ko="우리 쪽에서 문제가 생겼어요. 입력한 내용은 저장되지 않았을 수 있으니 잠시 뒤 다시 시도해 주세요.",
        en="Something went wrong on our side. What you entered may not be saved; please try again in a moment.",
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
