"""How the web processes run; `gunicorn --config config/gunicorn.py config.wsgi`.

Loaded once and forked, so that the processes share the memory of the code. Threads wait
for PostgreSQL side by side; a connection belongs to a thread, so PostgreSQL needs room
for WEB_PROCESSES × WEB_THREADS of them, and one more for the live streams of a process.
"""

import os
from typing import Any

from django.urls import get_resolver

from config.logs import LOGGING
from config.memory import settle, share_one_heap

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "4"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "config.worker.Worker"
preload_app = True
timeout = 30  # seconds; a process that is silent for longer is replaced
graceful_timeout = 10
keepalive = 15
# The heartbeat is a file: in memory, so that a busy disk does not look like a hang.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
control_socket_disable = True
logconfig_dict = LOGGING
loglevel = "warning"
share_one_heap()


def when_ready(server: Any) -> None:
    """Load all routes and keep the collector off what the processes will share."""
    _ = get_resolver().url_patterns
    settle()
