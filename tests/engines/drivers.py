"""Two browsers by their WebDriver commands: Firefox over Marionette, WebKitGTK over its driver."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.settings import free_port

START_SECONDS = 90
ANSWER_SECONDS = 180
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name of a reference to an element (WebDriver, section 12.1)."""
MISSING = {
    "firefox-esr": "No Firefox: apt-get install firefox-esr",
    "WebKitWebDriver": "No WebKitGTK: apt-get install webkit2gtk-driver",
    "Xvfb": "No screen for WebKitGTK: apt-get install xvfb",
}
PREFERENCES = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
}


class Missing(Exception):
    """A program that is not installed; the words say how it is."""


class Driver(Protocol):
    """A browser that takes WebDriver commands."""

    name: str

    def command(self, name: str, **given: Any) -> Any:
        """Carry out a command of Marionette's name and return its value."""
        ...


def program(name: str) -> str:
    """Return the path of a program that has to be installed."""
    found = shutil.which(name)
    if not found:
        raise Missing(MISSING[name])
    return found


class Marionette:
    """Firefox: length-prefixed JSON over a local socket, as geckodriver speaks it."""

    def __init__(self, port: int, version: str) -> None:
        self.name = version
        self.number = 0
        self.socket = connected(port)
        self.read()  # who it is
        self.command("WebDriver:NewSession", **TRUSTING)

    def read(self) -> Any:
        """Read one message."""
        length = b""
        while not length.endswith(b":"):
            length += self.receive(1)
        return json.loads(self.receive(int(length[:-1])))

    def receive(self, size: int) -> bytes:
        """Read so many bytes."""
        found = b""
        while len(found) < size:
            more = self.socket.recv(size - len(found))
            if not more:
                raise ConnectionError("Firefox is gone")
            found += more
        return found

    def command(self, name: str, **given: Any) -> Any:
        """Send it and wait for its answer."""
        self.number += 1
        body = json.dumps([0, self.number, name, given]).encode()
        self.socket.sendall(b"%d:%s" % (len(body), body))
        _kind, _number, error, result = self.read()
        if error:
            raise AssertionError(f"{name}: {error['error']}: {error['message']}")
        return result.get("value", result) if isinstance(result, dict) else result


TRUSTING = {"acceptInsecureCerts": True, "timeouts": {"script": ANSWER_SECONDS * 1000}}
PATHS = {
    "WebDriver:Navigate": ("POST", "url"),
    "WebDriver:Refresh": ("POST", "refresh"),
    "WebDriver:ExecuteAsyncScript": ("POST", "execute/async"),
    "WebDriver:FindElement": ("POST", "element"),
}


class WebDriver:
    """WebKitGTK: the same commands over HTTP (WebDriver, section 6)."""

    def __init__(self, port: int, browser: str) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_SECONDS)
        options = {"binary": browser, "args": ["--automation"]}
        match = {**TRUSTING, "webkitgtk:browserOptions": options}
        made = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": match}})
        self.session = made["sessionId"]
        self.name = f"WebKitGTK {made['capabilities'].get('browserVersion', '')}".strip()

    def ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        """Ask the driver; an error is one of ours."""
        answer = self.client.request(method, path, json=body).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{path}: {answer['message']}")
        return answer

    def command(self, name: str, **given: Any) -> Any:
        """Send it and wait for its answer."""
        if name in {"WebDriver:ElementClick", "WebDriver:ElementSendKeys"}:
            element = given.pop("id")
            act = "click" if name.endswith("Click") else "value"
            return self.ask("POST", f"/session/{self.session}/element/{element}/{act}", given)
        method, path = PATHS[name]
        return self.ask(method, f"/session/{self.session}/{path}", given)


def connected(port: int) -> socket.socket:
    """Connect as soon as somebody listens."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)  # the program is still starting


@contextmanager
def running(*command: str, **environment: str) -> Iterator[None]:
    """Run a program for the length of the block."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def firefox(*, blocks_site_data: bool = False) -> Iterator[Driver]:
    """Firefox ESR with a profile of its own."""
    path, port = program("firefox-esr"), free_port()
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory() as profile:
        chosen = {**PREFERENCES, "marionette.port": port}
        if blocks_site_data:
            chosen["network.cookie.cookieBehavior"] = 2
        lines = [f"user_pref({json.dumps(n)}, {json.dumps(v)});" for n, v in chosen.items()]
        Path(profile, "user.js").write_text("\n".join(lines))
        flags = ["--headless", "--no-remote", "--marionette", "--profile", profile]
        with running(path, *flags, HOME=profile):
            yield Marionette(port, version.stdout.strip().removeprefix("Mozilla "))


@contextmanager
def webkit() -> Iterator[Driver]:
    """WebKitGTK's MiniBrowser on a screen that nobody sees."""
    path, screen, port = program("WebKitWebDriver"), program("Xvfb"), free_port()
    browser = next(map(str, Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser")), "")
    if not browser:
        raise Missing(MISSING["WebKitWebDriver"])
    display = f":{port}"
    with (
        tempfile.TemporaryDirectory() as home,
        running(screen, display, "-screen", "0", "800x900x24", "-nolisten", "tcp"),
        running(path, f"--port={port}", DISPLAY=display, HOME=home, XDG_RUNTIME_DIR=home),
    ):
        connected(port).close()
        yield WebDriver(port, browser)
