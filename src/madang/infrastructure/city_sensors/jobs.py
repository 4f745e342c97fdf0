"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job

from .actions.sensorthings.mirroring import mirror_stations

JOBS = [Job(name="city_sensors.mirror", every_s=60, run=mirror_stations)]
