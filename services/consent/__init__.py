"""Consent: decides who may see what and why, holds the keys and the log, and owns the facts about
grounds, toestemmingen, waivers, agreements and objections. It is the only service that hands out
keys, and it does so after the line in the log is durable.
"""

NAAM = "consent"
