"""Macros: texts that fill themselves in, and all that is done with them at once."""

import threading
import time

import pytest
from django.db import connection

from webcare.actions import macro_use, macros
from webcare.actions.fields import answer_fields, make_field
from webcare.domain.fields import FieldKind
from webcare.domain.macros import Owner, Wording, choose, fill, unknown_in
from webcare.exceptions import (
    Invalid,
    NotAllowed,
    ReplyTooLong,
    StaleReply,
)
from webcare.models import (
    Macro,
    MacroUse,
    Queue,
    Reply,
    Tag,
    Team,
    TeamMember,
    Ticket,
    TicketTag,
    User,
)
from webcare.queries.macros import macro_page, values_of
from webcare.queries.tickets import Seen

pytestmark = pytest.mark.django_db
JSON = "application/json"
HELLO = "Dear {{author.name}}, about {{ticket.number}}. {{agent.name}}"


def any_of(text):
    return [Wording(None, "", text)]


@pytest.fixture
def team(ada, bo):
    found = Team.objects.create(name="Evening")
    TeamMember.objects.bulk_create(TeamMember(team=found, user=u) for u in (ada, bo))
    return found


@pytest.fixture
def angry(db):
    return Tag.objects.create(slug="angry", name="Angry")


@pytest.fixture
def make(ada):
    def run(text=HELLO, **fields):
        given = {"user": ada, "name": "Hello"} | fields
        return macros.make_macro(texts=any_of(text) if text else [], **given)

    return run


def kinds(ticket):
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_a_text_is_filled_in_once_and_what_is_filled_in_is_not_read_again():
    hostile = {"author.name": "{{agent.name}} \n{{x", "agent.name": "Ada"}

    filled = fill("Hi {{author.name}} {{ agent.name }} {{author.name}}", hostile)

    assert filled.text == "Hi {{agent.name}} {{x Ada {{agent.name}} {{x"
    assert filled.missing == []
    assert len(fill("{{author.name}}", {"author.name": "a" * 5_000}).text) == 100


def test_a_gap_stands_in_the_text_and_is_told_once():
    filled = fill("Dear {{author.name}}, {{author.name}}", {"author.name": "  "})

    assert filled.text == "Dear {{author.name}}, {{author.name}}"
    assert filled.missing == ["author.name"]


def test_what_nothing_fills_is_found_and_so_are_stray_braces():
    assert unknown_in("{{author.name}} {{field.account}}", {"account"}) == []
    assert unknown_in("{{field.account}} {{sla}} {{sla}}", ()) == [
        "field.account",
        "sla",
    ]
    assert unknown_in("{{ Author.name }} {{author.name", ()) == ["{{", "}}"]


def test_filling_takes_time_by_length_alone():
    def seconds(text):
        began = time.perf_counter()
        fill(text, {})
        unknown_in(text, ())
        return time.perf_counter() - began

    for evil in ("{" * 1_000_000, "{{a" * 300_000, "{{   " * 200_000):
        assert seconds(evil) < 2


def test_the_wording_of_the_channel_comes_before_that_of_the_language():
    both, place, dutch, rest = (
        Wording(1, "nl", "both"),
        Wording(1, "", "place"),
        Wording(None, "nl", "dutch"),
        Wording(None, "", "rest"),
    )

    assert choose([rest, dutch, place, both], 1, "nl") == both
    assert choose([rest, dutch, place, both], 1, "en") == place
    assert choose([rest, dutch, place, both], 2, "nl-be") == dutch
    assert choose([rest, dutch], 2, "") == rest
    assert choose([dutch], 2, "en") is None


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
    frees = make("", name="Nobody's", agent_is="none")

    macro_use.apply_macro(ticket=ticket, user=ada, macro=takes, key="1")
    assert ticket.agent == ada
    with pytest.raises(NotAllowed):
        macro_use.apply_macro(ticket=ticket, user=ada, macro=hands, key="2")
    ticket.refresh_from_db()
    macro_use.apply_macro(ticket=ticket, user=lena, macro=hands, key="2")
    assert ticket.agent == bo
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


@pytest.fixture
def adas(as_client, ada):
    return as_client(ada)


@pytest.fixture
def body(delivery_topic, shop_queue, shop, angry):
    return {
        "name": "Late parcel",
        "texts": [
            {"text": "Sorry, {{author.name}}."},
            {"channel": shop.slug, "language": "nl", "text": "Excuus!"},
        ],
        "then": "pending",
        "priority": "high",
        "topic": delivery_topic.slug,
        "tags": ["angry"],
    }


