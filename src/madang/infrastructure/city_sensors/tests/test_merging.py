"""Merge patches of attributes: what isn't said stays, whatever form the fragment has; null removes."""

from __future__ import annotations

import pytest

from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import read_attributes, write_attribute
from madang.infrastructure.city_sensors.methods.ngsi.merging import is_null, merge, merge_attributes

TERMS = Terms(None, lambda _address: None)
SPEED = {
    "type": "Property", "value": 50, "unitCode": "KMH", "observedAt": "2026-01-01T00:00:00Z",
    "accuracy": {"type": "Property", "value": 0.9},
}  # fmt: skip
OWNER = {"type": "Relationship", "object": "urn:ngsi-ld:A:1", "since": {"type": "Property", "value": 2020}}
NAME = {"type": "LanguageProperty", "languageMap": {"ko": "가", "en": "a"}}
STATE = {"type": "Property", "value": {"door": "open", "lock": {"code": 1, "key": 2}}}
PLACE = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [127.0, 37.5]}}


@pytest.mark.parametrize(
    ("there", "said", "expected"),
    [
        (SPEED, 60, SPEED | {"value": 60}),
        (SPEED, {"value": 60}, SPEED | {"value": 60}),
        (SPEED, {"type": "Property", "value": 60, "observedAt": "2026-01-02T00:00:00Z"}, SPEED | {"value": 60, "observedAt": "2026-01-02T00:00:00Z"}),
        (SPEED, {"unitCode": "MTS"}, SPEED | {"unitCode": "MTS"}),
        (SPEED, {"unitCode": None}, {name: one for name, one in SPEED.items() if name != "unitCode"}),
        (SPEED, {"accuracy": "urn:ngsi-ld:null"}, {name: one for name, one in SPEED.items() if name != "accuracy"}),
        (SPEED, {"accuracy": {"value": 0.5}}, SPEED | {"accuracy": {"type": "Property", "value": 0.5}}),
        (SPEED, {"type": "Relationship", "object": "urn:x:1"}, {"type": "Relationship", "object": "urn:x:1"}),
        (OWNER, {"object": "urn:ngsi-ld:A:2"}, OWNER | {"object": "urn:ngsi-ld:A:2"}),
        (NAME, {"languageMap": {"en": None, "ja": "ア"}}, {"type": "LanguageProperty", "languageMap": {"ko": "가", "ja": "ア"}}),
        (STATE, {"value": {"lock": {"code": 9}}}, {"type": "Property", "value": {"door": "open", "lock": {"code": 9, "key": 2}}}),
        (STATE, {"door": "shut"}, {"type": "Property", "value": {"door": "shut", "lock": {"code": 1, "key": 2}}}),
        (PLACE, {"type": "Point", "coordinates": [128.0, 36.0]}, {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [128.0, 36.0]}}),
    ],
)  # fmt: skip
def test_what_is_not_said_stays(there, said, expected):
    before = read_attributes({"one": there, "other": 1}, TERMS)
    (merged,) = merge_attributes({"one": said}, before, TERMS).values()
    assert write_attribute(merged, TERMS, "normalized", system=False) == expected


def test_instances_are_merged_by_their_dataset_ids_and_new_ones_added():
    there = read_attributes({"one": [SPEED, SPEED | {"datasetId": "urn:x:gps"}]}, TERMS)
    (merged,) = merge_attributes({"one": {"value": 1, "datasetId": "urn:x:gps"}}, there, TERMS).values()
    assert (merged["value"], merged["unitCode"], merged["datasetId"]) == (1, "KMH", "urn:x:gps")
    (merged,) = merge_attributes({"one": {"value": 2, "datasetId": "urn:x:new"}}, there, TERMS).values()
    assert merged == {"type": "Property", "value": 2, "datasetId": "urn:x:new"}


def test_null_in_any_form_removes_an_attribute():
    for value in (
        None,
        "urn:ngsi-ld:null",
        {"value": None},
        {"type": "Relationship", "object": "urn:ngsi-ld:null"},
    ):
        assert is_null(value), value
    for value in (0, "", False, [], {"unitCode": None}, {"value": 0}):
        assert not is_null(value), value
    assert merge({"a": 1, "b": {"c": 1}}, {"b": {"c": None, "d": [None]}}) == {"a": 1, "b": {"d": [None]}}
