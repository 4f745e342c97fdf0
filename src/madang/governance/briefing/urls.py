"""Addresses of this service's pages."""

from django.urls import path

from .pages.adopted import ADOPTED_LISTS
from .pages.findings import DECIDE, show_findings
from .pages.reports import REPORT_DETAIL, REPORT_LIST, UPLOAD, adopt, show_public

urlpatterns = [
    path("briefing/", show_public, name="briefing"),
    path("desk/briefing/", REPORT_LIST.as_view(), name="briefing-desk"),
    path("desk/briefing/new/", UPLOAD.as_view(), name="briefing-new"),
    *(
        path(f"desk/briefing/{kind}/", page.as_view(), name=f"briefing-{kind}")
        for kind, page in ADOPTED_LISTS.items()
    ),
    path("desk/briefing/<str:report_id>/", REPORT_DETAIL.as_view(), name="briefing-report"),
    path("desk/briefing/<str:report_id>/findings/", show_findings, name="briefing-findings"),
    path(
        "desk/briefing/<str:report_id>/findings/<int:finding_id>/",
        DECIDE.as_view(),
        name="briefing-finding",
    ),
    path("desk/briefing/<str:report_id>/adopt/", adopt, name="briefing-adopt"),
]
