"""How much anybody may bring at once: a form is read before it is known whose it is."""

from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# Bytes: the most files of the largest kind that any form of ours takes, and some more.
MOST = 120_000_000


class Capped(FileUploadHandler):
    """Refuses what says that it is larger, and leaves the keeping to those after it."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[Any, Any] | None:
        if content_length > MOST:
            raise RequestDataTooBig("A form of this size is not read.")
        return None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
