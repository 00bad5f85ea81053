"""The printed trace: well-formed, escaped, each event and each flow of money once."""

from xml.etree import ElementTree as XML

from services.audit.trace.flow import flows_of, moves_of
from services.audit.trace.follow import follow
from services.audit.trace.picture import MAX_LANES, picture
from shared.events.claims import ClaimApproved
from shared.events.envelope import Event
from shared.store.journal import NOTHING, Booking, Move
from tests.audit.histories import History
from tests.audit.trace.stories import FIRST, PLAN, Memory, story

SVG = "{http://www.w3.org/2000/svg}"


def books(event: Event) -> Booking:
    if not isinstance(event.facts, ClaimApproved):
        return NOTHING
    amount = event.facts.amount_fen
    return Booking([Move("a<b", "c&d", amount), Move("c&d", "e", 1), Move("e", "f", 0)])


async def test_each_event_is_a_point_and_each_flow_a_bar() -> None:
    traced = await follow(PLAN, Memory(story()))
    moves = moves_of(traced.entries, books)
    root = XML.fromstring(picture(traced, moves))
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert len(list(root.iter(f"{SVG}circle"))) == len(traced.entries)
    assert len(list(root.iter(f"{SVG}rect"))) == 1 + len(flows_of(moves))
    assert {"a<b", "c&d"} <= set(words)
    assert any("¥3000.00 ×2 →" in word or "¥3,000.00 ×2 →" in word for word in words)


async def test_flows_are_sums_in_the_order_of_the_first_move_without_empty_ones() -> None:
    traced = await follow(PLAN, Memory(story()))
    flows = flows_of(moves_of(traced.entries, books))
    assert [(f.source, f.target, f.amount_fen, f.moves) for f in flows] == [
        ("a<b", "c&d", 300_000, 2),
        ("c&d", "e", 2, 2),
    ]


async def test_a_trace_without_money_is_a_time_line_alone() -> None:
    root = XML.fromstring(picture(await follow(FIRST, Memory(story())), ()))
    assert len(list(root.iter(f"{SVG}rect"))) == 1


async def test_records_beyond_the_limit_are_counted() -> None:
    history = History()
    for n in range(MAX_LANES + 5):
        history.approved(f"claim-{n}", plan=PLAN)
    text = picture(await follow(PLAN, Memory(history.events)), ())
    assert "+ 5 records" in text
