"""A synchronous client for an application in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from fastapi import FastAPI


class _Transport(httpx.BaseTransport):
    def __init__(self, app: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._handle(request))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        inner = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        response = await self._inner.handle_async_request(inner)
        await response.aread()
        return httpx.Response(
            response.status_code, headers=response.headers, content=response.content
        )


@contextmanager
def sync_client(app: FastAPI) -> Iterator[httpx.Client]:
    """An httpx.Client that speaks to the application, without a server."""
    loop = asyncio.new_event_loop()
    try:
        with httpx.Client(transport=_Transport(app, loop), base_url="http://samenplan") as client:
            yield client
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def lasting_headers(response: httpx.Response) -> dict[str, str]:
    """The headers of an answer, without those that differ by nature: the trace, the length."""
    differ = ("traceparent", "content-length")
    return {name: value for name, value in response.headers.items() if name not in differ}
