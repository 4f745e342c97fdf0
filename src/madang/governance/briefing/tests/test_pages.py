"""Everyone sees the public page in both languages; the workspace is for staff."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "name"), [("ko", "업무보고"), ("en", "Work report")])
def test_the_public_page_speaks_both_languages(client, language, name):
    assert name in client.get("/briefing/", {"language": language}).content.decode()


def test_a_stranger_is_sent_to_the_login(client):
    assert client.get("/desk/briefing/").headers["Location"].startswith("/accounts/login/")
