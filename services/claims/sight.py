"""How far the read tables of this process have come, for reads of one's own writes."""

from aiohttp import web

from shared.events.base import CLAIM_EVENTS
from shared.http.answers import wait_until_visible
from shared.http.position import Position, wait_for
from shared.service import Service
from shared.store.views import Projector


def projector_of(service: Service, view: str) -> Projector:
    """The one that keeps these read tables."""
    return next(projector for projector in service.projectors if projector.name == view)


async def until_visible(service: Service, request: web.Request, view: str) -> None:
    """Wait for what the request says that it has written. Raises Problem NOT_YET_VISIBLE."""
    await wait_until_visible(request, projector_of(service, view).seen)


async def until_caught_up(service: Service, view: str) -> None:
    """Wait for everything that is committed now. Raises Problem NOT_YET_VISIBLE after 5 s."""
    seen = projector_of(service, view).seen
    for at, seq in (await service.store.heads()).items():
        if at.topic == CLAIM_EVENTS:
            await wait_for(Position(at.topic, at.partition, seq), seen)
