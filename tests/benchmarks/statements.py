"""How many SQL statements a journey takes, counted in this process on the same code."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices.models.authenticator import step_now
from tests.benchmarks.people import PASSWORD, Person
from tests.live.visitor import AGENT


def count(person: Person, *, show: bool = False) -> dict[str, int]:
    """Make the journey once and count the statements of each request."""
    browser = Client(headers={"User-Agent": AGENT})
    counts: dict[str, int] = {}

    def ask(name: str, method: str, path: str, form: dict[str, str] | None = None) -> str:
        with CaptureQueriesContext(connection) as queries:
            answer = getattr(browser, method)(path, form, secure=True)
        counts[name] = len(queries)
        for query in queries.captured_queries if show else ():
            print(f"  {name}: {query['sql'][:160]}")
        return str(answer.headers.get("Location", ""))

    ask("form", "get", "/sign-in/")
    form = {"email": person.address, "password": PASSWORD}
    step = ask("password", "post", "/sign-in/", form)
    ask("step page", "get", step)
    code = {"code": person.authenticator.code_at(step_now())}
    landing = ask("code", "post", step, code)
    ask("overview", "get", landing)
    return counts
