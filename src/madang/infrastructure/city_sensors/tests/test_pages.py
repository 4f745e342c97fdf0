"""Everyone sees the public page in both languages; the workspace is for staff."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "name"), [("ko", "IoT 도시데이터"), ("en", "City sensors")])
def test_the_public_page_speaks_both_languages(client, language, name):
    assert name in client.get("/city_sensors/", {"language": language}).content.decode()


def test_a_stranger_is_sent_to_the_login(client):
    assert client.get("/desk/city_sensors/").headers["Location"].startswith("/accounts/login/")
