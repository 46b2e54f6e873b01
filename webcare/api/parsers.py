"""JSON as the world agreed on it, and never more of it than we said."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """UTF-8 JSON without NaN or Infinity; Django caps how much of it is read."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = parser_context["request"].body if parser_context else stream.read()
        try:
            return json.loads(body.decode(), parse_constant=_refuse)
        except RecursionError as error:
            raise ParseError(_("Nest less deeply.")) from error
        except ValueError as error:
            raise ParseError(_("Send UTF-8 JSON.")) from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")
