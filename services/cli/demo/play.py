"""One demonstration from an empty folder to its proofs."""

from contextlib import AsyncExitStack
from pathlib import Path

from services.audit.detectors.rules import load_rules
from services.audit.replaying import replay_and_compare
from services.cli.client import session
from services.cli.demo.desk import Desk, Step
from services.cli.demo.expected import Example
from services.cli.demo.seen import Seen
from services.cli.demo.settled import settled
from services.cli.demo.story import Story
from services.cli.local import SERVICES
from services.cli.opening import opened_log, opened_store
from services.cli.reading import entries
from services.cli.recover import BOOKS
from services.cli.up import Up
from shared.reconcile import reconcile
from shared.settings import Settings
from shared.store.rebook import compare_journal


async def play(up: Up, settings: dict[str, Settings], example: Example, step: Step) -> Seen:
    """Tell the story, wait until all have heard it, then prove it. Raises Stop."""
    async with session() as http:
        desk = Desk(http, up.installation, step, up.registers)
        answers = await Story(desk, example).tell()
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(opened_log(settings["audit"].log))
        stores = {
            name: await stack.enter_async_context(opened_store(settings[name])) for name in SERVICES
        }
        done = step("everybody has heard everything", 1)
        await settled(stores, log)
        done()
        done = step("proofs", len(SERVICES) + 1)
        reconciled = {}
        for name, store in stores.items():
            reconciled[name] = await reconcile(store, log)
            done()
        journals = {name: await compare_journal(stores[name], own) for name, own in BOOKS.items()}
        # A new archive of the same log, judged as a whole.
        folder = Path(up.installation.folder) / "replay"
        replayed = await replay_and_compare(log, folder / "archive", load_rules(), folder / "out")
        done()
        return Seen(answers, await entries(log), reconciled, replayed, journals)
