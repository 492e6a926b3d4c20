"""The composition root: the only package that knows all services."""

import os
from contextlib import suppress

from events.begrippen import gebruik_dossiers
from infra import collector

collector.seldom()  # first of all: what comes next is loading
with suppress(ValueError):  # the settings say what is wrong with it
    gebruik_dossiers(os.environ.get("SAMENPLAN_DOSSIERS", ""))
