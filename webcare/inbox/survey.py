"""The page behind a survey's link: a question, five numbers, and room for words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webcare.actions.knocks import too_many_knocks
from webcare.actions.survey_answers import answer_survey
from webcare.domain.links import digest_of
from webcare.domain.surveys import LANGUAGES, LONGEST_COMMENT, SCORES
from webcare.exceptions import Invalid, NotFound
from webcare.inbox.errors import sentence
from webcare.queries.surveys import asked_by_link

GONE, TOO_MANY = 410, 429


@never_cache
@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest, key: str) -> HttpResponse:
    address = request.META.get("REMOTE_ADDR", "")
    wanted = _wanted(request)
    asked = asked_by_link(digest_of(key), wanted)
    usual = asked.language if asked else translation.get_language()
    with translation.override(wanted or usual):
        if asked is None:
            shut = too_many_knocks(address)
            return _page(request, status=TOO_MANY if shut else GONE, shut=shut)
        if request.method == "GET":
            return _page(request, asked=asked, chosen=asked.score)
        return _answer(request, key, asked)


def _answer(request: HttpRequest, key: str, asked: Any) -> HttpResponse:
    given = request.POST.get("score", "")
    score = int(given) if given in {str(one) for one in SCORES} else None
    comment = request.POST.get("comment", "")[:LONGEST_COMMENT]
    try:
        answer_survey(key=key, score=score, comment=comment)
    except Invalid as error:
        asked = asked._replace(comment=comment)
        return _page(request, asked=asked, trouble=sentence(error), status=422)
    except NotFound:
        return _page(request, status=GONE)
    return _page(request, done=True)


def _wanted(request: HttpRequest) -> str:
    """The language that the reader chose, if any."""
    chosen = request.GET.get("language", "")
    return chosen if chosen in LANGUAGES else ""


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    known = {"scores": list(SCORES), "longest": LONGEST_COMMENT}
    return render(request, "webcare/survey.html", known | context, status=status)
