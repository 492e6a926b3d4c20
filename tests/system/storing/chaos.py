"""What goes wrong, in an order that a seed decides, while the load goes on.

Rules kept here: a killed process is started again at once, as a supervisor would, and a server too;
between two blows some commands must be acknowledged, so that every blow falls under way; nobody
waits for a full recovery.
"""

from __future__ import annotations

import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.cluster import Cluster
from infra.testbed.processes import until
from tests.system.storing.oracle import Oracle

ROLLEN = ("api", "worker", "relay")
TEGELIJK = 2
"""Processes of each role that are killed at once."""
HERSTEL = 300.0
"""Seconds in which a process is ready, or the load goes on, on a machine that is very busy."""


@dataclass(frozen=True)
class Plan:
    """How often what happens; `uitval` is how many seconds the broker stays away at the end."""

    rollen: int
    postgres: int
    bevries: int
    broker: int
    tussen: int = 10
    """Commands acknowledged between two blows."""
    uitval: float = 0


class Chaos:
    """Does it to a cluster. `geteld` is how often what was done, by role or server."""

    def __init__(self, cluster: Cluster, oracle: Oracle, seed: int) -> None:
        self.geteld: Counter[str] = Counter()
        self.cluster, self.oracle = cluster, oracle
        self._kans = random.Random(seed)

    def run(self, plan: Plan, said: Callable[[str], None] = lambda _: None) -> None:
        """Raises TimeoutError when the load does not go on after a blow."""
        blows: Mapping[str, Callable[[], None]] = {
            "rollen": self.kill_roles, "postgres": self.stop_postgres,
            "bevries": self.freeze_broker, "broker": self.kill_broker,
        }  # fmt: skip
        order = ["rollen"] * -(-plan.rollen // TEGELIJK)
        order += ["postgres"] * plan.postgres
        order += ["bevries"] * plan.bevries + ["broker"] * plan.broker
        self._kans.shuffle(order)
        for blow in order:
            blows[blow]()
            said(blow)
            self.oracle.wait(more=plan.tussen, seconds=HERSTEL)
        if plan.uitval:
            self.outage(plan.uitval)
            said("uitval")

    def kill_roles(self) -> None:
        """Kill -9 of some processes of every role at one moment."""
        chosen = [(role, name) for role in ROLLEN for name in self._victims(role)]
        for role, name in chosen:
            code = self.cluster.end(name)
            assert code == -signal.SIGKILL, f"{name} was er niet meer: {code}"
            self.geteld[role] += 1
        self.cluster.start(*(name for _, name in chosen))

    def stop_postgres(self) -> None:
        self.cluster.postgres.stop("immediate")
        self.cluster.postgres.start()
        self.geteld["postgres"] += 1

    def freeze_broker(self) -> None:
        """The broker hangs while commands go on being acknowledged."""
        self.cluster.kafka.freeze()
        try:
            self.oracle.wait(more=20, seconds=HERSTEL)
        finally:
            self.cluster.kafka.thaw()
        self.geteld["broker bevroren"] += 1

    def kill_broker(self) -> None:
        self.cluster.kafka.kill()
        self.oracle.wait(more=20, seconds=HERSTEL)
        self.cluster.kafka.start()
        self.geteld["broker gedood"] += 1

    def outage(self, seconds: float) -> None:
        """The broker is away for so long, and meanwhile every role is killed once more."""
        before = len(self.oracle.opdrachten)
        self.cluster.kafka.kill()
        threading.Event().wait(seconds / 2)
        for role in ROLLEN:
            name = self._kans.choice(self._names(role))
            self.cluster.end(name)
            self.cluster.start(name)
        threading.Event().wait(seconds / 2)
        self.cluster.kafka.start()
        self.geteld["opdrachten tijdens de uitval"] = len(self.oracle.opdrachten) - before

    def _victims(self, role: str) -> list[str]:
        """Some that are at work: killing one that is still starting tells little."""
        names = self._names(role)
        self._kans.shuffle(names)
        found: list[str] = []

        def enough() -> bool:
            found[:] = [name for name in names if self.cluster.health(name).get("klaar")]
            return len(found) >= TEGELIJK

        if not until(enough, HERSTEL):
            raise TimeoutError(f"{role}: {names}, klaar zijn {found}")
        return found[:TEGELIJK]

    def _names(self, role: str) -> list[str]:
        return [name for name in self.cluster.processes if name.split("-")[1] == role]
