"""The portal, one service, one's keys and the desk open for whom they should, in both languages."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from madang.citizens.open_data.actions.keys import issue_key, revoke_key
from madang.citizens.open_data.actions.services import declare_service
from madang.citizens.open_data.pages.desk import SERVICES
from madang.citizens.open_data.pages.services import SERVICE_LIST
from madang.citizens.open_data.queries import calls as queries
from madang.citizens.open_data.records.calls import Call, OpenField, OpenService
from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    Actor,
    BadInput,
    Column,
    ColumnType,
    Conflict,
    NotAllowed,
    NotFound,
    Table,
    Text,
    read_settings,
)
from madang.core.lake.interface import append_rows, publish_dataset, register_dataset
from madang.core.pages.testing import ListPageCases, PageCases

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SHELTERS = Table(
    name="shelters",
    title=Text(ko="쉼터", en="Shelters"),
    key=("id",),
    columns=(
        Column(name="id", type=ColumnType.TEXT, title=Text(ko="번호", en="Number")),
        Column(name="seats", type=ColumnType.INTEGER, title=Text(ko="자리", en="Seats")),
    ),
)
DECLARED = OpenService(
    name="TbShelters",
    table="shelters",
    fields=(OpenField(name="SEATS", column="seats"),),
    arguments=("id",),
)
CITIZEN = Actor(id="c1", name="시민")


@pytest.fixture(autouse=True)
def shelters(db, settings, tmp_path):
    """A public dataset of two rows."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    queries.forget()
    register_dataset(actor=HOUSE, now=NOW, table=SHELTERS)
    rows = pa.table({"id": ["a", "b"], "seats": [10, 20]})
    append_rows(SHELTERS, [rows], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name="shelters")
    yield
    queries.forget()


class TestServices(ListPageCases):
    path = "/open_data/services/"
    list_page = SERVICE_LIST
    is_public = True


class TestService(PageCases):
    path = "/open_data/shelters/"
    is_public = True

    def test_what_is_no_service_is_not_found(self, client):
        assert client.get("/open_data/nowhere/").status_code == 404


class TestKeys(PageCases):
    path = "/open_data/keys/"

    def test_a_key_is_shown_once_and_can_be_ended(self, reader):
        made = reader.post(self.path, {"purpose": "쉼터 앱"})
        secret = made.content.decode().split("<p><code>")[1].split("<")[0]
        assert queries.find_key(secret)
        page = reader.get(self.path).content.decode()
        assert secret not in page
        key_id = queries.find_key(secret).id
        assert "하루 한도" in reader.get(f"{self.path}{key_id}/").content.decode()
        other = issue_key(actor=CITIZEN, now=NOW, purpose="남의 앱").key
        assert reader.get(f"{self.path}{other.id}/").status_code == 404
        assert reader.post(f"{self.path}{key_id}/end/").status_code == 302
        assert queries.find_key(secret) is None


class TestDesk(ListPageCases):
    path = "/desk/open_data/"
    list_page = SERVICES

    @pytest.fixture(autouse=True)
    def rows(self, db):
        declare_service(actor=HOUSE, now=NOW, service=DECLARED)

    def test_a_wrong_line_of_fields_stands_beside_its_field(self, reader):
        data = {"table": "shelters", "name": "X", "fields_text": "value"}
        reply = reader.post(f"{self.path}new/", data)
        assert reply.status_code == 422
        assert "이름=열" in reply.content.decode()


def test_only_public_columns_and_plain_names_are_declared():
    with pytest.raises(NotAllowed):
        declare_service(actor=ANONYMOUS, now=NOW, service=DECLARED)
    for service in (
        OpenService(name="a b", table="shelters"),
        OpenService(name="a", table="shelters", arguments=("nowhere",)),
    ):
        with pytest.raises(BadInput):
            declare_service(actor=HOUSE, now=NOW, service=service)
    with pytest.raises((NotFound, NotAllowed)):
        declare_service(actor=HOUSE, now=NOW, service=OpenService(name="a", table="open_data_uses"))


def test_a_call_is_answered_from_the_table():
    declare_service(actor=HOUSE, now=NOW, service=DECLARED)
    call = Call(key="sample", form="json", service="TbShelters", start="1", end="5", arguments=("b",))
    answer = queries.answer_call(call)
    assert (answer.code, answer.total, answer.rows) == ("INFO-000", 1, ({"SEATS": "20"},))
    plain = queries.answer_call(Call(key="sample", form="json", service="shelters", start="2", end="2"))
    assert (plain.total, plain.rows) == (2, ({"id": "b", "seats": "20"},))


def test_keys_are_ones_own_and_limited():
    made = [issue_key(actor=CITIZEN, now=NOW, purpose="시험") for _ in range(10)]
    with pytest.raises(Conflict):
        issue_key(actor=CITIZEN, now=NOW, purpose="시험")
    with pytest.raises(NotFound):
        revoke_key(actor=Actor(id="c2", name="남"), now=NOW, key_id=made[0].key.id)
