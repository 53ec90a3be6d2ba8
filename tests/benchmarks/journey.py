"""A browser that costs next to nothing, so that the site is measured and not the client."""

from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

from devices.models.authenticator import step_now
from tests.benchmarks.people import PASSWORD, Person
from tests.live.people import fresh_ip
from tests.live.visitor import AGENT


class Browser:
    """One connection with its cookies, behind the pretended proxy of the measurement."""

    def __init__(self, url: str) -> None:
        self.netloc = urlsplit(url).netloc
        self.connection = HTTPConnection(self.netloc, timeout=60)
        self.cookies: dict[str, str] = {}
        self.address = fresh_ip()

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> HTTPResponse:
        """Send one request and read the whole answer; a server error ends the run."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "User-Agent": AGENT,
            "X-Forwarded-For": self.address,
            "X-Forwarded-Proto": "https",
            "Origin": f"https://{self.netloc}",
        }
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self.cookies["__Host-csrf"], **form})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def expect(self, answer: HTTPResponse, status: int) -> str:
        """Return where the answer leads; raises `AssertionError` on another status."""
        if answer.status != status:
            raise AssertionError(f"{answer.status} instead of {status}")
        return answer.headers.get("Location", "")

    def sign_in(self, person: Person) -> None:
        """Make the journey of five requests: form, password, step page, code, overview."""
        self.expect(self.ask("GET", "/sign-in/"), 200)
        form = {"email": person.address, "password": PASSWORD}
        step = self.expect(self.ask("POST", "/sign-in/", form), 302)
        self.expect(self.ask("GET", step), 200)
        code = person.authenticator.code_at(step_now())
        landing = self.expect(self.ask("POST", step, {"code": code}), 302)
        self.expect(self.ask("GET", landing), 200)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
