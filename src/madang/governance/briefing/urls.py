"""Addresses of this service's pages."""

from django.urls import path

from . import pages

urlpatterns = [
    path("briefing/", pages.show_public, name="briefing"),
    path("desk/briefing/", pages.REPORT_LIST.as_view(), name="briefing-desk"),
    path("desk/briefing/new/", pages.UPLOAD.as_view(), name="briefing-new"),
    *(
        path(f"desk/briefing/{kind}/", page.as_view(), name=f"briefing-{kind}")
        for kind, page in pages.ADOPTED_LISTS.items()
    ),
    path("desk/briefing/<str:report_id>/", pages.REPORT_DETAIL.as_view(), name="briefing-report"),
    path("desk/briefing/<str:report_id>/findings/", pages.show_findings, name="briefing-findings"),
    path(
        "desk/briefing/<str:report_id>/findings/<int:finding_id>/",
        pages.DECIDE.as_view(),
        name="briefing-finding",
    ),
    path("desk/briefing/<str:report_id>/adopt/", pages.adopt, name="briefing-adopt"),
]
