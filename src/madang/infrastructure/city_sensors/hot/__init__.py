"""Addresses of this service that answer without a page."""

from . import ngsi_ld, sensorthings, stations

ROUTES = [*stations.ROUTES, *sensorthings.ROUTES, *ngsi_ld.ROUTES]
