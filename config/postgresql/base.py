"""Django's PostgreSQL backend, with a look at the socket before each request.

Django asks `SELECT 1` whether a kept connection still lives: a journey to the server
that took a quarter of the time of taking a message in. A server that goes away says
so, and what it said lies in the socket; an idle connection that lives is silent.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the connection lives; asked only when there is something to read."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0) or super().is_usable()
