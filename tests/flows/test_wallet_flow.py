"""Certificates at the counter, for everybody and in the holder's browser: whole on a phone, in both languages."""

from __future__ import annotations

import pytest
from looking import refuse_problems

PATHS = (
    "/wallet/",
    "/wallet/holder/",
    "/wallet/log/",
    "/wallet/log/witnesses/",
    "/wallet/paper/",
    "/wallet/mydata/",
    "/desk/wallet/",
    "/desk/wallet/offers/new/",
    "/desk/wallet/requests/",
    "/desk/wallet/transfers/",
    "/desk/wallet/checks/",
    "/desk/wallet/checks/new/",
)


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "ko")])
def test_axe_finds_nothing(house, browser, width, language):
    refuse_problems(browser, house, width, language, PATHS)
