"""The raw limit of a request: a bare aiohttp handler with one INSERT, in a process of its own.

`python -m tests.bench.bare DSN BYTES` prints `port N`; each row has BYTES bytes, as our event has.
"""

import asyncio
import sys
from uuid import UUID, uuid4

import asyncpg
import uvloop
from aiohttp import web

POOL = 16
TABLE = "CREATE TABLE bare (key bytea PRIMARY KEY, event_id uuid UNIQUE, body bytea NOT NULL)"
INSERT = "INSERT INTO bare (key, event_id, body) VALUES ($1, $2, $3)"


async def serve(dsn: str, size: int) -> None:
    pool = await asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL, reset=_keep)

    async def claim(request: web.Request) -> web.Response:
        body = await request.read()
        event_id: UUID = uuid4()
        key = request.headers["Idempotency-Key"].encode()
        await pool.execute(INSERT, key, event_id, body.ljust(size)[:size])
        return web.json_response({"claim": str(event_id)}, status=201)

    app = web.Application()
    app.router.add_post("/claims", claim)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"port {runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


async def _keep(_: object) -> None:
    """No reset, as in our own pool: it would cost a round trip for each request."""


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as started:
        started.run(serve(sys.argv[1], int(sys.argv[2])))
