"""A throw-away Apache Kafka (KRaft) on 127.0.0.1: one broker or three, plain or secured.

The jars are those of pom.xml, in `.venv/kafka` (`make .venv/.servers` brings them).
"""

from __future__ import annotations

import base64
import os
import signal
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.pki import Pki
from infra.testbed.bed import ROOT, Bed, Server, TestbedError, free_ports

_JARS = ROOT / ".venv" / "kafka"
_LOGGING = Path(__file__).parent / "log4j2.properties"
_READY = 90.0  # seconds; three to eight on a quiet machine
_STARTED = "Kafka Server started"  # its own last word when it is ready for clients
_JAVA = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")


class Kafka:
    """Brokers 1 to `brokers`; each is also controller.

    Secured means: mutual TLS between brokers and for clients, whose principal is the CN of their
    certificate; nothing is allowed without an ACL, except to `beheer`. `pki` issues certificates,
    `bootstrap` is where clients begin.

    Starts on entering the context, and is gone with its data on leaving it. Raises TestbedError
    when the jars or Java are missing or a broker does not start.
    """

    def __init__(self, brokers: int = 1, *, secured: bool = False, pki: Pki | None = None) -> None:
        self._numbers = range(1, brokers + 1)
        self._secured = secured
        self._own_pki = pki
        ports = free_ports(2 * brokers)
        self._ports = dict(zip(self._numbers, ports[:brokers], strict=True))
        self._controllers = dict(zip(self._numbers, ports[brokers:], strict=True))
        self._servers: dict[int, Server] = {}
        self.bootstrap = ",".join(f"127.0.0.1:{port}" for port in self._ports.values())

    def __enter__(self) -> Self:
        if not any(_JARS.glob("kafka_*.jar")):
            raise TestbedError("Kafka ontbreekt: make .venv/.servers")
        self._bed = Bed("kafka")
        try:
            self.pki = self._own_pki or Pki(self._bed.folder / "pki")
            self._format()
            for n in self._numbers:
                self._launch(n)
            for n in self._numbers:
                self._wait(n)
        except BaseException:
            self._bed.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bed.close()

    def pid(self, n: int = 1) -> int:
        """The process id of broker n."""
        return self._servers[n].process.pid

    def start(self, n: int = 1) -> None:
        """On the same data and port; returns when clients may come.

        After a kill that takes until its former session is over, about three seconds.
        """
        self._launch(n)
        self._wait(n)

    def stop(self, n: int = 1) -> None:
        """SIGTERM: hands over what it leads, closes its files."""
        self._servers[n].stop(signal.SIGTERM)

    def freeze(self, n: int = 1) -> None:
        """SIGSTOP."""
        self._servers[n].freeze()

    def thaw(self, n: int = 1) -> None:
        self._servers[n].thaw()

    def kill(self, n: int = 1) -> None:
        """SIGKILL."""
        self._servers[n].kill()

    def _format(self) -> None:
        """Gives every broker its settings and an empty data folder of one new cluster."""
        cluster = base64.urlsafe_b64encode(b"SP" + os.urandom(14)).decode().rstrip("=")
        for n in self._numbers:
            self._folder(n).mkdir()
            self._settings(n).write_text(self._properties(n))
        formats = [
            self._java(n, "kafka.tools.StorageTool", "format", "-t", cluster, "-c")
            for n in self._numbers
        ]
        for each in formats:
            each.finish()

    def _launch(self, n: int) -> None:
        self._log(n).unlink(missing_ok=True)  # its readiness is read from there
        self._servers[n] = self._java(n, "kafka.Kafka")

    def _wait(self, n: int) -> None:
        server = self._servers[n]
        server.wait_until(lambda: _STARTED in server.tail(), _READY)

    def _java(self, n: int, *command: str) -> Server:
        where = self._folder(n)
        return self._bed.start(
            ["java", *_JAVA, f"-Djava.io.tmpdir={where}", f"-Dlog4j2.configurationFile={_LOGGING}",
             "-cp", f"{_JARS}/*", *command, self._settings(n)],
            log=self._log(n),
        )  # fmt: skip

    def _folder(self, n: int) -> Path:
        return self._bed.folder / f"broker-{n}"

    def _settings(self, n: int) -> Path:
        return self._folder(n) / "server.properties"

    def _log(self, n: int) -> Path:
        return self._folder(n) / "server.log"

    def _properties(self, n: int) -> str:
        protocol = "SSL" if self._secured else "PLAINTEXT"
        voters = ",".join(f"{i}@127.0.0.1:{port}" for i, port in self._controllers.items())
        copies = len(self._numbers)
        agree = copies // 2 + 1
        return f"""
process.roles=broker,controller
node.id={n}
controller.quorum.voters={voters}
listeners=CLIENTS://127.0.0.1:{self._ports[n]},CONTROLLER://127.0.0.1:{self._controllers[n]}
listener.security.protocol.map=CLIENTS:{protocol},CONTROLLER:{protocol}
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENTS
log.dirs={self._folder(n)}/data

auto.create.topics.enable=false
message.max.bytes={160 * 1024}
log.retention.ms=-1
log.retention.bytes=-1
default.replication.factor={copies}
min.insync.replicas={agree}
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={agree}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={agree}

# A broker that comes back after a kill waits until its former session is over.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0

# Small, for a machine that runs everything else too.
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
{self._security(n) if self._secured else ""}"""

    def _security(self, n: int) -> str:
        mine = self.pki.identity("broker")
        keystore = self._folder(n) / "broker.pem"
        keystore.touch(mode=0o600)
        keystore.write_bytes(mine.key.read_bytes() + mine.cert.read_bytes())
        return f"""
ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={self.pki.ca}
ssl.principal.mapping.rules=RULE:^CN=([^,]+)(,.*)?$/$1/,DEFAULT
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:beheer;User:broker
# Brokers must find each other before there is anything to look an ACL up in.
early.start.listeners=CONTROLLER
"""
