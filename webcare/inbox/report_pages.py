"""Which reports there are as pages, in the order in which they are offered."""

from collections.abc import Mapping

from webcare.inbox.report_shapes import Page
from webcare.inbox.service_reports import SERVICE
from webcare.inbox.value_reports import VALUE

REPORTS: Mapping[str, Page] = {page.slug: page for page in (*SERVICE, *VALUE)}
