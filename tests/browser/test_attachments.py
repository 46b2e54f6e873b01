"""Files beside an answer: chosen, dropped and pasted, described, removed and sent."""

import os

import pytest
from playwright.sync_api import expect

from tests.files import GIF
from webcare.models import Attachment, Reply

# Playwright runs a loop of its own beside Django's synchronous queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
pytestmark = pytest.mark.django_db(transaction=True)

# Hands the composer a file as another program of the desktop would.
GIVE = """([what, bytes]) => {
    const given = new DataTransfer();
    const as = { type: "image/gif" };
    const file = new File([new Uint8Array(bytes)], `${what}.gif`, as);
    given.items.add(file);
    const names = { paste: "clipboardData", drop: "dataTransfer" };
    const kind = what === "paste" ? ClipboardEvent : DragEvent;
    const how = { bubbles: true, cancelable: true, [names[what]]: given };
    document.getElementById("reply-text").dispatchEvent(new kind(what, how));
}"""


@pytest.fixture
def opened(page_of, ada, ticket, live_server):
    type(ticket.channel).objects.update(files="plain")
    page = page_of(ada)
    page.goto(f"{live_server.url}/tickets/{ticket.public_id}")
    return page


def choose(page, *files):
    page.set_input_files(
        "#reply-files",
        [
            {"name": name, "mimeType": "image/gif", "buffer": bytes_}
            for name, bytes_ in files
        ],
    )


def test_pictures_are_chosen_described_removed_and_sent(opened):
    rows = opened.locator("[data-attached] > li")
    choose(opened, ("one.gif", GIF), ("two.gif", GIF))
    expect(rows).to_have_count(2)
    expect(opened.locator("[data-said]")).to_have_text("two.gif is attached.")

    opened.get_by_role("button", name="Remove one.gif").click()
    expect(rows).to_have_count(1)
    expect(opened.locator("#reply-files")).to_be_focused()
    opened.get_by_label("Describe the picture").fill("A dot.")
    opened.fill("#reply-text", "Like this.")
    opened.locator("[data-reply] [data-first]").click()

    picture = opened.get_by_role("img", name="A dot.")
    expect(picture).to_be_visible()
    expect(rows).to_have_count(0)
    [sent] = Reply.objects.get().delivery.files.all()
    assert (sent.name, sent.alt, bytes(sent.content)) == ("two.gif", "A dot.", GIF)
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("what", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted(opened, what):
    opened.evaluate(GIVE, [what, list(GIF)])

    expect(opened.locator("[data-said]")).to_have_text(f"{what}.gif is attached.")
    assert Attachment.objects.get().file.name == f"{what}.gif"


def test_what_is_not_taken_says_so_beside_it_and_nothing_else_is_lost(opened):
    opened.fill("#reply-text", "Like this.")
    choose(opened, ("page.html", b"<html>"), ("one.gif", GIF))

    trouble = opened.get_by_role("alert").filter(has_text="choose a picture")
    expect(trouble).to_be_visible()
    expect(opened.locator("[data-said]")).to_have_text("one.gif is attached.")
    opened.locator("[data-reply] [data-first]").click()
    expect(opened.locator("[data-countdown]")).to_be_visible()
    assert [one.name for one in Reply.objects.get().delivery.files.all()] == ["one.gif"]


def test_nothing_is_sent_while_a_file_is_under_way(opened):
    held = []
    opened.route("**/attachments", lambda route: held.append(route))
    choose(opened, ("one.gif", GIF))
    expect(opened.get_by_role("progressbar")).to_be_visible()
    opened.fill("#reply-text", "Like this.")

    opened.locator("[data-reply] [data-first]").click()

    expect(opened.get_by_text("still being brought")).to_be_visible()
    assert not Reply.objects.exists()
    held[0].continue_()
    expect(opened.locator("[data-said]")).to_have_text("one.gif is attached.")
    opened.locator("[data-reply] [data-first]").click()
    expect(opened.locator("[data-countdown]")).to_be_visible()
    assert Reply.objects.get().delivery.files.count() == 1


def test_what_was_attached_is_there_another_time(opened, at_rest):
    choose(opened, ("one.gif", GIF))
    opened.get_by_label("Describe the picture").fill("A dot.")
    opened.locator("#reply-text").focus()
    at_rest(opened)

    opened.reload()

    expect(opened.get_by_label("Describe the picture")).to_have_value("A dot.")
    expect(opened.locator("[data-attached]")).to_contain_text("one.gif")
