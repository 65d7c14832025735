"""The site's web server, which kills itself where it would ring: the row is committed and no bell was heard."""

import os
import signal

from webapp.queue import Doorbell
from wsgi import app


class _LastBell(Doorbell):
    def ring(self, name: str, row_id: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


_LastBell("").init_app(app)
