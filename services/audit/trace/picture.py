"""A trace as one SVG that a reader prints: a time line by record, and the flow of money. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from services.audit.trace.flow import Flow, Moved, flows_of
from services.audit.trace.follow import Entry, Traced
from shared.clock import SHANGHAI
from shared.money import yuan

WIDTH, MARGIN, LABEL = 1_120, 24, 270
LANE, ROW, HEAD = 26, 30, 64
MAX_LANES, MAX_FLOWS = 60, 40
"""more records or flows than these are counted in a line of text"""
_COLOURS = {
    "claim": "#1f6feb", "plan": "#8250df", "payout": "#1a7f37", "advance": "#1a7f37",
    "fund": "#9a6700", "finding": "#cf222e", "verification": "#57606a",
}  # fmt: skip
_OTHER = "#57606a"


def picture(traced: Traced, moves: Sequence[Moved]) -> str:
    """Complete SVG text, A4 across; every word in it is escaped."""
    lanes = _lanes(traced.entries)
    flows = flows_of(moves)
    shown = list(lanes)[:MAX_LANES]
    below = HEAD + LANE * len(shown) + 70
    height = below + ROW * min(len(flows), MAX_FLOWS) + 90
    parts = [
        _open(height, traced),
        *_time_line({stream: lanes[stream] for stream in shown}, traced.entries),
        _note(below - 40, len(lanes) - len(shown), "records", "条记录"),
        *_money(flows[:MAX_FLOWS], below),
        _note(height - 20, len(flows) - MAX_FLOWS, "flows", "项资金流向"),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _lanes(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """By record, in the order in which they first appear."""
    lanes: dict[str, list[Entry]] = {}
    for entry in entries:
        lanes.setdefault(entry.event.subject, []).append(entry)
    return lanes


def _open(height: int, traced: Traced) -> str:
    title = escape(traced.root)
    whole = "" if traced.whole else " · not all events are shown 仅显示部分事件"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" font-family="sans-serif" font-size="11">'
        f"<title>{title}</title>"
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        f'<text x="{MARGIN}" y="26" font-size="15" font-weight="bold">{title}</text>'
        f'<text x="{MARGIN}" y="46" fill="#57606a">'
        f"{len(traced.entries)} events 个事件{whole}</text>"
    )


def _time_line(lanes: dict[str, list[Entry]], entries: Sequence[Entry]) -> Iterator[str]:
    """Events stand in their order, one step each: bursts and years of silence are both readable."""
    places = {entry.place: n for n, entry in enumerate(entries)}
    step = (WIDTH - LABEL - 2 * MARGIN) / max(len(entries) - 1, 1)
    for n, (stream, own) in enumerate(lanes.items()):
        y = HEAD + LANE * n + 16
        colour = _COLOURS.get(stream.partition("-")[0], _OTHER)
        xs = [LABEL + MARGIN + places[entry.place] * step for entry in own]
        yield f'<text x="{MARGIN}" y="{y + 4}" fill="{colour}">{escape(_short(stream))}</text>'
        yield f'<path d="M{xs[0]:.1f} {y}H{xs[-1]:.1f}" stroke="{colour}" stroke-opacity=".35"/>'
        for x, entry in zip(xs, own, strict=True):
            yield (
                f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{colour}">'
                f"<title>{escape(_told(entry))}</title></circle>"
            )
    if entries:
        yield _days(entries, HEAD + LANE * len(lanes) + 14)


def _days(entries: Sequence[Entry], y: int) -> str:
    first, last = (_day(entry) for entry in (entries[0], entries[-1]))
    return (
        f'<text x="{LABEL + MARGIN}" y="{y}" fill="#57606a">{first}</text>'
        f'<text x="{WIDTH - MARGIN}" y="{y}" text-anchor="end" fill="#57606a">{last}</text>'
    )


def _money(flows: Sequence[Flow], top: int) -> Iterator[str]:
    """One bar for each pair of accounts; its length is the sum."""
    if not flows:
        return
    yield f'<text x="{MARGIN}" y="{top}" font-size="13" font-weight="bold">Money 资金</text>'
    most = max(flow.amount_fen for flow in flows)
    room = WIDTH - 2 * MARGIN - 2 * LABEL
    for n, flow in enumerate(flows):
        y = top + 12 + ROW * n
        width = max(2.0, room * flow.amount_fen / most)
        middle = WIDTH / 2
        yield f'<text x="{MARGIN}" y="{y + 15}">{escape(_account(flow.source))}</text>'
        yield (
            f'<rect x="{middle - width / 2:.1f}" y="{y + 4}" width="{width:.1f}" height="16" '
            f'fill="#1a7f37" fill-opacity=".18" stroke="#1a7f37"/>'
        )
        yield (
            f'<text x="{middle:.1f}" y="{y + 16}" text-anchor="middle">'
            f"¥{yuan(flow.amount_fen)} ×{flow.moves} →</text>"
        )
        target = escape(_account(flow.target))
        yield f'<text x="{WIDTH - MARGIN}" y="{y + 15}" text-anchor="end">{target}</text>'


def _note(y: int, more: int, en: str, zh: str) -> str:
    if more <= 0:
        return ""
    return f'<text x="{MARGIN}" y="{y}" fill="#57606a">+ {more} {en} 另有{more}{zh}</text>'


def _short(stream: str) -> str:
    return stream if len(stream) <= 44 else f"{stream[:43]}…"


def _account(account: str) -> str:
    """`advance/plan-…` and `recovery/recovery-…` by the first digits of their number."""
    return account if len(account) <= 40 else f"{account[:39]}…"


def _told(entry: Entry) -> str:
    event, facts = entry.event, entry.event.facts
    amount = getattr(facts, "amount_fen", None)
    words = [
        f"{event.recorded_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        type(facts).__name__,
        event.actor,
        *([f"¥{yuan(amount)}"] if amount is not None else []),
        f"{event.subject} v{event.version}",
        entry.place,
    ]
    return " · ".join(words)


def _day(entry: Entry) -> str:
    return f"{entry.event.recorded_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
