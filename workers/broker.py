"""How workers and the clock look for a broker that is away: every two seconds, for as long as it takes."""

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection


class SteadyConnection(Connection):
    """kombu waits two seconds longer after each failure, up to thirty: after a minute without a broker the workers came
    back 16 s after it had (seen in a fault run), and all mail lay for as long."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """As kombu does, with the same wait after each failure."""
        return super().ensure_connection(*args, **{"interval_step": 0, **options})  # type: ignore[no-untyped-call]  # kombu does not say


class SteadyAMQP(AMQP):
    Connection = SteadyConnection
