"""A code after the password: only the right one, once, and only so many guesses."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import IntegrityError, connection, transaction

from conversations.models.bulk import fetch
from webcare.actions import guesses, second_factors
from webcare.domain.second_factors import address_of, digest_of, new_secret, step_of
from webcare.exceptions import Invalid, NotAllowed
from webcare.models import AuditEntry, RecoveryCode, SecondFactor, SignIn
from webcare.queries.second_factors import asks_code, second_step_of

PASSWORD = "a long enough secret"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def ada(ada):
    ada.set_password(PASSWORD)
    ada.save(update_fields=["password"])
    return ada


def code_of(user, at):
    from base64 import b32decode

    secret = SecondFactor.objects.get(user=user).secret
    totp = TOTP(b32decode(secret), 6, SHA1(), 30)
    return totp.generate(int(at.timestamp())).decode()


@pytest.fixture
def codes(ada):
    """The recovery codes of Ada, who confirmed at noon."""
    second_factors.begin(user=ada, password=PASSWORD)
    with time_machine.travel(NOON, tick=False):
        return second_factors.confirm(user=ada, code=code_of(ada, NOON), session=None)


def passes(user, code, at=NOON):
    with time_machine.travel(at, tick=False):
        return second_factors.passes(user=user, code=code)


def test_the_standards_own_example():
    # RFC 6238, appendix B: 59 seconds after the epoch, the last six of 94287082.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert step_of("287 082", secret, datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)) == 1
    assert step_of("287083", secret, datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)) is None


def test_a_clock_may_be_half_a_minute_off_and_no_more():
    secret, shown = new_secret(), NOON
    from base64 import b32decode

    code = TOTP(b32decode(secret), 6, SHA1(), 30).generate(int(shown.timestamp()))
    for off, fits in ((-60, False), (-30, True), (0, True), (30, True), (90, False)):
        found = step_of(code.decode(), secret, shown + timedelta(seconds=off))
        assert (found is not None) is fits, off


@pytest.mark.parametrize("typed", ["", "12345", "ümläut", "1234567", "a" * 10_000])
def test_what_is_no_code_fits_nothing(typed):
    assert step_of(typed, new_secret(), NOON) is None


def test_an_app_gets_the_name_of_the_desk_and_of_the_account():
    address = address_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "ada", "Bakery Jansen")

    assert address.startswith("otpauth://totp/Bakery%20Jansen:ada?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in address


def test_it_is_asked_for_once_a_code_was_shown(ada):
    second_factors.begin(user=ada, password=PASSWORD)
    assert not asks_code(ada)

    with time_machine.travel(NOON, tick=False):
        codes = second_factors.confirm(user=ada, code=code_of(ada, NOON), session=None)

    assert asks_code(ada)
    assert len(set(codes)) == second_step_of(ada).codes_left == 10
    assert AuditEntry.objects.get().what == "second_step_begun"


def test_a_wrong_password_and_a_wrong_code_begin_nothing(ada):
    with pytest.raises(Invalid):
        second_factors.begin(user=ada, password="no")
    assert not SecondFactor.objects.exists()

    second_factors.begin(user=ada, password=PASSWORD)
    with pytest.raises(Invalid):
        second_factors.confirm(user=ada, code="000000", session=None)
    assert not asks_code(ada)


def test_who_begins_anew_gets_another_secret_and_who_has_one_does_not(ada, codes):
    secret = SecondFactor.objects.get().secret
    with pytest.raises(Invalid):
        second_factors.begin(user=ada, password=PASSWORD)

    assert SecondFactor.objects.get().secret == secret


def test_the_secret_is_sealed_and_the_codes_are_digests(ada, codes):
    factor = SecondFactor.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM webcare_secondfactor")
        [kept] = cursor.fetchone()

    assert factor.secret not in kept
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()


def test_the_database_refuses_one_without_a_secret(ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondFactor.objects.create(user=ada, secret="")


def test_a_code_comes_in_once_and_no_older_one_after_it(ada, codes):
    assert not passes(ada, code_of(ada, NOON)), "it confirmed already"
    later = NOON + timedelta(seconds=60)
    between = code_of(ada, NOON + timedelta(seconds=30))

    assert passes(ada, code_of(ada, later), later)
    assert not passes(ada, code_of(ada, later), later)
    assert not passes(ada, between, later)


def test_a_recovery_code_comes_in_once_however_it_is_typed(ada, codes):
    typed = codes[0].replace("-", " ").upper()

    assert passes(ada, typed)
    assert not passes(ada, codes[0])
    assert second_step_of(ada).codes_left == 9


def test_a_code_of_somebody_else_opens_nothing(ada, bo, codes):
    assert not passes(bo, codes[0])
    assert not passes(bo, code_of(ada, NOON))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_code_at_once_one_gets_in(ada, codes):
    begin, got_in = Barrier(2), []

    def use():
        begin.wait()
        got_in.append(second_factors.passes(user=ada, code=codes[0]))
        connection.close()

    both = [Thread(target=use) for _ in range(2)]
    [one.start() for one in both]
    [one.join() for one in both]

    assert sorted(got_in) == [False, True]


def test_whoever_came_in_before_without_a_code_is_signed_out(ada):
    fetch(
        """INSERT INTO django_session (session_key, session_data, expire_date)
           VALUES ('here', '', now() + interval '1 day'),
                  ('there', '', now() + interval '1 day')""",
        [],
    )
    for key in ("here", "there"):
        SignIn.objects.create(user=ada, session_key=key)
    second_factors.begin(user=ada, password=PASSWORD)
    with time_machine.travel(NOON, tick=False):
        second_factors.confirm(user=ada, code=code_of(ada, NOON), session="here")

    assert [one.session_key for one in SignIn.objects.all()] == ["here"]


def test_new_codes_make_the_old_ones_worth_nothing(ada, codes):
    new = second_factors.draw_recovery_codes(user=ada, code=codes[0])

    assert len(new) == 10
    assert not passes(ada, codes[1])
    assert passes(ada, new[0])


def test_it_ends_with_a_code_and_not_without(ada, codes):
    with pytest.raises(Invalid):
        second_factors.end(user=ada, code="000000")
    assert asks_code(ada)

    second_factors.end(user=ada, code=codes[0])
    assert not asks_code(ada)
    assert not RecoveryCode.objects.exists()


def test_who_sets_the_desk_up_ends_that_of_others_alone(ada, root, bo, codes):
    with pytest.raises(NotAllowed):
        second_factors.end_for(user=bo, agent=ada)
    with pytest.raises(Invalid):
        second_factors.end_for(user=root, agent=root)
    assert asks_code(ada)

    second_factors.end_for(user=root, agent=ada)
    assert not asks_code(ada)
    ended = AuditEntry.objects.get(what="second_step_ended")
    assert (ended.who, ended.whom) == (root, ada)


def test_codes_are_guessed_ten_times_and_no_more(ada, codes):
    for _ in range(guesses.PER_ACCOUNT):
        with pytest.raises(Invalid):
            second_factors.end(user=ada, code="000000")

    with pytest.raises(Invalid) as refused:
        second_factors.end(user=ada, code=codes[0])
    assert "quarter" in refused.value.errors["code"][0]
    assert second_step_of(ada).codes_left == 10, "it was not looked at"


def test_a_digest_tells_nothing_of_how_a_code_was_typed():
    assert digest_of("ABCD efgh") == digest_of("abcd-EFGH")
