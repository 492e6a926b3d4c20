"""Plan: one plan per household, its goals, actions, order, people and what each of them thinks of
it. It owns these facts and follows from intake only who directs the household and who belongs to
it. Reading goes through the portal.
"""

NAAM = "plan"
