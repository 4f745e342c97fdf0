"""SensorThings: results that are texts, truths and objects are found; observations go with what they belong to."""

from __future__ import annotations

import httpx
import pytest

from .tokens import make_token

TEXT = {"name": "kinds", "description": "-"}
PLACE = TEXT | {"encodingType": "application/geo+json"}
POINT = {"type": "Point", "coordinates": [126.98, 37.52]}
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
K, A = {"k": 1}, [1, 2]
RESULTS = [1, "Abc", 3.7, True, K, A, None]


@pytest.fixture(scope="module")
def api(house):
    token = make_token(house, "city_sensors.write_sensorthings")
    with httpx.Client(
        base_url=f"{house.url}/sta/v1.1", headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as api:
        yield api


def post(api, path, body):
    reply = api.post(path, json=body)
    assert reply.status_code == 201, reply.text
    return reply.json()


def make_stream(api, results=RESULTS, **more):
    """Return a thing's address and its datastream's, with an observation an hour from the first of 2026."""
    observations = [
        {"phenomenonTime": f"2026-01-01T{hour:02}:00:00Z", "result": result, **(more if hour == 2 else {})}
        for hour, result in enumerate(results)
    ]
    datastream = TEXT | {
        "observationType": MEASUREMENT,
        "unitOfMeasurement": {"name": "metre", "symbol": "m", "definition": "ucum:m"},
        "Sensor": TEXT | {"encodingType": "text/html", "metadata": "-"},
        "ObservedProperty": TEXT | {"definition": "urn:kinds"},
        "Observations": observations,
    }
    body = TEXT | {"Locations": [PLACE | {"location": POINT}], "Datastreams": [datastream]}
    thing = post(api, "/Things", body | {"properties": {"n": 5, "owner": "City"}})["@iot.selfLink"]
    return thing, api.get(f"{thing}/Datastreams").json()["value"][0]["@iot.selfLink"]


def test_results_of_every_kind_are_found(api):
    more = {"resultTime": "2026-01-01T03:30:00Z", "parameters": {"a": "Foo", "b": 2, "good": True}}
    _, stream = make_stream(api, **more)
    for condition, results in (
        ("result eq true", [True]), ("result ne true", [1, "Abc", 3.7, K, A, None]), ("result eq false", []), ("result eq null", [None]),
        ("result ne null", [1, "Abc", 3.7, True, K, A]), ("not (result eq null)", [1, "Abc", 3.7, True, K, A]), ("true", RESULTS),
        ("result gt 'A'", ["Abc"]), ("'B' gt result", ["Abc"]), ("result gt 'B'", []), ("not (result gt 'A')", []), ("result le 'Abc'", ["Abc"]),
        ("false or result eq 1", [1]), ("not false and result eq 1", [1]), ("startswith(result,'Ab')", ["Abc"]), ("startswith(result,'ab')", []),
        ("endswith(result,'bc') eq true", ["Abc"]), ("substringof('bc',result)", ["Abc"]), ("contains(result,'b''c')", []),
        ("contains(result,'bc') or result lt 2", [1, "Abc"]), ("length(result) eq 3 and substringof('c',result)", ["Abc"]),
        ("tolower(result) eq 'abc'", ["Abc"]), ("toupper(result) eq 'ABC'", ["Abc"]), ("trim(concat(' ',result)) eq 'Abc'", ["Abc"]),
        ("concat(result,'x') eq 'Abcx'", ["Abc"]), ("indexof(result,'c') eq 2", ["Abc"]), ("indexof(result,'z') eq -1 and result gt 3", [3.7]),
        ("substring(result,1) eq 'bc'", ["Abc"]), ("substring(result,1,1) eq 'b'", ["Abc"]), ("'bc' eq substring(result,1)", ["Abc"]),
        ("startswith(tolower(result),'ab')", ["Abc"]), ("result/k eq 1", [K]), ("startswith(parameters/a,'F')", [3.7]),
        ("tolower(parameters/a) eq 'foo'", [3.7]), ("length(parameters/a) gt parameters/b", [3.7]), ("parameters/good eq true", [3.7]),
        ("tolower(parameters/a) eq parameters/a", []), ("date(phenomenonTime) eq date(now())", []), ("year(now()) gt 2000", RESULTS),
        ("year(phenomenonTime) eq year(2026-01-01T00:00:00Z)", RESULTS), ("phenomenonTime add duration'PT1H' gt 2026-01-01T06:00:00Z", [None]),
        ("phenomenonTime sub duration'PT1H' lt 2026-01-01T00:00:00Z", [1]), ("resultTime gt phenomenonTime add duration'PT1H'", [3.7]),
        ("resultTime gt phenomenonTime add duration'PT2H'", []), ("hour(phenomenonTime add duration'PT20H') eq 0", [K]),
    ):  # fmt: skip
        options = {"$filter": condition, "$orderby": "phenomenonTime", "$count": "true"}
        reply = api.get(f"{stream}/Observations", params=options)
        found = [one["result"] for one in reply.json().get("value", [reply.text])]
        assert (found, len(found)) == (results, reply.json().get("@iot.count")), condition
    for wrong in (
        "startswith(result,1)", "substring(result,-1) eq 'x'", "length(phenomenonTime) eq 1",
        "tolower(result) eq 1", "startswith(result,'a') eq 'b'", "result add duration'PT1H' eq 1", "result gt null", "result gt true",
        "phenomenonTime mul duration'PT1H' gt now()", "length(result)", "'x'", "contains(result)",
    ):  # fmt: skip
        reply = api.get(f"{stream}/Observations", params={"$filter": wrong})
        assert (reply.status_code, bool(reply.json()["message"])) == (400, True), wrong


def test_an_observation_before_1970_is_found_by_its_address(api):
    _, stream = make_stream(api, [])
    for moment in ("1899-01-01T00:00:00Z", "0001-01-01T00:00:00Z"):
        made = post(api, f"{stream}/Observations", {"phenomenonTime": moment, "result": 1})
        found = api.get(made["@iot.selfLink"])
        assert (found.status_code, found.json().get("phenomenonTime")) == (200, moment)
    number = made["@iot.id"].partition(".")[0]
    for wrong in ("-999999999999999999", "999999999999999999", "-0", "01", "9" * 400):
        assert api.get(f"/Observations('{number}.{wrong}')").status_code == 404, wrong


def test_an_observation_is_given_another_feature_and_no_other_datastream(api):
    _, stream = make_stream(api, [1])
    _, other = make_stream(api, [1])
    one = api.get(f"{stream}/Observations").json()["value"][0]["@iot.selfLink"]
    feature = post(api, "/FeaturesOfInterest", PLACE | {"feature": POINT, "name": "well"})
    usual = api.get(f"{one}/FeatureOfInterest").json()["@iot.id"]
    for wanted in (feature["@iot.id"], usual):
        reply = api.patch(one, json={"FeatureOfInterest": {"@iot.id": wanted}, "result": wanted})
        assert reply.status_code == 200, reply.text
        assert api.get(f"{one}/FeatureOfInterest").json()["@iot.id"] == wanted
    for links, status in (
        ({"Datastream": {"@iot.id": int(other.partition("(")[2][:-1])}}, 400),
        ({"Datastream": {"@iot.id": int(stream.partition("(")[2][:-1])}}, 200),
        ({"FeatureOfInterest": {"@iot.id": 10**9}}, 404),
        ({"FeatureOfInterest": PLACE | {"feature": POINT, "name": "new"}}, 400),
    ):
        reply = api.patch(one, json=links)
        assert reply.status_code == status, (links, reply.text)
    assert api.get(one).json()["result"] == usual


def test_what_can_not_be_without_it_goes_with_it(api):
    thing, stream = make_stream(api, [1, 2])
    feature = post(api, "/FeaturesOfInterest", PLACE | {"feature": POINT, "name": "well"})
    own = post(
        api,
        f"{stream}/Observations",
        {
            "phenomenonTime": "2026-02-01T00:00:00Z",
            "result": 3,
            "FeatureOfInterest": {"@iot.id": feature["@iot.id"]},
        },
    )["@iot.selfLink"]
    assert api.delete(feature["@iot.selfLink"]).status_code == 200
    assert api.get(own).status_code == 404
    assert [one["result"] for one in api.get(f"{stream}/Observations").json()["value"]] == [1, 2]

    first = api.get(f"{thing}/HistoricalLocations").json()["value"][0]["@iot.selfLink"]
    place = api.get(f"{thing}/Locations").json()["value"][0]["@iot.selfLink"]
    moved = post(api, f"{thing}/Locations", PLACE | {"location": POINT, "name": "elsewhere"})
    assert api.delete(place).status_code == 200
    assert api.get(first).status_code == 404
    kept = api.get(f"{thing}/HistoricalLocations?$expand=Locations").json()["value"]
    assert [[one["@iot.id"] for one in each["Locations"]] for each in kept] == [[moved["@iot.id"]]]
