"""What operators see: figures for Prometheus, and logs as JSON lines in which no secret and no body ever stands."""

from __future__ import annotations

import logging
import sys
from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Iterator
from itertools import accumulate
from operator import add
from typing import Any

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Metric,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.utils import floatToGoString
from pydantic_core import to_json

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Answered:
    """What is counted at every request: on the event loop alone, so that no lock is taken for it."""

    def __init__(self) -> None:
        self._outcomes = Counts[str]()
        self._spans: dict[tuple[str, int], list[float]] = {}

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered, and how long it took."""
        found = self._spans.get((route, status))
        if found is None:
            # How many took so long, bucket by bucket; those beyond the last; the sum of all.
            found = self._spans[route, status] = [0.0] * (len(_BUCKETS) + 2)
        found[bisect_left(_BUCKETS, seconds)] += 1
        found[-1] += seconds

    def decision(self, outcome: str) -> None:
        """Count a decision."""
        self._outcomes[outcome] += 1

    def collect(self) -> Iterator[Metric]:
        """Yield the figures when they are asked for."""
        requests = CounterMetricFamily("contract_requests", "Requests answered.", labels=["route", "status"])
        routes: dict[str, list[float]] = {}
        for (route, status), found in sorted(self._spans.items()):
            requests.add_metric([route, str(status)], sum(found[:-1]))
            before = routes.get(route)
            routes[route] = found if before is None else list(map(add, before, found))
        yield requests
        seconds = HistogramMetricFamily(
            "contract_request_seconds", "How long answers took.", labels=["route"]
        )
        ends = [*map(floatToGoString, _BUCKETS), "+Inf"]
        for route, found in routes.items():
            buckets = list(zip(ends, accumulate(found[:-1]), strict=True))
            seconds.add_metric([route], buckets, found[-1])
        yield seconds
        outcomes = CounterMetricFamily("contract_decisions", "Decisions by outcome.", labels=["outcome"])
        for outcome, count in sorted(self._outcomes.items()):
            outcomes.add_metric([outcome], count)
        yield outcomes


class Counted:
    """What is counted elsewhere and only grows, told as it stands there."""

    def __init__(self, name: str, about: str, *labels: str) -> None:
        self._name, self._about, self._labels = name, about, labels
        self._counts: dict[tuple[str, ...], int] = {}

    def set(self, count: int, *labels: str) -> None:
        """Note how it stands."""
        self._counts[labels] = count

    def collect(self) -> Iterator[Metric]:
        """Yield the figure when it is asked for."""
        found = CounterMetricFamily(self._name, self._about, labels=self._labels)
        for labels, count in sorted(self._counts.items()):
            found.add_metric(labels, count)
        yield found


class Figures:
    """The figures of one server."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.answered = Answered()
        self.registry.register(self.answered)
        self.events = Counter(
            "contract_events", "Events by what came of them.", ["result"], registry=self.registry
        )
        self.recorded, self.refused = map(self.events.labels, ("recorded", "refused"))
        self.logged = Counted("contract_decisions_logged", "Decisions whose record is kept.")
        self.dropped = Counted("contract_decisions_dropped", "Decisions given whose record was dropped.")
        self.snapshots = Counted(
            "contract_snapshots", "Snapshots made and used; accounts begun at one and read whole after all.",
            "tenant", "what",
        )  # fmt: skip
        for each in (self.logged, self.dropped, self.snapshots):
            self.registry.register(each)
        self.waiting = Gauge(
            "contract_decisions_waiting",
            "Decisions given whose record is not kept yet: a crash would lose these.",
            registry=self.registry,
        )
        self.log_mode = Gauge("contract_decision_log", "Which log is on.", ["mode"], registry=self.registry)
        self.accounts = Gauge(
            "contract_accounts_held", "Accounts in memory.", ["tenant"], registry=self.registry
        )
        self.deadlines_behind = Gauge(
            "contract_deadlines_behind_seconds", "For how long it was not looked what time has brought.", ["tenant"],
            registry=self.registry,
        )  # fmt: skip
        self.notices = Counter("contract_notices", "What time has brought.", ["kind"], registry=self.registry)
        self.deliveries = Counter(
            "contract_deliveries", "Webhooks by result.", ["result"], registry=self.registry
        )
        self.shadow = Counter(
            "contract_shadow",
            "Questions put to a candidate too, or dropped.",
            ["candidate", "result"],
            registry=self.registry,
        )
        self.shadow_waiting = Gauge(
            "contract_shadow_waiting", "Questions that wait for a candidate.", registry=self.registry
        )

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them."""
        return generate_latest(self.registry)


def logger() -> Any:
    """Return the log as `begin_logging` has set it up: one JSON object a line, on standard error."""
    return structlog.get_logger("contract").bind()


def begin_logging(level: str = "info") -> None:
    """Have everything logged as JSON lines; what libraries log, from warnings on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(lambda line, **_: to_json(line).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format='{"level": "%(levelname)s", "logger": "%(name)s"}'
    )


def place_of(wrong: BaseException) -> str:
    """Return where in our own code something went wrong: file and line, nothing of what was asked."""
    place = ""
    trace = wrong.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "/engine/" in name or "/contractlang/" in name:
            place = f"{name.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
