import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.keys import key_check
from core.outbox import worker


class Command(BaseCommand):
    help = "Hands the messages of the out-box over to the mail server and the SMS gateway."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due, then end")
        parser.add_argument(
            "--interval", type=float, default=1, help="seconds between two looks (default 1)"
        )

        parser.add_argument(
            "--threads", type=int, default=0, help="hand-overs of a channel side by side"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver until SIGTERM or SIGINT; the message in hand is finished first."""
        try:
            key_check.judge_if_possible()
        except key_check.WrongKeys as error:
            raise CommandError(str(error)) from error
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        if options["once"]:
            worker.run_round(stop)
            worker.clean_up()
        else:
            worker.run(stop, interval=options["interval"], threads=options["threads"])
