"""People for the tests of this room."""

from datetime import UTC, datetime

import pytest
from django.core.cache import cache

from madang.core.base.interface import read_settings
from madang.core.people.authentication import actor_of
from madang.core.people.models import Account, Agency, Grant

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "마당의 긴 비밀번호 7"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings):
    """Keys, checkpoints and demonstration passwords of each test are its own; hashing is quick."""
    settings.DATA_PATH = tmp_path / "data"
    settings.DATA_PATH.mkdir()
    settings.MADANG = read_settings({"MADANG_DATA": str(settings.DATA_PATH), "MADANG_LOGIN_ATTEMPTS": "3"})
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return settings.DATA_PATH


@pytest.fixture(autouse=True)
def nobody_tried(request):
    """Nothing is known of earlier logins; what is kept in the database needs one."""
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture
def agencies(db):
    rows = [("city", ""), ("smart-city", "city"), ("smart-city.big-data", "smart-city"), ("11110", "")]
    for code, parent in rows:
        Agency.objects.create(code=code, name_ko=code, name_en=code, kind="bureau", parent_code=parent)


@pytest.fixture
def make_account(db):
    """Return a maker of accounts with roles, each (role, service, agency_code)."""

    def make(username, *grants, **fields):
        account = Account.objects.create_user(username, PASSWORD, name=username.title(), **fields)
        for role, service, agency_code in grants:
            Grant.objects.create(account=account, role=role, service=service, agency_code=agency_code)
        return account

    return make


@pytest.fixture
def admin(make_account, agencies):
    return actor_of(make_account("kim-admin", ("admin", "*", "*")))
