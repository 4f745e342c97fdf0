"""The desk's menu holds what one may open, each service's pages together, and every timed work has a name in words."""

from madang.core.base.interface import ANONYMOUS, Actor, collect
from madang.core.pages.doors import search_pages
from madang.core.pages.menu import list_desk, list_links, list_walls

ADMIN = Actor(id="1", name="관리자", is_superuser=True)


def test_nobody_has_a_desk():
    assert list_desk(ANONYMOUS) == []
    assert all(link.door == "city" for link in list_links(ANONYMOUS))


def test_a_service_stands_once_with_its_pages_beside_it():
    desk = list_desk(ADMIN)
    assert [title.en for title, _ in desk][0] == "For every service"
    assert len({title for title, _ in desk}) == len(desk)
    services = [service for title, found in desk for service in found]
    cctv = [service for service in services if service.href == "/desk/cctv/"]
    assert len(cctv) == 1
    assert "/desk/cctv/events/" in {link.href for link in cctv[0].links}
    for _, found in desk:
        titles = [service.title.ko for service in found]
        assert len(set(titles)) == len(titles)


def test_the_wall_leads_to_every_screen_of_a_control_room():
    walls = {link.href: title.en for title, link in list_walls(ADMIN)}
    assert {"/wall/incidents/", "/wall/fire_safety/", "/wall/cctv/"} <= set(walls)
    assert list_walls(ANONYMOUS) == []


def test_everything_that_runs_has_a_name_in_both_languages():
    declared = [*collect("jobs", "JOBS"), *collect("processes", "PROCESSES")]
    assert declared
    for _, one in declared:
        assert one.title.ko and one.title.en and one.title.ko != one.name


def test_pages_of_the_desk_are_found_by_title_by_whoever_may_open_them():
    assert [hit.href for hit in search_pages(ADMIN, "배정 규칙", 6)][:1] == ["/desk/incidents/rules/"]
    assert [hit.href for hit in search_pages(ADMIN, "register a thing", 6)] == ["/desk/things/new/"]
    assert search_pages(ANONYMOUS, "배정 규칙", 6) == search_pages(ADMIN, " ", 6) == []
