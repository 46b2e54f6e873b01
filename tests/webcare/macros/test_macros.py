"""Macros: a text, and all that is done with it at once."""

import threading

import pytest
from django.db import connection

from webcare.actions import macro_use, macros
from webcare.actions.fields import answer_fields, make_field
from webcare.domain.fields import FieldKind
from webcare.domain.macros import Owner, Wording
from webcare.exceptions import (
    Invalid,
    KeyReused,
    NotAllowed,
    ReplyTooLong,
    StaleReply,
)
from webcare.models import (
    Macro,
    MacroUse,
    Queue,
    Reply,
    TeamMember,
    Ticket,
    TicketTag,
    User,
)
from webcare.queries.macros import macro_page, values_of
from webcare.queries.tickets import Seen

pytestmark = pytest.mark.django_db


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


@pytest.mark.parametrize("text", ["Hi {{sla}}", "Hi {{field.account}}", "Hi {{"])
def test_a_text_that_names_what_nothing_fills_is_not_kept(make, text):
    with pytest.raises(Invalid) as refused:
        make(text)

    assert "texts" in refused.value.errors
    assert not Macro.objects.exists()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("texts", {"text": ""}),
        ("agent", {"agent_is": "other"}),
        ("agent_is", {"agent_is": "me", "then": "resolved"}),
        ("answers.cost", {"answers": {"cost": 5}}),
        ("team", {"owned_by": Owner.TEAM}),
    ],
)
def test_a_macro_that_could_not_be_done_is_not_kept(make, field, wrong):
    with pytest.raises(Invalid) as refused:
        make(**wrong)

    assert field in refused.value.errors


def test_a_name_is_used_once_per_owner_until_it_is_removed(make, ada, bo):
    first = make()
    make(user=bo)
    with pytest.raises(Invalid):
        make()

    macros.remove_macro(user=ada, macro=first)

    assert make().pk != first.pk


def test_who_shares_macros_shares_with_their_team_and_with_all_where_they_may(
    make, ada, lena, root, team
):
    with pytest.raises(NotAllowed):
        make(owned_by=Owner.TEAM, team=team)
    with pytest.raises(NotAllowed):
        make(user=lena, owned_by=Owner.TEAM, team=team)
    with pytest.raises(NotAllowed):
        make(user=lena, owned_by=Owner.DESK)

    TeamMember.objects.create(team=team, user=lena)

    assert make(user=lena, owned_by=Owner.TEAM, team=team).team == team
    assert make(user=root, owned_by=Owner.DESK).user is None


def test_one_uses_ones_own_ones_teams_and_the_desks(make, ada, bo, lena, root, team):
    make(name="Ada's")
    TeamMember.objects.create(team=team, user=root)
    make(user=root, name="Team's", owned_by=Owner.TEAM, team=team)
    make(user=root, name="Desk's", owned_by=Owner.DESK)

    def names(user):
        return {one.name for one in macro_page(user, None, 50)[0]}

    assert names(ada) == {"Ada's", "Team's", "Desk's"}
    assert names(bo) == {"Team's", "Desk's"}
    assert names(lena) == {"Desk's"}


def test_a_macro_is_shown_filled_in_and_counted_with_the_initials(make, ticket, ada):
    User.objects.filter(pk=ada.pk).update(initials="AB")
    ada.refresh_from_db()

    shown = macro_use.preview(ticket=ticket, user=ada, macro=make())

    assert shown.text == f"Dear Kim, about {ticket.pk}. Ada"
    assert shown.length == len(shown.text) + len(" ^AB")
    assert not shown.is_too_long
    assert not MacroUse.objects.exists()


