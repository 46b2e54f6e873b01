"""Whether our answers added something: four shares, with the harm beside the thanks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Message
from tests.webcare.surveys.passing import arrive, pass_by
from webcare.actions import replies, tickets
from webcare.actions.merges import merge_ticket
from webcare.actions.survey_answers import answer_survey
from webcare.actions.surveys import ask_due
from webcare.domain.lifecycle import Status
from webcare.domain.links import digest_of
from webcare.models import Annoyance, Survey, SurveySetting, Ticket, TicketMessage

pytestmark = pytest.mark.django_db
PATH = "/api/v1/reports/added-value"


@pytest.fixture
def report(as_client, root, settle):
    def ask(user=root, **parameters):
        settle()
        to = (timezone.now() + timedelta(minutes=1)).isoformat()
        answer = as_client(user).get(PATH, {"to": to} | parameters)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    return ask


@pytest.fixture
def answer(ada, pump):
    def say(ticket, then=Status.RESOLVED):
        key = f"k{ticket.pk} {ticket.version}"
        reply = replies.send_reply(
            ticket=ticket, user=ada, text="Tomorrow.", client_key=key, then=then
        )
        arrive(reply.delivery_id)
        pump()
        ticket.refresh_from_db()
        return ticket

    return say


@pytest.fixture
def says(shop, hear, item):
    """Lets a ticket's author say more in its thread."""

    def say(ticket, text):
        [message] = hear(
            shop,
            item(
                text=text,
                thread=ticket.thread.platform_id,
                author={"external_id": ticket.author.external_id},
                posted_at=timezone.now().isoformat(),
            ),
        )
        return message

    return say


@pytest.fixture
def talk(make_ticket):
    """A ticket in a thread with a name, so that its author can say more."""
    numbers = iter(range(100))
    return lambda: make_ticket(thread=f"t{next(numbers)}")


def counts(line):
    parts = ("engaged", "added", "harm", "silent")
    return (line["conversations"], *(line[name]["count"] for name in parts))


def test_four_shares_of_all_conversations(talk, answer, says, report, ada):
    says(answer(talk()), "Bedankt, opgelost!")
    says(answer(talk(), Status.PENDING), "Laat me met rust.")
    answer(talk())
    talk()
    tickets.resolve_ticket(ticket=talk(), user=ada)

    [line] = report()
    assert counts(line) == (5, 3, 1, 1, 1)
    assert (line["engaged"]["share"], line["added"]["share"]) == (0.6, 0.2)
    assert line["provisional"] == 4


def test_thanks_before_we_spoke_are_no_evidence(talk, says, answer, report):
    ticket = talk()
    says(ticket, "Stop messaging me")
    answer(Ticket.objects.get(pk=ticket.pk))

    assert counts(report()[0]) == (1, 1, 0, 0, 1)


def test_what_was_opened_again_added_nothing(talk, says, answer, report, ada):
    ticket = answer(talk())
    says(ticket, "Top, bedankt!")
    ticket.refresh_from_db()
    tickets.reopen_ticket(ticket=ticket, user=ada)

    assert counts(report()[0]) == (1, 1, 0, 0, 1)


def test_evidence_counts_for_seven_days(talk, says, answer, report):
    ticket = answer(talk())
    thanks = says(ticket, "Bedankt!")
    Message.objects.filter(direction="out").update(
        posted_at=thanks.posted_at - timedelta(days=7, seconds=1)
    )
    assert counts(report()[0]) == (1, 1, 0, 0, 1)
    assert report()[0]["provisional"] == 0

    Message.objects.filter(direction="out").update(
        posted_at=thanks.posted_at - timedelta(days=6, hours=23)
    )
    assert counts(report()[0]) == (1, 1, 1, 0, 0)


@pytest.mark.parametrize(("score", "added"), [(5, 1), (4, 1), (3, 0), (1, 0)])
def test_a_score_of_four_or_five_is_evidence(
    make_ticket, answer, report, shop_queue, score, added
):
    SurveySetting.objects.create(queue=shop_queue, is_on=True, delay_minutes=5)
    answer(make_ticket(visibility="private"))
    pass_by(minutes=6)
    ask_due()
    Survey.objects.update(digest=digest_of("k"))
    answer_survey(key="k", score=score)

    assert counts(report()[0]) == (1, 1, added, 0, 1 - added)


def test_merging_takes_the_evidence_along(
    talk, answer, says, make_ticket, lena, report
):
    author = {"external_id": "kim"}
    one, two = (make_ticket(thread=name, author=author) for name in ("one", "two"))
    answer(one, Status.PENDING)
    says(one, "Bedankt!")
    merge_ticket(
        source=Ticket.objects.get(pk=one.pk),
        target=Ticket.objects.get(pk=two.pk),
        user=lena,
    )

    assert counts(report()[0]) == (1, 1, 1, 0, 0)


def test_it_is_provisional_where_our_words_stand(talk, answer, report):
    """What was split off lately leaves the ticket it came in by as it is."""
    one, two = answer(talk()), answer(talk())
    assert report()[0]["provisional"] == 2

    TicketMessage.objects.filter(ticket=one, message__direction="out").update(
        ticket=two, split_ticket=two
    )
    assert report()[0]["provisional"] == 1


def test_who_wants_us_gone_is_written_down_and_not_asked(
    make_ticket, answer, says, hear, item, shop, shop_queue
):
    SurveySetting.objects.create(queue=shop_queue, is_on=True, delay_minutes=5)
    ticket = make_ticket(visibility="private", text="Stop messaging me. My parcel!")
    noted = Annoyance.objects.get()
    assert (noted.message, noted.why) == (ticket.last_inbound, "stop")
    answer(ticket)
    pass_by(minutes=6)
    ask_due()

    assert Survey.objects.get().reason == "wants_peace"


@pytest.mark.parametrize(
    "by", ["queue", "topic", "agent", "channel", "priority", "hour", "day", "week"]
)
def test_it_is_told_by_everything(talk, answer, report, by):
    answer(talk())

    [line] = report(by=by)
    assert (line["key"] is not None, counts(line)[:2]) == (True, (1, 1))
