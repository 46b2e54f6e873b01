"""JSON as the world agreed on it, and never more of it than we said."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

TOO_DEEP = "Nest less deeply."


class StrictJSONParser(BaseParser):
    """UTF-8 JSON without NaN or Infinity, capped while it is read."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ParseError("This body is too large.")
        try:
            return json.loads(body.decode(), parse_constant=_refuse)
        except RecursionError as error:
            raise ParseError(TOO_DEEP) from error
        except ValueError as error:
            raise ParseError("Send UTF-8 JSON.") from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
