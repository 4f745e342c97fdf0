"""Addresses of the people room."""

from __future__ import annotations

from django.urls import path

from .pages.accounts import (
    ACCOUNT_DETAIL,
    ACCOUNT_LIST,
    CLOSE,
    GRANT,
    OPEN,
    REVOKE,
    show_new_account,
    show_new_password,
)
from .pages.agencies import AGENCY_DETAIL, AGENCY_LIST, NEW_AGENCY
from .pages.audit import AUDIT_LIST
from .pages.handing_out import hand_out
from .pages.own import (
    GIVE_CONSENT,
    RENAME,
    close_session,
    end_consent,
    end_token,
    show_account,
    show_new_token,
)

urlpatterns = [
    path("identity/o/api/token", hand_out, name="hand_out"),
    path("account/", show_account, name="account"),
    path("account/name/", RENAME.as_view(), name="account_name"),
    path("account/sessions/<int:session_id>/end/", close_session, name="account_end_session"),
    path("account/tokens/new/", show_new_token, name="account_new_token"),
    path("account/tokens/<str:token_id>/end/", end_token, name="account_end_token"),
    path("account/consents/new/", GIVE_CONSENT.as_view(), name="account_new_consent"),
    path("account/consents/<str:consent_id>/end/", end_consent, name="account_end_consent"),
    path("desk/people/accounts/", ACCOUNT_LIST.as_view(), name="accounts"),
    path("desk/people/accounts/new/", show_new_account, name="accounts_new"),
    path("desk/people/accounts/<str:account_id>/", ACCOUNT_DETAIL.as_view(), name="accounts_one"),
    path("desk/people/accounts/<str:account_id>/grant/", GRANT.as_view(), name="accounts_grant"),
    path(
        "desk/people/accounts/<str:account_id>/revoke/<str:role>/<str:service>/<str:agency_code>/",
        REVOKE.as_view(),
        name="accounts_revoke",
    ),
    path("desk/people/accounts/<str:account_id>/password/", show_new_password, name="accounts_password"),
    path("desk/people/accounts/<str:account_id>/close/", CLOSE.as_view(), name="accounts_close"),
    path("desk/people/accounts/<str:account_id>/open/", OPEN.as_view(), name="accounts_open"),
    path("desk/people/agencies/", AGENCY_LIST.as_view(), name="agencies"),
    path("desk/people/agencies/new/", NEW_AGENCY.as_view(), name="agencies_new"),
    path("desk/people/agencies/<str:code>/", AGENCY_DETAIL.as_view(), name="agencies_one"),
    path("desk/audit/", AUDIT_LIST.as_view(), name="audit"),
]
