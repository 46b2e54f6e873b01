"""Attachments in the composer and the timeline, as a page without scripts has them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.files import png
from webcare.actions.attachments import attach
from webcare.models import Attachment, Reply

PNG = png()


@pytest.fixture
def shop(shop):
    shop.files = "x"
    shop.save()
    return shop


@pytest.fixture
def write(browser, ada, ticket, fields, address):
    """Send what the composer holds, with this chosen beside it."""
    client = browser(ada)

    def send(**given):
        form = fields(client.get(address(ticket)), "/reply")
        form |= {"text": "Like this.", "then": "pending"}
        return client.post(address(ticket, "reply"), form | given)

    return send


def file(content=PNG, name="m.png"):
    return SimpleUploadedFile(name, content)


def test_a_picture_is_chosen_and_sent_without_a_script(
    browser, ada, ticket, address, write
):
    answer = write(files=[file(), file(name="n.png")])

    assert answer.status_code == 302
    sent = Reply.objects.get().delivery.files.order_by("position")
    assert [one.name for one in sent] == ["m.png", "n.png"]
    page = browser(ada).get(address(ticket)).content.decode()
    first = Attachment.objects.earliest("id")
    assert f'src="/api/v1/attachments/{first.public_id}" alt="m.png"' in page


def test_what_does_not_fit_is_said_and_all_else_is_kept(write):
    answer = write(files=[file(), file(b"%PDF-1.7", "terms.pdf")])

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "terms.pdf: choose one of JPG, PNG, WEBP, GIF here." in page
    assert "Like this.</textarea>" in page
    kept = Attachment.objects.get()
    assert f'name="attachments" value="{kept.public_id}" checked' in page
    assert not Reply.objects.exists()


def test_what_is_ready_goes_along_as_it_is_described(ada, ticket, write):
    ticket.channel.refresh_from_db()
    ready, left = (
        attach(ticket=ticket, user=ada, name="m.png", content=PNG) for _ in range(2)
    )
    named = str(ready.public_id)

    answer = write(attachments=[named], **{f"alt-{named}": "Our meter."})

    assert answer.status_code == 302
    [sent] = Reply.objects.get().delivery.files.all()
    assert (sent.pk, sent.alt) == (ready.file_id, "Our meter.")
    left.file.refresh_from_db()
    assert left.file.delivery is None


def test_an_id_that_is_none_is_refused(write):
    assert write(attachments=["x"]).status_code == 422
    assert not Reply.objects.exists()


def test_only_ones_own_stands_in_the_composer(browser, ada, bo, ticket, address):
    ticket.channel.refresh_from_db()
    ready = attach(ticket=ticket, user=ada, name="m.png", content=PNG)

    pages = [browser(who).get(address(ticket)).content.decode() for who in (ada, bo)]

    assert [str(ready.public_id) in page for page in pages] == [True, False]


def test_a_channel_that_takes_none_offers_none(browser, ada, ticket, address, shop):
    type(shop).objects.update(files="none")

    page = browser(ada).get(address(ticket)).content.decode()

    assert 'name="files"' not in page


def test_who_approves_sees_the_picture(browser, ada, lena, shop_queue, write):
    shop_queue.needs_approval = True
    shop_queue.save()
    write(files=[file()])
    made = Attachment.objects.get()

    page = browser(lena).get("/approvals").content.decode()

    assert f'src="/api/v1/attachments/{made.public_id}"' in page


def test_a_page_costs_as_much_with_many_files_as_with_none(
    browser, ada, ticket, address, write, statements
):
    client = browser(ada)

    def cost():
        with statements() as spent:
            client.get(address(ticket))
        return spent()

    write()
    without = cost()
    write(files=[file(name=f"{number}.png") for number in range(4)])
    ticket.channel.refresh_from_db()
    for _ in range(4):
        attach(ticket=ticket, user=ada, name="m.png", content=PNG)

    assert cost() == without
