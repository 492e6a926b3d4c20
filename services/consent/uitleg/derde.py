"""A sentence of the rules, which speaks to who asked, told to somebody else. Pure.

The sentences of the rules say "u"; about a decision of another that would read as if the reader had
looked herself.
"""

from __future__ import annotations

import re

_PERSOONSVORM = {"bent": "is", "kunt": "kan", "wilt": "wil", "zult": "zal"}
_WOORDEN = re.compile(r"\b(uzelf|uw|u|bent|kunt|wilt|zult)\b", re.IGNORECASE)


def over_een_ander(zin: str, wie: str) -> str:
    """In the third person; `wie` is how the one who asked is called, such as "deze medewerker"."""

    def anders(gevonden: re.Match[str]) -> str:
        woord = gevonden[0].lower()
        vormen = {"u": wie, "uzelf": f"{wie} zelf", "uw": "zijn of haar"} | _PERSOONSVORM
        nieuw = vormen[woord]
        return nieuw[0].upper() + nieuw[1:] if gevonden[0][0].isupper() else nieuw

    return _WOORDEN.sub(anders, zin)