def test_it_is_too_long_for_the_channel_after_filling_alone(make, ticket, ada, shop):
    macro = make("{{author.name}}" * 3)
    type(shop).objects.update(text_limit=8)
    ticket.refresh_from_db()

    assert macro_use.preview(ticket=ticket, user=ada, macro=macro).is_too_long
    with pytest.raises(ReplyTooLong):
        macro_use.send_macro(ticket=ticket, user=ada, macro=macro, key="1")
    assert not MacroUse.objects.exists()


def test_custom_fields_fill_texts_in_the_language_of_the_text(ticket, ada, root):
    def field(key, kind):
        return make_field(user=root, key=key, kind=kind, name=key)

    field("cost", FieldKind.NUMBER)
    field("since", FieldKind.DATE)
    field("called", FieldKind.CHECKBOX)
    given = {"cost": 12.50, "since": "2026-03-01", "called": True}
    answer_fields(ticket=ticket, user=ada, given=given)

    dutch = values_of(ticket, ada, {"cost", "since", "called"}, "nl")

    assert (dutch["field.cost"], dutch["field.since"]) == ("12.5", "01-03-2026")
    assert dutch["field.called"] == "ja"


def test_applying_does_all_changes_and_leaves_the_status_to_the_answer(
    make, ticket, ada, angry, power_queue, root
):
    make_field(user=root, key="cost", kind=FieldKind.NUMBER, name="Cost")
    macro = make(
        then="resolved",
        priority="high",
        answers={"cost": 5},
        tags=[angry],
        queue=power_queue,
    )

    shown = macro_use.apply_macro(ticket=ticket, user=ada, macro=macro, key="1")

    ticket.refresh_from_db()
    assert shown.text.startswith("Dear Kim")
    assert (ticket.priority, ticket.queue, ticket.status) == (
        "high",
        power_queue,
        "new",
    )
    assert TicketTag.objects.get().tag == angry
    event = ticket.events.get(kind="macro_applied")
    assert (event.actor, event.data) == (ada, {"macro": str(macro.public_id)})


@pytest.mark.parametrize("then", ["pending", "resolved"])
def test_without_a_text_the_status_changes_at_once(make, ticket, ada, then):
    macro = make("", then=then)

    macro_use.apply_macro(ticket=ticket, user=ada, macro=macro, key="1")

    ticket.refresh_from_db()
    assert ticket.status == then


def test_it_takes_gives_back_and_hands_over(make, ticket, ada, bo, lena):
    takes = make("", name="Mine", agent_is="me")
    hands = make("", name="Bo's", agent_is="other", agent=bo)
    gives = make("", name="Lena's", agent_is="other", agent=lena)
    frees = make("", name="Nobody's", agent_is="none")

    macro_use.apply_macro(ticket=ticket, user=ada, macro=takes, key="1")
    assert ticket.agent == ada
    macro_use.apply_macro(ticket=ticket, user=ada, macro=hands, key="2")
    assert ticket.agent == bo
    with pytest.raises(NotAllowed):  # it is not hers any more
        macro_use.apply_macro(ticket=ticket, user=ada, macro=gives, key="4")
    ticket.refresh_from_db()
    macro_use.apply_macro(ticket=ticket, user=lena, macro=frees, key="3")
    assert ticket.agent is None


def test_one_change_that_is_refused_undoes_all_of_it(make, ticket, ada, angry):
    Queue.objects.update(outcome_required=True)
    macro = make("", then="resolved", tags=[angry], priority="high")

    with pytest.raises(Invalid):
        macro_use.apply_macro(ticket=ticket, user=ada, macro=macro, key="1")

    ticket.refresh_from_db()
    macro.refresh_from_db()
    assert (ticket.status, ticket.priority) == ("new", "normal")
    assert not TicketTag.objects.exists()
    assert macro.usage_count == 0
    assert "macro_applied" not in kinds(ticket)


def test_the_same_key_is_one_use(make, ticket, ada):
    macro = make(priority="high")
    for key in ("1", "1", "2"):
        ticket.refresh_from_db()
        macro_use.apply_macro(ticket=ticket, user=ada, macro=macro, key=key)

    macro.refresh_from_db()
    assert macro.usage_count == 2
    assert macro.last_used_at
    assert kinds(ticket).count("macro_applied") == 2


