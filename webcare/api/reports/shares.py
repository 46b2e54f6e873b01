"""What reports of shares have in common: each share with what it is a share of."""

from collections.abc import Sequence

from django.http import HttpResponse
from rest_framework import serializers

from webcare.api.reports.asked import FILTERS
from webcare.api.reports.report import Report
from webcare.api.reports.tables import file_of
from webcare.api.shapes import Json, Out
from webcare.domain.tables import as_csv

IN_ONE_VIEW = {name: one for name, one in FILTERS.items() if name != "view"}


class ShareLineOut(Out):
    """`key` is what the line is of; null for all, or where cases have none of it."""

    key = serializers.CharField(allow_null=True)


class ShareReport(Report):
    @property
    def file(self) -> str:
        return self.name

    def table(self, lines: Sequence[Json]) -> HttpResponse:
        return file_of(as_csv(lines), "text/csv; charset=utf-8", f"{self.file}.csv")
