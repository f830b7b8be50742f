"""Figures for Prometheus. Never a name, a text or an address."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from realtime.bus import Bus
from realtime.hub import Hub
from realtime.outbox import OutboxCounts
from realtime.protocol import Event

FAST = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What is counted as it happens, and what is read off when somebody asks."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.registry = CollectorRegistry()
        self.commands = Counter(
            "corridor_commands", "Commands by name and outcome", ["command", "outcome"], registry=self.registry
        )
        self.batch_size = Histogram(
            "corridor_commit_commands", "Commands committed together",
            buckets=(1, 2, 5, 10, 20, 50, 100, 200, 256), registry=self.registry,
        )  # fmt: skip
        self.commit_seconds = Histogram(
            "corridor_commit_seconds", "Time from begin to commit", buckets=FAST, registry=self.registry
        )
        self.lag_seconds = Histogram(
            "corridor_fanout_lag_seconds", "Time from judgement to the transports", buckets=FAST, registry=self.registry
        )

        self.told = Counter(
            "corridor_told", "Notices sent out by way and outcome", ["way", "outcome"], registry=self.registry
        )

    def tell(self, way: str, outcome: str) -> None:
        self.told.labels(way, outcome).inc()

    def batch(self, size: int, seconds: float) -> None:
        self.batch_size.observe(size)
        self.commit_seconds.observe(seconds)

    def outcome(self, command: str, code: str, times: int) -> None:
        self.commands.labels(command, code).inc(times)

    def delivered(self, event: Event) -> None:
        self.lag_seconds.observe(max(0.0, (self._now() - datetime.fromisoformat(event.at)).total_seconds()))

    def watch(self, hub: Hub, outboxes: OutboxCounts, bus: Bus) -> None:
        self.registry.register(_Reader(hub, outboxes, bus))

    def exposition(self) -> bytes:
        return generate_latest(self.registry)


class _Reader(Collector):
    """Figures that others keep anyway."""

    def __init__(self, hub: Hub, outboxes: OutboxCounts, bus: Bus) -> None:
        self._hub = hub
        self._outboxes = outboxes
        self._bus = bus

    def collect(self) -> Iterator[Metric]:
        hub, outboxes, bus = self._hub, self._outboxes, self._bus.status()
        yield GaugeMetricFamily("corridor_connections", "Open connections", len(hub.members))
        yield GaugeMetricFamily("corridor_rooms_watched", "Rooms followed by somebody here", hub.watched)
        yield CounterMetricFamily("corridor_deliveries", "Events handed to connections", hub.counts.delivered)
        yield CounterMetricFamily("corridor_log_reads", "Reads of a room's log", hub.counts.log_reads)
        yield CounterMetricFamily("corridor_poll_finds", "Rooms whose hint was lost", hub.counts.poll_finds)
        yield CounterMetricFamily(
            "corridor_outbox_passing_dropped", "Passing frames not sent", outboxes.passing_dropped
        )
        yield CounterMetricFamily("corridor_outbox_set_back", "Rooms left to the log", outboxes.rooms_set_back)
        yield CounterMetricFamily("corridor_outbox_closed", "Connections closed as too slow", outboxes.closed_too_slow)
        yield GaugeMetricFamily("corridor_bus_delivering", "1 if the bus delivers", int(bus.delivering))
        yield CounterMetricFamily("corridor_bus_reconnects", "Links made anew", bus.reconnects)
        yield CounterMetricFamily("corridor_bus_deaf", "Links given up as deaf", bus.deaf)
