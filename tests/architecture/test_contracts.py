"""The house stays a house: who may import whom, what every part declares."""

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.urls import URLPattern, URLResolver, get_resolver

from madang.core.base.interface import SETTINGS, collect, list_commands, list_manifests
from madang.core.people.interface import get_view_permission
from madang.project.contracts import find_broken_contracts


def test_import_contracts_hold():
    assert find_broken_contracts() == ""


def test_no_foreign_key_crosses_two_services():
    services = {manifest.label: manifest for manifest in list_manifests() if manifest.is_service}
    crossing = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in services
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model and not field.auto_created
        if field.related_model._meta.app_label in set(services) - {model._meta.app_label}
    ]
    assert crossing == []


def test_django_finds_nothing_wrong():
    assert [message for message in run_checks() if message.level >= 30] == []


def test_commands_between_services_are_declared():
    assert list_commands() is not None


def walk(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from walk(pattern, namespace)
        elif isinstance(pattern, URLPattern):
            yield prefix + (pattern.name or ""), pattern.callback


def test_every_page_states_who_may_see_it():
    of_the_login_library = {
        view for urls in ("allauth.urls", "allauth.idp.urls") for _, view in walk(get_resolver(urls))
    }
    silent = [
        name or view.__module__
        for name, view in walk(get_resolver())
        if get_view_permission(view, name) is None and view not in of_the_login_library
    ]
    assert silent == [], "a login library's page that nobody opened stays closed; ours must say"


def declared_permissions() -> set[str]:
    return {"public", "signed-in"} | {name for manifest in list_manifests() for name in manifest.permissions}


def test_every_page_names_a_permission_that_a_manifest_declares():
    named = {get_view_permission(view, name) for name, view in walk(get_resolver())} - {None}
    assert named <= declared_permissions()


def test_every_permission_says_what_it_lets_one_do():
    for manifest in list_manifests():
        assert manifest.permission_names.keys() == manifest.permissions.keys(), manifest.name


@pytest.mark.parametrize("part", ["api", "hot"])
def test_every_route_names_a_permission_that_a_manifest_declares(part):
    named = {route.permission for _, route in collect(part, "ROUTES")}
    assert named <= declared_permissions()


def test_every_setting_is_described():
    assert all(len(setting.description) > 10 for setting in SETTINGS)
