"""`make bench`: the sign-in journey and the overview, on PostgreSQL with gunicorn 2 × 8."""

import os
import sys

os.environ["LATCHKEY_LIVE"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    make_password,
)

from tests.benchmarks import measure, statements
from tests.benchmarks.journey import Browser
from tests.benchmarks.people import PASSWORD, Person, make_people
from tests.live.site import live_site

JOURNEYS = 160
WARM_UP = 16
PAGES = 1600


def main() -> None:
    """Run the measurement and print it."""
    settings.ALLOWED_HOSTS.append("testserver")
    with live_site(tls=False) as site:
        people = make_people(2 * JOURNEYS + WARM_UP + 2)
        server = site.processes[0].pid

        def sign_in(person: Person) -> None:
            browser = Browser(site.url)
            browser.sign_in(person)
            browser.close()

        for person in people[:WARM_UP]:
            sign_in(person)
        people = people[WARM_UP:]
        alone = measure.run(sign_in, people[:JOURNEYS], at_once=1, server=server)
        people = people[JOURNEYS:]
        crowd = measure.run(sign_in, people[:JOURNEYS], at_once=8, server=server)
        people = people[JOURNEYS:]
        overview = _overview(site.url, people.pop(), server)
        counts = statements.count(people.pop(), show="--sql" in sys.argv)
    _print(alone, crowd, overview, counts)


def _overview(url: str, person: Person, server: int) -> measure.Figures:
    first = Browser(url)
    first.sign_in(person)
    browsers = [Browser(url) for _each in range(8)]
    for browser in browsers:
        browser.cookies = dict(first.cookies)

    def look(number: int) -> None:
        browser = browsers[number % 8]
        browser.expect(browser.ask("GET", "/security/"), 200)

    # Each of the eight threads needs a connection of its own.
    chunks = [range(start, PAGES, 8) for start in range(8)]

    def many(chunk: range) -> None:
        for number in chunk:
            look(number)

    figures = measure.run(many, chunks, at_once=8, server=server)
    pages = len(chunks[0])
    times = [time / pages for time in figures.times for _each in range(pages)]
    return measure.Figures(times, figures.wall, figures.cpu / pages)


def _djangos_own() -> Argon2PasswordHasher:
    return Argon2PasswordHasher()


def _print(
    alone: measure.Figures,
    crowd: measure.Figures,
    overview: measure.Figures,
    counts: dict[str, int],
) -> None:
    encoded = make_password(PASSWORD)
    hashing = measure.cpu_of_call(lambda: check_password(PASSWORD, encoded))
    own = _djangos_own().encode(PASSWORD, "a salt of its own")
    outside = (alone.cpu - hashing) * 1000
    yardstick = measure.cpu_of_call(lambda: _djangos_own().verify(PASSWORD, own), 5)
    print(f"one password hash                {hashing * 1000:7.1f} ms CPU")
    print(
        f"one at Django's own parameters   {yardstick * 1000:7.1f} ms CPU, the speed of the machine"
    )
    print("sign-in journey (five requests)")
    print(f"  alone                          {alone.median_ms:7.1f} ms, p95 {alone.p95_ms:.1f}")
    print(f"  eight at once                  {crowd.median_ms:7.1f} ms, p95 {crowd.p95_ms:.1f}")
    print(f"  journeys a second, eight       {crowd.a_second:7.1f}")
    print(f"  CPU                            {alone.cpu * 1000:7.1f} ms")
    print(f"  CPU as a multiple of one hash  {alone.cpu / hashing:7.2f}")
    share = outside / yardstick / 1000
    print(f"  CPU outside the hash           {outside:7.1f} ms (target: 25)")
    print(f"  the same, as a share of Django's hash {share:.2f} (peers: 0.17 and 0.22)")
    print(f"  statements                     {sum(counts.values()):7d} (target: 40) {counts}")
    print("overview page, signed in, eight at once")
    print(f"  mean                           {overview.median_ms:7.1f} ms")
    print(f"  pages a second                 {overview.a_second:7.1f}")
    print(f"  CPU                            {overview.cpu * 1000:7.1f} ms")
    print(f"  statements                     {counts['overview']:7d} (target: 8)")


if __name__ == "__main__":
    main()
