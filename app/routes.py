"""What every service publishes under `/v1`, for the front door, which runs none of the others."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app import aanmelden
from infra.gateway import Wegen
from infra.web import make_api
from services.consent import api as consent_api
from services.intake import api as intake_api
from services.plan import api as plan_api
from services.portal import api as portal_api

_NONE: Any = None
"""Stands for a service: a router only looks at it when it is called, and these never are."""


def _published(*, demo: bool) -> dict[str, list[APIRouter]]:
    portal = [portal_api.router(_NONE, b"")]
    if demo:
        portal.append(aanmelden.router(_NONE, _NONE, _NONE, _NONE))
    return {
        "intake": [intake_api.router(_NONE)],
        "plan": [plan_api.router(_NONE)],
        "consent": [consent_api.router(_NONE, _NONE)],
        "portal": portal,
    }


def wegen(*, demo: bool) -> Wegen:
    """Which service owns which route."""
    published = _published(demo=demo)
    return Wegen({
        dienst: [
            route for router in routers for route in router.routes if isinstance(route, APIRoute)
        ]
        for dienst, routers in published.items()
    })  # fmt: skip


def document(*, demo: bool) -> dict[str, Any]:
    """The OpenAPI document of all services together, the same as that of the embedded mode."""
    api = make_api(_NONE, "", _NONE)
    for routers in _published(demo=demo).values():
        for router in routers:
            api.include_router(router)
    return api.openapi()
