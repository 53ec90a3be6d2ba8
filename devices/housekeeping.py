"""What devices throws away; the worker calls it once an hour."""

from devices import phones, sessions


def run() -> int:
    """Delete ended sessions and phones whose code was never proved; return how many rows."""
    return sessions.forget_ended() + phones.forget_abandoned()
