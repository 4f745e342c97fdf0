"""Addresses of this service's pages."""

from django.urls import path

from .pages import sources, talk
from .pages.changes import CHANGES
from .pages.desk import DECLARE, SERVICES
from .pages.handling import DECIDE, TASKS
from .pages.keys import end_key, show_key, show_keys
from .pages.quotas import ADDRESS_LIST, KEY_LIST, SET_LIMIT, SET_QUOTA
from .pages.refresh import NEW_REFRESH, REFRESH_LIST
from .pages.search import show_search
from .pages.services import SERVICE_LIST, show_service

urlpatterns = [
    path("open_data/", show_search, name="open_data"),
    path("open_data/services/", SERVICE_LIST.as_view(), name="open_data-services"),
    path("open_data/keys/", show_keys, name="open_data-keys"),
    path("open_data/keys/<str:key_id>/", show_key, name="open_data-key"),
    path("open_data/keys/<str:key_id>/end/", end_key, name="open_data-end-key"),
    path("open_data/changes/", CHANGES.as_view(), name="open_data-changes"),
    path("open_data/sources/", sources.SOURCE_LIST.as_view(), name="open_data-sources"),
    path("open_data/sources/<str:source_id>/", sources.show_source, name="open_data-source"),
    path("open_data/found/<str:found_id>/", sources.show_found, name="open_data-found"),
    path("open_data/requests/", talk.REQUEST_LIST.as_view(), name="open_data-requests"),
    path("open_data/requests/new/", talk.REQUEST.as_view(), name="open_data-request-new"),
    path("open_data/requests/<str:request_id>/", talk.show_request, name="open_data-request"),
    path("open_data/requests/<str:request_id>/support/", talk.support, name="open_data-support"),
    path("open_data/gallery/", talk.show_gallery, name="open_data-gallery"),
    path("open_data/gallery/new/", talk.ENTER.as_view(), name="open_data-gallery-new"),
    path("open_data/<str:name>/ask/", talk.ASK.as_view(), name="open_data-ask"),
    path("open_data/<str:name>/ask/<str:parent_id>/", talk.REPLY.as_view(), name="open_data-reply"),
    path("open_data/<str:name>/", show_service, name="open_data-service"),
    path("desk/open_data/", SERVICES.as_view(), name="open_data-desk"),
    path("desk/open_data/talk/", TASKS.as_view(), name="open_data-talk"),
    path("desk/open_data/talk/<str:kind>/<str:entry_id>/", DECIDE.as_view(), name="open_data-decide"),
    path("desk/open_data/sources/", sources.DESK_LIST.as_view(), name="open_data-desk-sources"),
    path("desk/open_data/sources/new/", sources.NEW_SOURCE.as_view(), name="open_data-source-new"),
    path(
        "desk/open_data/sources/<str:source_id>/",
        sources.CHANGE_SOURCE.as_view(),
        name="open_data-source-change",
    ),
    path("desk/open_data/refreshes/", REFRESH_LIST.as_view(), name="open_data-refreshes"),
    path("desk/open_data/refreshes/new/", NEW_REFRESH.as_view(), name="open_data-refresh-new"),
    path("desk/open_data/keys/", KEY_LIST.as_view(), name="open_data-desk-keys"),
    path("desk/open_data/keys/<str:key_id>/", SET_LIMIT.as_view(), name="open_data-limit"),
    path("desk/open_data/addresses/", ADDRESS_LIST.as_view(), name="open_data-addresses"),
    path("desk/open_data/quotas/", SET_QUOTA.as_view(), name="open_data-quota"),
    path("desk/open_data/new/", DECLARE.as_view(), name="open_data-declare"),
]
