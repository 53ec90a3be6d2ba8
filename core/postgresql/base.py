"""Connections on which nothing is waited for without an end.

The server's own time-outs end a statement that takes too long. They do nothing while the server
itself does not answer (stopped, or gone without a word): there the client's end of the wait counts.
"""

from types import SimpleNamespace
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base

from core.postgresql.availability import away

ANSWER_SECONDS = 3
"""How long a connection that was idle may take to show that it still answers."""

MARGIN_SECONDS = 2
"""What the client waits longer than the server lets a statement run."""

LOCK_SECONDS = 10
"""How long a statement may wait for a row or table of somebody else."""


class LimitedConnection(psycopg.Connection[Any]):
    """Gives up, and closes, what has not answered within `limit` seconds."""

    limit: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Do as the library does, within the limit; a connection that timed out is of no use."""
        try:
            answer = super().wait(gen, interval, timeout or self.limit)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # the server said nothing
                self.pgconn.finish()
                away.begin()
            raise
        away.end()
        return answer

    @classmethod
    def connect(cls, conninfo: str = "", **kwargs: Any) -> "LimitedConnection":
        """Connect within `connect_timeout`; at once no, while the server was just found away."""
        if away.is_on():
            raise psycopg.OperationalError("the database did not answer a moment ago")
        try:
            connection = super().connect(conninfo, **kwargs)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:
                away.begin()
            raise
        away.end()
        return connection


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with limits."""

    Database = SimpleNamespace(  # type: ignore[assignment] # Django asks only for names of it
        **{**vars(psycopg), "connect": LimitedConnection.connect}
    )

    def get_new_connection(self, conn_params: dict[str, Any]) -> LimitedConnection:
        """Let nothing that follows on this connection wait for ever."""
        connection: LimitedConnection = super().get_new_connection(conn_params)
        seconds = settings.DATABASE_TIMEOUT
        connection.limit = seconds + MARGIN_SECONDS if seconds else None
        return connection

    def init_connection_state(self) -> None:
        """Tell the server too; as statements, because poolers refuse unknown start-up options."""
        super().init_connection_state()
        if seconds := settings.DATABASE_TIMEOUT:
            limits = {
                "statement_timeout": seconds,
                "lock_timeout": min(seconds, LOCK_SECONDS),
                "idle_in_transaction_session_timeout": 6 * seconds,
            }
            calls = ", ".join("set_config(%s, %s, false)" for _each in limits)
            values = [part for name, most in limits.items() for part in (name, f"{most}s")]
            with self.connection.cursor() as cursor:
                cursor.execute(f"SELECT {calls}", values)

    def is_usable(self) -> bool:
        """Tell whether the server answers soon, and takes changes; after a switch it may not."""
        if self.connection is None or away.is_on():
            return False
        kept, self.connection.limit = self.connection.limit, ANSWER_SECONDS
        try:
            with self.connection.cursor() as cursor:
                read_only = cursor.execute("SHOW transaction_read_only").fetchone()[0]
        except psycopg.Error:
            return False
        finally:
            self.connection.limit = kept
        return bool(read_only == "off") or not self.errors_occurred
