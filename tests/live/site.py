"""The running site: its database, certificate and processes."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection

from tests.live.sinks import MailServer, SmsGateway
from tests.live.visitor import Visitor
from tests.settings import BASE_DATABASE_URL, ENVIRONMENT, SCRATCH, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30
STOP_SECONDS = 10
Process = subprocess.Popen[bytes]


@dataclass
class LiveSite:
    """What a test knows of the running site."""

    url: str
    mail: MailServer
    sms: SmsGateway
    log: Path
    processes: list[Process] = field(default_factory=list)
    """gunicorn's master and the delivering worker."""
    certificate: list[str] = field(default_factory=list)
    """gunicorn's options for it."""
    certificate_pin: str = ""
    """Base64 of the SHA-256 of the certificate's public key, by which Chromium trusts it."""
    behind_proxy: bool = False
    _visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, *, address: str = "", **options: Any) -> Visitor:
        """Return a new browser with a network address of its own, for this test."""
        if self.behind_proxy:
            options["headers"] = {"X-Forwarded-Proto": "https", **options.get("headers", {})}
        visitor = Visitor(self.url, address=address, **options)
        self._visitors.append(visitor)
        return visitor

    def log_since(self, position: int) -> str:
        """Return what the site said after this byte of its log; all of it if a process ended."""
        if any(process.poll() is not None for process in self.processes):
            position = 0
        try:
            said = self.log.read_bytes()
        except FileNotFoundError:  # the last test of a run is reported when the site is gone
            return ""
        return said[position:].decode(errors="replace")

    def close(self) -> None:
        """Close the visitors' connections, as is done after each test."""
        while self._visitors:
            self._visitors.pop().close()


def make_certificate(folder: Path) -> tuple[list[str], str]:
    """Make a self-signed certificate for localhost; return gunicorn's options and the pin."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    clear, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    key_file, certificate_file = folder / "key.pem", folder / "certificate.pem"
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, clear))
    certificate_file.write_bytes(certificate.public_bytes(pem))
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    options = ["--keyfile", str(key_file), "--certfile", str(certificate_file)]
    return options, b64encode(sha256(public).digest()).decode()


@contextmanager
def migrated_database() -> Iterator[None]:
    """Make the default database and its tables; on PostgreSQL, drop it in the end."""
    database = settings.DATABASES["default"]["NAME"]
    SCRATCH.mkdir(mode=0o700, exist_ok=True)
    if connection.vendor == "postgresql":
        on_server(f'CREATE DATABASE "{database}"')
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        if connection.vendor == "postgresql":
            on_server(f'DROP DATABASE "{database}" WITH (FORCE)')
        shutil.rmtree(SCRATCH, ignore_errors=True)


def on_server(statement: str) -> None:
    """Run one statement on the PostgreSQL server outside of any transaction."""
    config = {**settings.DATABASES["default"]}
    name = urlsplit(BASE_DATABASE_URL).path.rpartition("/")[2]
    parts = {"dbname": name, "host": config["HOST"], "port": config["PORT"]}
    parts |= {"user": config["USER"], "password": config["PASSWORD"]}
    given = {key: str(value) for key, value in parts.items() if value}
    with psycopg.connect(psycopg.conninfo.make_conninfo(**given), autocommit=True) as server:
        server.execute(statement.encode())


def collect_static(environment: Mapping[str, str]) -> None:
    """Collect the static files as a deployment does, unless they stand there already.

    Runs take turns, and what one of them serves is not written again by the next: a site that
    read the folder meanwhile would go on with half a file.
    """
    (ROOT / "var").mkdir(exist_ok=True)
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    stamp, sources = ROOT / "var" / "static.stamp", static_sources()
    with (ROOT / "var" / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == sources and Path(settings.STATIC_ROOT).exists():
            return
        stamp.unlink(missing_ok=True)
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        stamp.write_text(sources)


def static_sources() -> str:
    """Say in one word which files there are to collect, and as of when."""
    files = [Path(at.path(name)) for finder in get_finders() for name, at in finder.list([])]
    states = [(file, file.stat()) for file in sorted(files)]
    lines = [f"{file} {state.st_size} {state.st_mtime_ns}" for file, state in states]
    return sha256("\n".join(lines).encode()).hexdigest()


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[Process]:
    """Run a process for the length of the block, its words going to the end of the log."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_serving(site: LiveSite) -> None:
    """Return once the site answers; fail with its log if it ends or takes 30 seconds."""
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(verify=False, trust_env=False) as probe:  # noqa: S501 - made for this run
        while True:
            try:
                probe.get(f"{site.url}/healthz")
            except httpx.TransportError:
                ended = any(process.poll() is not None for process in site.processes)
                if ended or time.monotonic() > deadline:
                    raise AssertionError(f"the site did not start:\n{site.log_since(0)}") from None
                time.sleep(0.05)
            else:
                return


def gunicorn(port: int | None, workers: int, threads: int) -> list[str]:
    """Return the command that serves the site on this port of 127.0.0.1."""
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    return [*command, "--workers", str(workers), "--threads", str(threads)]


@contextmanager
def live_site(
    *, workers: int = 2, threads: int = 8, tls: bool = True, env: Mapping[str, str] | None = None
) -> Iterator[LiveSite]:
    """Run the whole site on the default database of this process (LATCHKEY_LIVE=1).

    Without `tls` the site is behind a pretended proxy that ended it, as a measurement wants.
    `env` overrides settings of the site's processes.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="latchkey-site-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        mail, sms = stack.enter_context(MailServer()), stack.enter_context(SmsGateway())
        sinks = {"EMAIL_URL": mail.url, "SMS_URL": sms.url, "OUTBOX_DELIVERY": "worker"}
        wiring = {"DJANGO_SETTINGS_MODULE": "portal.settings"}
        environment = {**os.environ, **ENVIRONMENT, **wiring, **sinks, **(env or {})}
        stack.enter_context(migrated_database())
        collect_static(environment)
        origin = settings.PORTAL_ORIGIN if tls else settings.PORTAL_ORIGIN.replace("s:", ":", 1)
        site = LiveSite(origin, mail, sms, folder / "log", behind_proxy=not tls)
        stack.callback(site.close)
        serve = gunicorn(urlsplit(origin).port, workers, threads)
        if tls:
            site.certificate, site.certificate_pin = make_certificate(folder)
            serve += site.certificate
        deliver = [sys.executable, "manage.py", "deliver", "--interval", "0.2"]
        worker = stack.enter_context(running(deliver, environment, site.log))
        server = stack.enter_context(running(serve, environment, site.log))
        site.processes = [server, worker]
        wait_until_serving(site)
        yield site


@contextmanager
def beside(site: LiveSite, app: str = "") -> Iterator[LiveSite]:
    """Serve the database and the files of this site once more, the app at an origin of its own.

    `app` is the host of that origin; both are at one port, as behind one proxy.
    """
    port = free_port()
    origins = {
        "PORTAL_ORIGIN": f"https://localhost:{port}",
        "AUTHENTICATOR_ORIGIN": f"https://{app}:{port}" if app else "",
    }
    wiring = {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    environment = {**os.environ, **ENVIRONMENT, **wiring, **origins}
    folder = Path(tempfile.mkdtemp(prefix="latchkey-beside-"))
    other = LiveSite(origins["PORTAL_ORIGIN"], site.mail, site.sms, folder / "log")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(other.close)
        serve = gunicorn(port, 1, 4) + site.certificate
        other.processes = [stack.enter_context(running(serve, environment, other.log))]
        wait_until_serving(other)
        yield other
