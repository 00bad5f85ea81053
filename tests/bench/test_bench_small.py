"""The bench itself: it counts what it measures, and its JSON has the agreed shape."""

from pathlib import Path

import msgspec

from tests.bench import report
from tests.bench.__main__ import measure
from tests.bench.bench import SMALL, running
from tests.bench.figures import Figure, alternate, at_least, at_most, below, percentile
from tests.kafka_broker import Broker


async def test_every_record_is_replayed_and_its_rate_stands_beside_the_limit(
    scratch: Path, kafka: Broker
) -> None:
    async with running(SMALL, scratch / "bench", kafka) as bench:
        figures = await measure(["replay"], bench)

    assert [(figure.unit, figure.aim) for figure in figures] == [("events/s", "≥ 0.5 ×")]
    assert all(figure.ours > 0 and figure.limit for figure in figures)


def test_the_json_has_the_six_agreed_fields(tmp_path: Path) -> None:
    figure = below(300.0, what="a b", ours=12.5, unit="ms")
    report.write_json([figure], tmp_path / "build" / "bench.json")

    found = msgspec.json.decode((tmp_path / "build" / "bench.json").read_bytes())

    assert found == [
        {
            "what": "a b",
            "ours": 12.5,
            "limit": None,
            "unit": "ms",
            "aim": "< 300 ms",
            "reached": True,
        }
    ]


def test_an_aim_is_reached_from_its_own_side() -> None:
    more = [at_least(0.5, what="", ours=n, limit=10.0, unit="") for n in (4.9, 5.0)]
    less = [at_most(1.1, what="", ours=n, limit=10.0, unit="") for n in (11.1, 11.0)]
    under = [below(300.0, what="", ours=n, unit="ms") for n in (300.0, 299.0)]

    assert [figure.reached for figure in more + less + under] == [False, True] * 3


async def test_both_sides_take_turns_and_the_medians_count() -> None:
    said: list[str] = []

    async def side(name: str, values: list[float]) -> list[float]:
        said.append(name)
        return [values.pop(0)]

    raw, own = [3.0, 1.0, 2.0], [30.0, 10.0, 20.0]
    medians = await alternate(lambda: side("limit", raw), lambda: side("ours", own))

    assert said == ["limit", "ours"] * 3
    assert medians == ([2.0], [20.0])


def test_the_99th_percentile_of_a_hundred_is_the_second_largest() -> None:
    assert percentile([float(n) for n in range(100)], 99) == 98.0


def test_the_document_names_no_path_and_shows_each_figure(tmp_path: Path) -> None:
    figures = [
        at_least(0.5, what="one", ours=5_000.0, limit=8_000.0, unit="events/s"),
        Figure(what="two", ours=1.5, limit=None, unit="ms", aim="< 3 ms", reached=True),
    ]
    report.write_document(figures, tmp_path / "benchmarks.md", "python -m tests.bench")

    said = (tmp_path / "benchmarks.md").read_text()

    assert "| one | 5,000 | 8,000 | events/s | 0.62 | ≥ 0.5 × | yes |" in said
    assert "| two | 1.5 | – | ms | – | < 3 ms | yes |" in said
    assert str(Path.cwd()) not in said
