"""Addresses of this service's pages."""

from django.urls import path

from .pages.authorizing import ask_citizen
from .pages.checks import CHECKS, show_check, start_check
from .pages.desk import CERTIFICATE, CERTIFICATES, make_change, show_offer
from .pages.elsewhere import NEW as PROVIDER
from .pages.elsewhere import PROVIDERS, come_back, connect, fetch, forget, show_elsewhere
from .pages.elsewhere import WITHDRAW as STOP_PROVIDER
from .pages.lost import LOST
from .pages.papers import print_own, verify_sheet
from .pages.programs import KEYS, PROGRAMS, WITHDRAW, add_program, ask_for_consent
from .pages.public import LOG, get_certificate, send_worker, show_holder, show_wallet, show_witnesses
from .pages.requests import DECISION, REQUESTS
from .pages.transfers import CONSENT, TRANSFERS, receive, send_receipt, show_transfers, withdraw
from .pages.trust import ISSUERS
from .pages.trust import NEW as ISSUER
from .pages.trust import WITHDRAW as DISTRUST
from .records import CertificateState

DESK = "desk/wallet/"
urlpatterns = [
    path("wallet/", show_wallet, name="wallet"),
    path("wallet/authorize", ask_citizen, name="wallet-authorize"),
    path("wallet/holder/", show_holder, name="wallet-holder"),
    path("wallet/holder/worker.js", send_worker, name="wallet-worker"),
    path("wallet/log/", LOG.as_view(), name="wallet-log"),
    path("wallet/log/witnesses/", show_witnesses, name="wallet-witnesses"),
    path("wallet/paper/", verify_sheet, name="wallet-paper"),
    path("wallet/print/<str:kind>/", print_own, name="wallet-print"),
    path("wallet/lost/", LOST.as_view(), name="wallet-lost"),
    path("wallet/get/<str:kind>/", get_certificate, name="wallet-get"),
    path("wallet/mydata/elsewhere/", show_elsewhere, name="wallet-elsewhere"),
    path("wallet/mydata/elsewhere/callback", come_back, name="wallet-callback"),
    path("wallet/mydata/elsewhere/<str:provider_id>/connect/", connect, name="wallet-connect"),
    path("wallet/mydata/elsewhere/<str:connection_id>/fetch/", fetch, name="wallet-fetch"),
    path("wallet/mydata/elsewhere/<str:connection_id>/forget/", forget, name="wallet-forget"),
    path("wallet/mydata/authorize", ask_for_consent, name="wallet-let"),
    path("wallet/mydata/", show_transfers, name="wallet-mydata"),
    path("wallet/mydata/consents/<str:consent_id>/withdraw/", withdraw, name="wallet-withdraw"),
    path("wallet/mydata/transfers/<str:transfer_id>/receipt/", send_receipt, name="wallet-receipt"),
    path("wallet/mydata/<str:bundle>/", CONSENT.as_view(), name="wallet-consent"),
    path(DESK, CERTIFICATES.as_view(), name="wallet-desk"),
    path(f"{DESK}offers/new/", show_offer, name="wallet-offer"),
    path(f"{DESK}transfers/", TRANSFERS.as_view(), name="wallet-transfers"),
    path(f"{DESK}transfers/<str:consent_id>/", receive, name="wallet-transfer"),
    path(f"{DESK}programs/", PROGRAMS.as_view(), name="wallet-programs"),
    path(f"{DESK}programs/new/", add_program, name="wallet-program-new"),
    path(f"{DESK}programs/<str:program_id>/keys/", KEYS.as_view(), name="wallet-program-keys"),
    path(f"{DESK}programs/<str:program_id>/withdraw/", WITHDRAW.as_view(), name="wallet-program-withdraw"),
    path(f"{DESK}providers/", PROVIDERS.as_view(), name="wallet-providers"),
    path(f"{DESK}providers/new/", PROVIDER.as_view(), name="wallet-provider-new"),
    path(
        f"{DESK}providers/<str:provider_id>/withdraw/",
        STOP_PROVIDER.as_view(),
        name="wallet-provider-withdraw",
    ),
    path(f"{DESK}issuers/", ISSUERS.as_view(), name="wallet-issuers"),
    path(f"{DESK}issuers/new/", ISSUER.as_view(), name="wallet-issuer-new"),
    path(f"{DESK}issuers/<str:issuer_id>/withdraw/", DISTRUST.as_view(), name="wallet-issuer-withdraw"),
    path(f"{DESK}requests/", REQUESTS.as_view(), name="wallet-requests"),
    path(f"{DESK}requests/<str:request_id>/", DECISION.as_view(), name="wallet-request"),
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
