import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("label", ["Demo", ""])
def test_a_demo_says_that_it_is_one(client, settings, label):
    settings.DESK_LABEL = label

    page = client.get("/sign-in").content.decode()

    assert (">Demo<" in page) == bool(label)
