"""A row of the log with who did it, and for whom it stays closed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.auth import Aangemeld, Rol
from infra.decider import GeenRecht
from infra.logbook import Geschreven


class EigenInzage(GeenRecht):
    """Dit gaat over uw eigen inzage. Laat een vervanger dit doen."""


@dataclass(frozen=True, slots=True)
class Blik:
    """A line, and the record it hangs under; None for a line from before there were records."""

    regel: Geschreven
    besluit: Geschreven | None

    @property
    def door(self) -> Mapping[str, Any]:
        """Who did it: id, name, organisation, function, role. Empty when nobody is known to."""
        inhoud = (self.besluit or self.regel).regel.inhoud
        oud: dict[str, Any] = inhoud.get("door", {})  # before there were parts
        return {**oud, **inhoud.get("wie", {}), **inhoud.get("functie", {})}

    def van(self, wie: Aangemeld) -> bool:
        """Whether this is what she did herself."""
        return self.door.get("id") == str(wie.actor.id)

    def geheim_voor(self, wie: Aangemeld) -> bool:
        """Whether it is the work of the FG, and she is not."""
        return wie.rol is not Rol.FG and self.door.get("rol") == Rol.FG.value

    def dicht_voor(self, wie: Aangemeld) -> bool:
        """Whether it stays closed for this supervisor: her own, or of the FG, or it cannot be told
        whose because the record above it cannot be read back."""
        wees = self.besluit is None and self.regel.regel.boven is not None
        return wees or self.van(wie) or self.geheim_voor(wie)
