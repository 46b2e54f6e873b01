import datetime as dt
import socket
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conversations.adapters import outgoing
from conversations.adapters.outgoing import MAX_ANSWER, fetch
from conversations.exceptions import (
    ChannelUnusable,
    DeliveryDeferred,
    DeliveryUncertain,
)

INSIDE = ["127.0.0.1", "localhost"]


def post(url, **options):
    return fetch("POST", url, headers={}, body=b"hi", allowed_hosts=INSIDE, **options)


def ok(body=b"{}", status=b"200 OK", headers=b""):
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + status + b"\r\n" + length + headers + b"\r\n" + body


def test_an_answer_comes_back_whole(answering):
    seen = []

    answer = post(answering(ok(b"yes", b"201 Created", b"X-A: b\r\n"), seen))

    assert (answer.status, answer.body, answer.complete) == (201, b"yes", True)
    assert answer.headers.get("x-a") == "b"
    assert seen[0].startswith(b"POST /callback HTTP/1.1\r\n")
    assert b"\r\nHost: 127.0.0.1:" in seen[0]


def test_a_redirect_is_an_answer_and_is_not_followed(answering, serve, read_request):
    called = []
    elsewhere = serve(lambda line: called.append(read_request(line)))
    location = b"Location: " + elsewhere.encode() + b"\r\n"

    assert post(answering(ok(b"", b"307 Temporary Redirect", location))).status == 307
    assert called == []


def test_proxies_of_the_environment_are_not_used(answering, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")

    assert post(answering(ok())).status == 200


def test_the_checked_address_is_the_one_called(answering, monkeypatch):
    """A name server that answers differently the second time gains nothing."""
    seen = []
    url = answering(ok(), seen).replace("127.0.0.1", "rebind.example")
    lookups = []

    def resolve(host, port, *_, **__):
        if host != "rebind.example":
            return real(host, port, *_, **__)
        lookups.append(host)
        address = "127.0.0.1" if len(lookups) == 1 else "127.9.9.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    fetch("POST", url, headers={}, body=b"hi", allowed_hosts=["rebind.example"])

    assert lookups == ["rebind.example"]
    assert b"\r\nHost: rebind.example:" in seen[0]


def test_an_inner_host_that_is_not_named_is_never_called(answering):
    seen = []
    url = answering(ok(), seen)

    with pytest.raises(ChannelUnusable):
        fetch("POST", url, headers={}, body=b"hi", allowed_hosts=["other"])

    assert seen == []


def test_a_closed_port_means_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(DeliveryDeferred):
        post(f"http://127.0.0.1:{port}/")


def test_a_second_address_is_tried_when_the_first_does_not_listen(
    answering, monkeypatch
):
    url = answering(ok()).replace("127.0.0.1", "two.example")
    real = socket.getaddrinfo

    def resolve(host, port, *_, **__):
        if host != "two.example":
            return real(host, port, *_, **__)
        both = ("127.0.0.2", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in both]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    answer = fetch("GET", url, headers={}, allowed_hosts=["two.example"])

    assert answer.status == 200


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n",
    ],
)
def test_an_answer_without_a_status_leaves_the_outcome_unknown(answering, answer):
    with pytest.raises(DeliveryUncertain):
        post(answering(answer))


def test_a_line_that_is_reset_leaves_the_outcome_unknown(serve):
    def reset(line):
        line.recv(10)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with pytest.raises(DeliveryUncertain):
        post(serve(reset))


def test_silence_leaves_the_outcome_unknown(serve, read_request):
    def silence(line):
        read_request(line)
        line.recv(1)

    start = time.monotonic()
    with pytest.raises(DeliveryUncertain):
        post(serve(silence), total_timeout=0.3)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    "broken",
    [
        b"Content-Length: 10\r\n\r\nshort",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nsho",
    ],
)
def test_a_body_that_breaks_off_takes_nothing_from_the_status(answering, broken):
    answer = post(answering(b"HTTP/1.1 429 Too Many\r\nRetry-After: 9\r\n" + broken))

    assert (answer.status, answer.headers.get("Retry-After")) == (429, "9")
    assert not answer.complete


@pytest.fixture
def dripping(serve, read_request):
    def start(start_of_answer):
        def drip(line):
            read_request(line)
            line.sendall(start_of_answer)
            for _ in range(100):
                line.sendall(b"x")
                time.sleep(0.02)

        return serve(drip)

    return start


def test_a_server_that_drips_a_header_is_cut_off(dripping):
    start = time.monotonic()
    with pytest.raises(DeliveryUncertain):
        post(dripping(b""), total_timeout=0.3)
    assert time.monotonic() - start < 1.5


def test_a_server_that_drips_a_body_is_cut_off(dripping):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    start = time.monotonic()
    assert not post(dripping(head), total_timeout=0.3).complete
    assert time.monotonic() - start < 1.5


def test_a_long_answer_is_read_up_to_a_limit(answering):
    answer = post(answering(ok(b"x" * (MAX_ANSWER + 1))))

    assert len(answer.body) == MAX_ANSWER
    assert not answer.complete


def certificate_for(name, folder):
    """A certificate that signs itself; returns the file of it and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem


@pytest.fixture
def serve_tls(serve, read_request, tmp_path, monkeypatch):
    """A server with a certificate for a name, trusted or not."""

    def start(name, *, trusted, seen):
        pem = certificate_for(name, tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        outgoing._tls.cache_clear()

        def talk(line):
            with context.wrap_socket(line, server_side=True) as safe:
                seen.append(read_request(safe))
                safe.sendall(ok(b"safe"))

        return serve(talk).replace("http://127.0.0.1", "https://localhost")

    yield start
    outgoing._tls.cache_clear()


def test_the_certificate_has_to_be_the_names(serve_tls):
    seen = []

    answer = post(serve_tls("localhost", trusted=True, seen=seen))

    assert answer.body == b"safe"
    assert seen[0].startswith(b"POST /callback")


@pytest.mark.parametrize(
    ("name", "trusted"), [("localhost", False), ("other.example", True)]
)
def test_a_wrong_certificate_means_nothing_was_sent(serve_tls, name, trusted):
    seen = []

    with pytest.raises(DeliveryDeferred, match="certificate"):
        post(serve_tls(name, trusted=trusted, seen=seen))

    assert seen == []


def test_a_server_that_speaks_no_tls_means_nothing_was_sent(answering):
    url = answering(b"220 mail.example\r\n").replace("http:", "https:")

    with pytest.raises(DeliveryDeferred):
        post(url, total_timeout=1)
