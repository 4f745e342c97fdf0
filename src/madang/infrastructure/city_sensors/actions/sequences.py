"""A sequence number names one packet: what was taken under it can't be something else afterwards."""

from __future__ import annotations

from madang.infrastructure.city_sensors.records import Sent

REMEMBERED = 8
"""Numbers remembered of each station: few, so that one whose count begins anew is taken."""


class Sequences:
    """The numbers of the packets that this process took last."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], dict[str, int]] = {}

    def is_doubled(self, sent: Sent) -> bool:
        """Return whether another packet of the station was taken under this one's number."""
        taken = self._taken.get((sent.serial, sent.data_no))
        return taken is not None and taken.get(sent.pk_seq, hash(sent.packet)) != hash(sent.packet)

    def take(self, sent: Sent) -> None:
        """Remember a packet; the same again keeps its place."""
        taken = self._taken.setdefault((sent.serial, sent.data_no), {})
        taken[sent.pk_seq] = hash(sent.packet)
        if len(taken) > REMEMBERED:
            del taken[next(iter(taken))]

    def give_back(self, sent: Sent) -> None:
        """Forget a packet that could not be kept after all."""
        self._taken.get((sent.serial, sent.data_no), {}).pop(sent.pk_seq, None)

    def forget(self) -> None:
        """Forget all."""
        self._taken.clear()


sequences = Sequences()
