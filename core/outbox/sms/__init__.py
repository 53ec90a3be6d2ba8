"""Text messages: gateways behind one verb, `send(number, text)`, chosen by the setting SMS_URL."""

from core.outbox.sms.gateways import Gateway, SentText, memory_outbox
from core.outbox.sms.urls import gateway_from_url

__all__ = ["Gateway", "SentText", "gateway_from_url", "memory_outbox"]
