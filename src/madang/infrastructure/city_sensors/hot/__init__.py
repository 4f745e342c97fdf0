"""Addresses of this service that answer without a page."""

from . import batches, ngsi_ld, ngsi_temporal, sensorthings, stations

ROUTES = [
    *stations.ROUTES,
    *batches.ROUTES,
    *sensorthings.ROUTES,
    *ngsi_ld.ROUTES,
    *ngsi_temporal.ROUTES,
    *ngsi_ld.REST,
]
