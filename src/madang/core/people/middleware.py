"""Sets `request.actor` and refuses every Django view that doesn't declare its permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from madang.core.base.interface import ANONYMOUS, now
from madang.core.pages.interface import find_way_back

from .authentication import actor_of, lacks_second_factor

# Views of the login library, which carry no declaration of their own.
URL_PERMISSIONS: dict[str, str] = {
    "account_login": "public",
    "account_logout": "public",
    "account_inactive": "public",
    "account_signup": "public",
    "account_reauthenticate": "signed-in",
    "account_change_password": "signed-in",
    "account_set_password": "signed-in",
    "mfa_index": "signed-in",
    "mfa_authenticate": "public",
    "mfa_reauthenticate": "signed-in",
    "mfa_view_recovery_codes": "signed-in",
    "mfa_generate_recovery_codes": "signed-in",
    "mfa_download_recovery_codes": "signed-in",
    "mfa_activate_totp": "signed-in",
    "mfa_deactivate_totp": "signed-in",
    "mfa_list_webauthn": "signed-in",
    "mfa_add_webauthn": "signed-in",
    "mfa_reauthenticate_webauthn": "signed-in",
    "mfa_remove_webauthn": "signed-in",
    "mfa_edit_webauthn": "signed-in",
    "mfa_login_webauthn": "public",
    "socialaccount_login_cancelled": "public",
    "socialaccount_login_error": "public",
    "socialaccount_signup": "public",
    "socialaccount_connections": "signed-in",
    "openid_connect_login": "public",
    "openid_connect_callback": "public",
    "idp:oidc:configuration": "public",
    "idp:oidc:jwks": "public",
    "idp:oidc:authorization": "public",
    "idp:oidc:logout": "public",
    "idp:oidc:token": "public",
    "idp:oidc:revoke": "public",
    "idp:oidc:userinfo": "public",
}
# Their forms end at another system, which the policy of every other page forbids.
LEADS_OUTSIDE = frozenset({"idp:oidc:authorization", "idp:oidc:logout", "openid_connect_login"})
WALL = "/wall/"
RENEWED_AFTER_S = 3600
OUTSIDE = "form-action 'self' https: http://localhost:* http://127.0.0.1:*"


class ActorMiddleware:
    """Asks who acts before a view runs, and whether the view's permission is held."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` with its actor set."""
        request.actor = actor_of(request.user) if request.user.is_authenticated else ANONYMOUS
        if request.path.startswith(WALL) and request.actor.kind != "anonymous":
            _stay_signed_in(request)
        response = self.get_response(request)
        match = request.resolver_match
        if match and (match.view_name in LEADS_OUTSIDE or getattr(match.func, "leads_outside", False)):
            policy = response.headers.get("Content-Security-Policy", "")
            response.headers["Content-Security-Policy"] = policy.replace("form-action 'self'", OUTSIDE)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a view whose permission is undeclared or not held; send a stranger to the login."""
        permission = get_view_permission(view, request.resolver_match.view_name)
        if permission is None:
            raise PermissionDenied
        if request.actor.may(permission):
            return None
        if request.actor.kind == "anonymous":
            return redirect_to_login(find_way_back(request))
        if lacks_second_factor(request.user):
            return HttpResponseRedirect(reverse("mfa_index"))
        raise PermissionDenied


def _stay_signed_in(request: HttpRequest) -> None:
    """Begin the session's age anew, once an hour: a control room's screen runs for weeks, and renews itself while it does."""
    at = int(now().timestamp())
    if at - request.session.get("renewed_at", 0) >= RENEWED_AFTER_S:
        request.session["renewed_at"] = at


def get_view_permission(view: Callable[..., Any], url_name: str | None) -> str | None:
    """Return the permission a view declares (or the table gives its address), None where neither does."""
    return getattr(view, "permission", None) or URL_PERMISSIONS.get(url_name or "")
