"""The rules of the plan: who may set, change and judge what, under which seal.

Rules kept here: at most one active plan per household; its regisseur alone opens and closes it and
lets professionals join or leave; regisseur and deelnemers with a task set goals and actions, and
who owns an action tells how it stands; each says eens or oneens for herself; re-opening revives no
access. To anybody else there is no plan. Everything is sealed under the shared plan: goals and
actions for the persons of the goal, what is about the plan as a whole for the household.
"""

from services.plan.domain.plan import Plan
from services.plan.domain.regels import Afspraak, Doelinhoud, Gezien

__all__ = ["Afspraak", "Doelinhoud", "Gezien", "Plan"]
