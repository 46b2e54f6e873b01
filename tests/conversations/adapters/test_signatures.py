import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.adapters.signatures import new_secret, sign, verify
from conversations.exceptions import SignatureRejected

# The worked example that the specification's own libraries are tested with.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
SIGNED = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def refusal(headers=SIGNED, body=BODY, secrets=(SECRET,), now=AT):
    with pytest.raises(SignatureRejected) as refused:
        verify(headers=headers, body=body, secrets=secrets, now=now)
    return refused.value.code


def test_the_specifications_example_is_signed_and_accepted():
    event_id = SIGNED["webhook-id"]

    assert sign(secrets=[SECRET], event_id=event_id, now=AT, body=BODY) == SIGNED
    assert verify(headers=SIGNED, body=BODY, secrets=[SECRET], now=AT) == event_id


def test_one_of_several_signatures_and_one_of_two_secrets_is_enough():
    several = f"v1a,abc= v1,AAAA {SIGNED['webhook-signature']} v2,x"
    headers = SIGNED | {"webhook-signature": several}

    assert verify(headers=headers, body=BODY, secrets=[new_secret(), SECRET], now=AT)


def test_a_third_secret_is_not_live():
    assert refusal(secrets=[new_secret(), new_secret(), SECRET]) == "signature_mismatch"


def test_while_a_secret_is_replaced_our_calls_carry_both_signatures():
    old, new = new_secret(), new_secret()
    headers = sign(secrets=[new, old], event_id="msg_1", now=AT, body=BODY)

    assert verify(headers=headers, body=BODY, secrets=[old], now=AT) == "msg_1"
    assert verify(headers=headers, body=BODY, secrets=[new], now=AT) == "msg_1"


@pytest.mark.parametrize(
    "secrets",
    [
        [],
        [""],
        ["whsec_"],
        ["whsec_!!!"],
        ["whsec_" + base64.b64encode(b"too short").decode()],
        ["whsec_é"],
    ],
)
def test_without_a_usable_secret_everything_is_refused(secrets):
    assert refusal(secrets=secrets) == "no_secret"
    with pytest.raises(ValueError, match="usable secret"):
        sign(secrets=secrets, event_id="msg_1", now=AT, body=BODY)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(301, "stamp_too_old"), (86_400, "stamp_too_old"), (-61, "stamp_too_new")],
)
def test_a_stamp_outside_the_window_is_refused(seconds, code):
    assert refusal(now=AT + timedelta(seconds=seconds)) == code


@pytest.mark.parametrize("seconds", [300, 0, -60])
def test_a_stamp_inside_the_window_is_accepted(seconds):
    now = AT + timedelta(seconds=seconds)

    assert verify(headers=SIGNED, body=BODY, secrets=[SECRET], now=now)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"webhook-id": ""}, "header_missing"),
        ({"webhook-id": "a.1614265330"}, "header_malformed"),
        ({"webhook-id": "a\x00b"}, "header_malformed"),
        ({"webhook-id": "x" * 201}, "header_malformed"),
        ({"webhook-id": "other"}, "signature_mismatch"),
        ({"webhook-timestamp": ""}, "header_missing"),
        ({"webhook-timestamp": "soon"}, "header_malformed"),
        ({"webhook-timestamp": "1614265330.0"}, "header_malformed"),
        ({"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"}, "header_malformed"),
        ({"webhook-timestamp": "9" * 4_301}, "header_malformed"),
        ({"webhook-timestamp": "1614265331"}, "signature_mismatch"),
        ({"webhook-signature": ""}, "header_missing"),
        ({"webhook-signature": "v1,ünïcode"}, "header_malformed"),
        ({"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
         "signature_mismatch"),
        ({"webhook-signature": "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
         "signature_mismatch"),
    ],
)  # fmt: skip
def test_a_changed_header_is_refused(change, code):
    assert refusal(headers=SIGNED | change) == code


@pytest.mark.parametrize("missing", list(SIGNED))
def test_a_missing_header_is_refused(missing):
    headers = {name: value for name, value in SIGNED.items() if name != missing}

    assert refusal(headers=headers) == "header_missing"


def test_a_body_that_was_touched_is_refused():
    assert refusal(body=BODY + b" ") == "signature_mismatch"
    assert refusal(body=BODY.replace(b" ", b"")) == "signature_mismatch"


@given(
    st.dictionaries(st.sampled_from(list(SIGNED)), st.text()), st.binary(), st.text()
)
def test_no_foreign_bytes_raise_anything_else(headers, body, secret):
    with pytest.raises(SignatureRejected):
        verify(headers=headers, body=body, secrets=[secret, SECRET], now=AT)


def test_a_new_secret_is_long_and_never_the_same():
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert {len(base64.b64decode(s.removeprefix("whsec_"))) for s in secrets} == {32}
