"""Intake: meldingen, persons, households with their one regisseur, and keukentafelgesprekken."""

NAAM = "intake"
