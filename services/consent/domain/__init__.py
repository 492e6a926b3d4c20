"""Consent's rules, a file per idea, all pure.

`feiten` is what a decision knows, `uitkomst` what it says; `oordeel` decides, by the conditions in
`eisen` and `eisen_personen`. `gezag` knows ages and custody, `vertegenwoordiging` who decides for
whom and `wie_tekent` says it in a sentence; `record` is a record as it stands, `vastleggen` whether
one may be made, `bekend` what whoever makes it may learn of others, `situatie` which are hers to
make and `ontvangst` what a toestemming can open. The rules themselves are data
(`services/consent/regels.py`).
"""

from services.consent.domain.feiten import (
    Feiten,
    Inhoud,
    Noodtoegang,
    Vastlegging,
    Vervanger,
    Vraag,
    Vrager,
)
from services.consent.domain.gezag import (
    GezagOnbepaald,
    gezag_onbepaald,
    gezaghouders,
    leeftijd,
    vertegenwoordigt,
    wilsonbekwaam,
)
from services.consent.domain.gronden import GeenUitdrukkelijkeGrond, regel_voor_grond
from services.consent.domain.ontvangst import controleer_ontvanger, te_openen
from services.consent.domain.oordeel import hoedanigheden, mag, relaties, zelf_te_noemen
from services.consent.domain.record import (
    AlIngetrokken,
    AlVastgelegd,
    BezwaarBlijft,
    GrondBlijft,
    OmstandigheidBlijft,
    Record,
)
from services.consent.domain.situatie import Loopt, lopend, vast_te_leggen
from services.consent.domain.uitkomst import GEEN_RELATIE, Besluit, Code, Controle
from services.consent.domain.vastleggen import (
    BezwaarStaat,
    GezagStaatNietVast,
    LooptAl,
    LopendVerleden,
    MagNietNamens,
    controleer_akkoord,
    controleer_gever,
    controleer_instemming,
    controleer_omstandigheid,
    controleer_opheffing,
    controleer_periode,
    controleer_vastlegger,
    controleer_vervanger,
)
from services.consent.domain.vertegenwoordiging import (
    Beslissers,
    Handeling,
    ontbrekende_akkoorden,
    vertegenwoordigers,
    wie_beslist,
)

__all__ = [
    "GEEN_RELATIE", "AlIngetrokken", "AlVastgelegd", "Beslissers", "Besluit", "BezwaarBlijft",
    "BezwaarStaat", "Code", "Controle", "Feiten", "GeenUitdrukkelijkeGrond", "GezagOnbepaald",
    "GezagStaatNietVast", "GrondBlijft", "Handeling", "Inhoud", "Loopt", "LooptAl",
    "LopendVerleden", "MagNietNamens", "Noodtoegang", "OmstandigheidBlijft", "Record",
    "Vastlegging", "Vervanger", "Vraag", "Vrager", "controleer_akkoord", "controleer_gever",
    "controleer_instemming", "controleer_omstandigheid", "controleer_ontvanger",
    "controleer_opheffing", "controleer_periode", "controleer_vastlegger", "controleer_vervanger",
    "gezag_onbepaald",
    "gezaghouders", "hoedanigheden", "leeftijd", "lopend", "mag", "ontbrekende_akkoorden",
    "regel_voor_grond", "relaties", "te_openen", "vast_te_leggen", "vertegenwoordigers",
    "vertegenwoordigt", "wie_beslist", "wilsonbekwaam", "zelf_te_noemen",
]  # fmt: skip
