"""Addresses of this service that answer without a page."""

from . import sensorthings, stations

ROUTES = [*stations.ROUTES, *sensorthings.ROUTES]
