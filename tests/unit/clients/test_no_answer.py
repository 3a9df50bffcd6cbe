"""Each reason for which no answer came has its own sentence, with what to set; unsent is not "may have been done"."""

import asyncio
import datetime
import ipaddress
import ssl

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.serving import bound, port_of
from shared.clients.graph.connection import connect as connect_graph
from shared.clients.opentext.transport import Request, Wire
from shared.errors import OutcomeUnknownError, SettingsError, UnavailableError
from shared.wiring.outside import trusting

WRITE = "PUT"


async def send(base, *, client=None, seconds=2.0, headers=None):
    async with client or httpx.AsyncClient(timeout=httpx.Timeout(1.0, connect=1.0), trust_env=False) as http:
        wire = Wire(http, base, seconds=seconds)
        url, what = wire.api(WRITE, "v2/x")
        return await wire.send(Request(WRITE, url, what, writes=True), headers or {})


async def test_a_refused_connection_is_not_done_and_names_the_setting():
    with bound() as nobody, pytest.raises(UnavailableError, match="refuses the connection: check OPENTEXT_BASE_URL"):
        await send(f"http://127.0.0.1:{port_of(nobody)}/cs/cs")


async def test_a_name_that_no_dns_knows_says_so():
    with pytest.raises(UnavailableError, match=r"nowhere\.invalid can't be resolved"):
        await send("https://nowhere.invalid/cs/cs")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ProxyError("407 Proxy Authentication Required"), "check HTTPS_PROXY"),
        (httpx.ConnectTimeout("slow"), "takes no connection in time"),
        (httpx.PoolTimeout("full"), "all connections are in use"),
        (httpx.LocalProtocolError("Illegal header value"), "can't be written"),
    ],
)
async def test_what_was_not_sent_was_not_done(error, words):
    def fail(_):
        raise error

    with pytest.raises(UnavailableError, match=words):
        await send("https://ecm.example/cs/cs", client=httpx.AsyncClient(transport=httpx.MockTransport(fail)))
    graph = connect_graph("http://localhost", httpx.AsyncClient(transport=httpx.MockTransport(fail)), None)
    with pytest.raises(UnavailableError, match=words):
        await graph.send("POST", graph.graph.planner.tasks, body={})


async def test_a_connection_that_broke_may_have_been_done():
    def fail(_):
        raise httpx.ReadError("reset")

    with pytest.raises(OutcomeUnknownError, match="may have been done"):
        await send("https://ecm.example/cs/cs", client=httpx.AsyncClient(transport=httpx.MockTransport(fail)))


async def test_a_ticket_that_no_header_takes_is_no_traceback():
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200)))

    with pytest.raises(UnavailableError, match="no header takes"):
        await send("https://ecm.example/cs/cs", client=client, headers={"OTCSTicket": "Schlüssel"})


async def trickle(reader, writer):
    """One byte each tenth of a second: each is in time, the answer never is."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    try:
        for _ in range(50):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)
    except ConnectionError:
        return
    finally:
        writer.close()


async def test_a_call_has_one_deadline_though_the_answer_trickles_in():
    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    async with server:
        began = loop.time()
        with pytest.raises(OutcomeUnknownError, match="did not answer in time"):
            await send(f"http://127.0.0.1:{port}/cs/cs", seconds=0.4)
        http = httpx.AsyncClient(trust_env=False)
        graph = connect_graph(f"http://127.0.0.1:{port}", http, None, seconds=0.4)
        with pytest.raises(UnavailableError, match="did not answer in time"):
            await graph.send("GET", graph.graph.planner.tasks)
        assert loop.time() - began < 2
        await http.aclose()


# -- a private CA ----------------------------------------------------------------------------------------------------


def certificate(name, key, issuer, signed_by, *, is_ca):
    """Sign a certificate for 127.0.0.1, or one of a CA."""
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
    )
    if is_ca:
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        )
        made = made.add_extension(
            x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False),
            critical=True,
        )
    else:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return made.sign(signed_by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture
def private_ca(tmp_path):
    """A CA that nobody knows, and a server's certificate of it: paths of ca.pem and of server.pem."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = certificate(named("Contoso CA"), ca_key, named("Contoso CA"), ca_key, is_ca=True)
    own = certificate(named("ecm"), key, named("Contoso CA"), ca_key, is_ca=False)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "ca.pem").write_bytes(ca)
    (tmp_path / "server.pem").write_bytes(secret + own)
    return tmp_path / "ca.pem", tmp_path / "server.pem"


async def answer(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    await writer.drain()
    writer.close()


async def test_a_private_ca_is_accepted_where_its_file_is_named_and_explained_where_not(private_ca):
    ca, own = private_ca
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    base = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/cs/cs"
    async with server:
        with pytest.raises(UnavailableError, match=r"not accepted .*OPENTEXT_CA_FILE"):
            await send(base)
        trusted = httpx.AsyncClient(verify=trusting(str(ca)), trust_env=False)
        assert (await send(base, client=trusted)).json() == {}


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_can_not_be_used_is_named(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SettingsError, match="OPENTEXT_CA_FILE: must name a file of certificates"):
        trusting(str(file))
