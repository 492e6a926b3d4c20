"""The portal: what people see. Its own read model follows everybody's facts, still sealed; every
look asks consent for the keys. Commands go to the services that own the facts, over HTTP.
"""

NAAM = "portal"
