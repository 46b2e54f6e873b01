"""One line per record, as JSON: events with ids, never texts, names or secrets."""

from typing import Any

import structlog

# Whatever a caller passes under these names stays out of the logs.
PRIVATE = frozenset(
    {"text", "body", "raw", "secret", "token", "password", "authorization", "handle"}
)


def _hide_private(_: Any, __: str, event: structlog.typing.EventDict) -> Any:
    return {key: "(hidden)" if key in PRIVATE else v for key, v in event.items()}


_SHARED: list[structlog.typing.Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _hide_private,
]

# Never with local variables: they hold what people wrote.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _TRACEBACKS,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {
        "webcare": {"level": "INFO"},
        "conversations": {"level": "INFO"},
        "django.server": {"handlers": ["out"], "level": "WARNING", "propagate": False},
    },
}
