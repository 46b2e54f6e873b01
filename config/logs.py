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

# Errors of the surroundings; the message of any other may quote what people wrote.
SPEAKING = frozenset({"OperationalError", "InterfaceError", "ConnectionError"})


class _Traces(structlog.tracebacks.ExceptionDictTransformer):
    """Where it happened, without local variables and without foreign words."""

    def __call__(self, exc_info: Any) -> list[dict[str, Any]]:
        traces = super().__call__(exc_info)
        for trace in traces:
            if trace["exc_type"] not in SPEAKING:
                trace["exc_value"] = "(hidden)"
        return traces


_TRACEBACKS = structlog.processors.ExceptionRenderer(_Traces(show_locals=False))

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
