"""Addresses of every room's and service's pages, found by manifest."""

from django.urls import include, path

from madang.core.base.interface import list_manifests, load_part

urlpatterns = [
    *[
        path("", include(f"{manifest.package}.urls"))
        for manifest in list_manifests()
        if load_part(manifest, "urls") is not None
    ],
    # Last: what a room says of one of their addresses goes before.
    path("accounts/", include("allauth.urls")),
    path("", include("allauth.idp.urls")),
]
handler400 = "madang.core.pages.error_pages.bad_request"
handler403 = "madang.core.pages.error_pages.permission_denied"
handler404 = "madang.core.pages.error_pages.page_not_found"
handler500 = "madang.core.pages.error_pages.server_error"
