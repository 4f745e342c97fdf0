"""Addresses of this service's pages."""

from django.urls import path

from .pages.checks import CHECKS, show_check, start_check
from .pages.credential import send_credential
from .pages.desk import CERTIFICATE, CERTIFICATES, make_change, show_offer
from .pages.public import LOG, get_certificate, show_holder, show_wallet
from .records import CertificateState

DESK = "desk/wallet/"
urlpatterns = [
    path("wallet/", show_wallet, name="wallet"),
    path("wallet/credential", send_credential, name="wallet-credential"),
    path("wallet/holder/", show_holder, name="wallet-holder"),
    path("wallet/log/", LOG.as_view(), name="wallet-log"),
    path("wallet/get/<str:kind>/", get_certificate, name="wallet-get"),
    path(DESK, CERTIFICATES.as_view(), name="wallet-desk"),
    path(f"{DESK}offers/new/", show_offer, name="wallet-offer"),
    path(f"{DESK}checks/", CHECKS.as_view(), name="wallet-checks"),
    path(f"{DESK}checks/new/", start_check, name="wallet-check-new"),
    path(f"{DESK}checks/<str:check_id>/", show_check, name="wallet-check"),
    path(f"{DESK}<str:certificate_id>/", CERTIFICATE.as_view(), name="wallet-certificate"),
    *[
        path(
            f"{DESK}<str:certificate_id>/{state}/",
            make_change(state).as_view(),
            name=f"wallet-certificate-{state}",
        )
        for state in CertificateState
    ],
]