def test_another_use_under_the_same_key_is_refused(make, ticket, ada, bo):
    macro = make(priority="high")
    macro_use.apply_macro(ticket=ticket, user=ada, macro=macro, key="1")

    with pytest.raises(KeyReused):
        macro_use.apply_macro(ticket=ticket, user=bo, macro=macro, key="1")


@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_are_one_use_and_one_answer(make, ticket, ada):
    macro = make(priority="high")

    def press():
        mine = Ticket.objects.get(pk=ticket.pk)
        macro_use.send_macro(ticket=mine, user=ada, macro=macro, key="1")
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    macro.refresh_from_db()
    assert (macro.usage_count, Reply.objects.count()) == (1, 1)
    assert kinds(ticket).count("macro_applied") == 1


def test_sending_answers_and_changes_in_one(make, ticket, ada, angry, bo, lena):
    macro = make(then="resolved", tags=[angry], priority="high")

    _, reply = macro_use.send_macro(ticket=ticket, user=ada, macro=macro, key="1")

    ticket.refresh_from_db()
    assert reply.text == f"Dear Kim, about {ticket.pk}. Ada"
    assert (ticket.status, ticket.priority, ticket.agent) == ("resolved", "high", ada)
    assert kinds(ticket)[-1] == "macro_applied"


def test_sending_goes_to_another_queue_after_the_answer(make, ticket, ada, power_queue):
    macro = make(queue=power_queue)

    macro_use.send_macro(ticket=ticket, user=ada, macro=macro, key="1")

    ticket.refresh_from_db()
    assert (ticket.queue, ticket.status, ticket.agent) == (power_queue, "pending", None)


def test_news_from_the_author_stops_it_with_all_its_changes(
    make, ticket, ada, hear, item, shop, angry
):
    seen = Seen.of(ticket)
    macro = make(tags=[angry])
    said = ticket.ticket_messages.get().message
    author = {"external_id": ticket.author.external_id, "name": "Kim"}
    hear(shop, item(author=author, in_reply_to=said.external_id))
    ticket.refresh_from_db()

    with pytest.raises(StaleReply):
        macro_use.send_macro(ticket=ticket, user=ada, macro=macro, key="1", seen=seen)

    assert not TicketTag.objects.exists()
    assert not MacroUse.objects.exists()


def test_a_text_with_a_gap_is_shown_but_not_sent(make, make_ticket, ada):
    ticket = make_ticket(author={"external_id": "x", "handle": "", "name": ""})
    macro = make("Dear {{author.name}},")

    shown = macro_use.preview(ticket=ticket, user=ada, macro=macro)
    with pytest.raises(Invalid):
        macro_use.send_macro(ticket=ticket, user=ada, macro=macro, key="1")

    assert (shown.text, shown.missing) == ("Dear {{author.name}},", ["author.name"])
    assert not Reply.objects.exists()


def test_where_no_wording_suits_nothing_is_sent(ticket, ada, forum):
    macro = macros.make_macro(
        user=ada, name="Forum", texts=[Wording(forum.pk, "", "Hi")]
    )

    with pytest.raises(Invalid):
        macro_use.send_macro(ticket=ticket, user=ada, macro=macro, key="1")


def test_four_eyes_hold_for_a_macro_too(make, ticket, ada):
    Queue.objects.update(needs_approval=True)

    _, waiting = macro_use.send_macro(ticket=ticket, user=ada, macro=make(), key="1")

    assert waiting.state == "waiting"
    assert not Reply.objects.exists()


def test_who_may_not_work_there_is_shown_nothing(make, ticket, cas):
    with pytest.raises(NotAllowed):
        macro_use.preview(ticket=ticket, user=cas, macro=make())
