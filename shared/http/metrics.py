"""Prometheus metrics of the edge, labelled by route template, never by path."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """One set per app; others add their gauges (relay lag, consumer lag) to `registry`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "ledger_http_request_seconds",
            "Time from request to answer",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._answers = Counter(
            "ledger_http_answers",
            "Answers by status and problem code",
            ("method", "route", "status", "code"),
            registry=self.registry,
        )
        self.running = Gauge(
            "ledger_http_requests_running", "Requests being answered", registry=self.registry
        )

    def of(self, method: str, route: str) -> "RouteMeter":
        return RouteMeter(self._seconds.labels(method, route), self._answers, (method, route))


class RouteMeter:
    """The meters of one route, looked up once: labels cost more than counting."""

    def __init__(self, seconds: Histogram, answers: Counter, labels: tuple[str, str]) -> None:
        self._seconds = seconds
        self._answers = answers
        self._labels = labels
        self._counters: dict[tuple[int, str], Counter] = {}

    def count(self, seconds: float, status: int, code: str) -> None:
        self._seconds.observe(seconds)
        counter = self._counters.get((status, code))
        if counter is None:
            counter = self._answers.labels(*self._labels, str(status), code)
            self._counters[status, code] = counter
        counter.inc()
