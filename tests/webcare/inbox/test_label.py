import pytest

from webcare.models import DeskSetting


@pytest.mark.django_db
@pytest.mark.parametrize("label", ["Demo", ""])
def test_a_demo_says_that_it_is_one(client, settings, label):
    settings.DESK_LABEL = label

    page = client.get("/sign-in").content.decode()

    assert (">Demo<" in page) == bool(label)


@pytest.mark.django_db
def test_every_page_says_whose_desk_it_is(client, browser, root):
    DeskSetting.objects.create(name="Bakery & Sons")

    pages = [client.get("/sign-in"), client.get("/nowhere")]
    pages += [browser(root).get(path) for path in ("/", "/setup/", "/me", "/board")]

    for page in pages:
        text = page.content.decode()
        assert "· Bakery &amp; Sons</title>" in text
        assert '<bdi class="brand__name one-line">Bakery &amp; Sons</bdi>' in text
        assert ">Demo<" not in text


@pytest.mark.django_db
def test_a_name_costs_a_page_of_the_desk_no_statement(browser, root, statements):
    client = browser(root)

    with statements() as unnamed:
        client.get("/setup/")
    DeskSetting.objects.create(name="Bakery")
    with statements() as named:
        client.get("/setup/")

    assert named() == unnamed()


@pytest.mark.django_db
def test_the_demo_is_marked_on_every_page(client, browser, root):
    DeskSetting.objects.create(name="Kabelwijk", is_demo=True)

    assert ">Demo<" in client.get("/sign-in").content.decode()
    assert ">Demo<" in browser(root).get("/").content.decode()
