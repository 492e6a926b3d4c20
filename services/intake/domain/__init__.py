"""The rules of intake: who may record what about whom, under which seal.

Rules kept here: a household is formed with its first regisseur and has exactly one ever after;
only the regisseur changes it; regisseur and meewerkers write notes, with a reason per leefgebied;
to anybody else a household does not exist. Personalia, membership and regie are sealed under the
shared plan, notes and meldingen under the author's own herkomst.
"""

from services.intake.domain.gesprek import Gesprek
from services.intake.domain.huishouden import Huishouden
from services.intake.domain.invoer import Lid, Notitie, Personalia, Regie
from services.intake.domain.melding import Melding
from services.intake.domain.persoon import Persoon, adresspoor, naamspoor

__all__ = [
    "Gesprek",
    "Huishouden",
    "Lid",
    "Melding",
    "Notitie",
    "Personalia",
    "Persoon",
    "Regie",
    "adresspoor",
    "naamspoor",
]