def test_macros_are_kept_listed_changed_and_removed(adas, body):
    made = adas.post("/api/v1/macros", body, JSON)
    where = f"/api/v1/macros/{made.json()['id']}"

    assert made.status_code == 201
    assert made.json()["texts"][1] == {
        "channel": "x-shop",
        "language": "nl",
        "text": "Excuus!",
    }
    assert adas.get(where).json() == made.json()
    assert adas.get("/api/v1/macros").json()["results"] == [made.json()]
    changed = adas.patch(where, {"priority": None, "texts": []}, JSON).json()
    assert (changed["priority"], changed["texts"]) == (None, [])
    assert changed["tags"] == ["angry"]
    assert adas.delete(where).status_code == 204
    assert adas.get(where).status_code == 404


def test_anothers_macro_is_not_there(adas, as_client, bo, body, ticket):
    made = adas.post("/api/v1/macros", body, JSON).json()
    where, bos = f"/api/v1/macros/{made['id']}", as_client(bo)
    on = f"/api/v1/tickets/{ticket.public_id}/macro"

    assert bos.get("/api/v1/macros").json()["results"] == []
    assert bos.get(where).status_code == 404
    assert bos.patch(where, {"name": "X"}, JSON).status_code == 404
    assert bos.delete(where).status_code == 404
    assert bos.post(on, {"macro": made["id"]}, JSON).status_code == 404


def test_a_macro_of_the_desk_is_changed_by_who_shares_with_all(
    adas, as_client, root, body
):
    desks = as_client(root).post("/api/v1/macros", body | {"owned_by": "desk"}, JSON)
    where = f"/api/v1/macros/{desks.json()['id']}"

    assert adas.get(where).status_code == 200
    assert adas.patch(where, {"name": "X"}, JSON).status_code == 403
    assert adas.delete(where).status_code == 403


def test_a_use_is_shown_then_applied_then_sent_once(adas, body, ticket):
    macro = adas.post("/api/v1/macros", body, JSON).json()["id"]
    on = f"/api/v1/tickets/{ticket.public_id}/macro"

    shown = adas.post(on, {"macro": macro}, JSON).json()
    assert (shown["text"], shown["applied"]) == ("Sorry, Kim.", False)
    assert (shown["changes"]["priority"], shown["reply"]) == ("high", None)
    assert not TicketTag.objects.exists()

    applied = adas.post(on, {"macro": macro, "apply": True, "key": "k"}, JSON).json()
    assert (applied["text"], applied["applied"]) == ("Sorry, Kim.", True)
    sent = [
        adas.post(on, {"macro": macro, "send": True, "key": "k"}, JSON).json()
        for _ in range(2)
    ]
    assert sent[0]["reply"]["id"] == sent[1]["reply"]["id"]
    assert sent[0]["reply"]["text"] == "Sorry, Kim."
    assert Macro.objects.get().usage_count == 1


def test_a_stale_tag_stops_applying_and_only_news_stops_sending(adas, body, ticket):
    macro = adas.post("/api/v1/macros", body, JSON).json()["id"]
    on = f"/api/v1/tickets/{ticket.public_id}"
    tag = adas.get(on)["ETag"]
    adas.post(f"{on}/priority", {"priority": "low", "reason": "Said so"}, JSON)
    use, headers = {"macro": macro}, {"if-match": tag}

    applied = adas.post(f"{on}/macro", use | {"apply": True}, JSON, headers=headers)
    sent = adas.post(f"{on}/macro", use | {"send": True}, JSON, headers=headers)

    assert (applied.status_code, sent.status_code) == (412, 200)


def test_a_list_of_many_costs_what_one_does(
    adas, body, django_assert_num_queries, ada, angry, team, lena
):
    def fill_up(count):
        for number in range(count):
            adas.post("/api/v1/macros", body | {"name": f"M{number}-{count}"}, JSON)

    fill_up(1)
    with django_assert_num_queries(5):
        adas.get("/api/v1/macros")
    fill_up(12)
    with django_assert_num_queries(5):
        assert len(adas.get("/api/v1/macros").json()["results"]) == 13
    first = adas.get("/api/v1/macros?limit=5").json()
    second = adas.get(first["next"]).json()
    assert len(second["results"]) == 5
    assert first["results"][0]["name"] == "M0-1"
