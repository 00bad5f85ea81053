"""A real Apache Kafka broker for tests: one KRaft process from its published jars, on loopback."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import msgspec
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.postgres.child import gone, spawn
from shared.postgres.server import HOST, free_port

POM = Path(__file__).resolve().parents[1] / "deploy" / "kafka"
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"
START_SECONDS = 90.0
STOP_SECONDS = 30.0
MAX_LOG_BYTES = 4 * 1024 * 1024
HOW_TO_GET = "apt-get install openjdk-17-jre-headless maven"

# After a kill the default session of 9 s would keep the restarted broker waiting that long.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers={host}:{controller}
log.dirs={folder}/data
auto.create.topics.enable=false
num.partitions=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
"""
JVM = ["-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
JVM += ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]


class BrokerUnavailable(Exception):
    """The broker cannot be started here; the message says what is missing or shows its log."""


class _Ports(msgspec.Struct, frozen=True):
    port: int
    controller: int


class Broker:
    """One broker whose data lie in `folder`: `kill` and `start` again keep data and port.

    Kafka acknowledges before fsync: a kill loses nothing, a power cut might.
    """

    def __init__(self, folder: Path, jvm: Sequence[str] = JVM) -> None:
        self.folder = folder.absolute()
        self._jvm = jvm
        self._child: subprocess.Popen[bytes] | None = None
        self._ports = _Ports(0, 0)

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self._ports.port}"

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        if self._child is None:
            raise BrokerUnavailable("this broker was not started here")
        return self._child.pid

    @classmethod
    def attach(cls, folder: Path) -> Self:
        """A broker that another process runs: for its address only."""
        broker = cls(folder)
        broker._ports = msgspec.json.decode((folder / "ports.json").read_bytes(), type=_Ports)
        return broker

    async def start(self) -> Self:
        """Returns when the broker answers a request for metadata; BrokerUnavailable after 90 s."""
        if self.running:
            return self
        jars = await asyncio.to_thread(ensure_jars)
        await asyncio.to_thread(self._prepare, jars)
        self._child = self._launch(jars)
        deadline = time.monotonic() + START_SECONDS
        while not await self._answers():
            if not self.running or time.monotonic() > deadline:
                await self.kill()
                raise BrokerUnavailable(f"Kafka did not start: {self._log_end()}")
            await asyncio.sleep(0.05)
        return self

    async def stop(self) -> None:
        """Clean shutdown by SIGTERM, SIGKILL after 30 s."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """SIGKILL, as a crash."""
        await self._end(signal.SIGKILL)

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _end(self, how: signal.Signals) -> None:
        if self._child is None:
            return
        self._child.send_signal(how)
        if not await gone(self._child, STOP_SECONDS):
            self._child.kill()
            await gone(self._child, STOP_SECONDS)
        self._child = None

    def _prepare(self, jars: Path) -> None:
        """Ports and the cluster's folder, made once; a restart finds both again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "broker.log"
        if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
            os.truncate(log, 0)
        known = self.folder / "ports.json"
        if known.exists():
            self._ports = msgspec.json.decode(known.read_bytes(), type=_Ports)
            return
        self._ports = _Ports(free_port(), free_port())
        self._properties.write_text(
            PROPERTIES.format(
                host=HOST,
                port=self._ports.port,
                controller=self._ports.controller,
                folder=self.folder,
            )
        )
        self._format(jars)
        known.write_bytes(msgspec.json.encode(self._ports))

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _format(self, jars: Path) -> None:
        command = [*_java(jars), "kafka.tools.StorageTool", "format", "--standalone"]
        command += ["-t", CLUSTER_ID, "-c", str(self._properties)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise BrokerUnavailable(f"Kafka's folder was not made: {done.stdout}{done.stderr}")

    def _launch(self, jars: Path) -> "subprocess.Popen[bytes]":
        with (self.folder / "broker.log").open("ab") as log:
            return spawn(
                [*_java(jars, self._jvm), "kafka.Kafka", str(self._properties)],
                log.fileno(),
                last_signal=signal.SIGKILL,
            )

    async def _answers(self) -> bool:
        """The port first: a client that finds it closed writes errors into the test's log."""
        try:
            _, writer = await asyncio.open_connection(HOST, self._ports.port)
        except OSError:
            return False
        writer.close()
        client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
        try:
            await client.start()
            return bool((await client.describe_cluster())["brokers"])
        except KafkaError:
            return False
        finally:
            await client.close()

    def _log_end(self) -> str:
        return (self.folder / "broker.log").read_text(errors="replace")[-3000:]


def ensure_jars() -> Path:
    """The folder of the jars; Maven fetches them once (45 MB). Raises BrokerUnavailable."""
    jars = POM / "lib"
    POM.joinpath("target").mkdir(exist_ok=True)
    with (POM / "target" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fetched = jars / "fetched.sha256"
        wanted = hashlib.sha256((POM / "pom.xml").read_bytes()).hexdigest()
        if not fetched.exists() or fetched.read_text() != wanted:
            _fetch(jars)
            fetched.write_text(wanted)
    return jars


def _fetch(jars: Path) -> None:
    command = [_tool("mvn"), "-q", "-B", "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={jars}"]
    shutil.rmtree(jars, ignore_errors=True)
    done = subprocess.run(
        command, cwd=POM, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode != 0:
        raise BrokerUnavailable(f"Maven could not fetch Kafka: {done.stdout[-2000:]}")


def _java(jars: Path, jvm: Sequence[str] = JVM) -> list[str]:
    return [_tool("java"), "-cp", f"{jars}/*", *jvm]


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BrokerUnavailable(f"{name} is missing: {HOW_TO_GET}")
    return found
