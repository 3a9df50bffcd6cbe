"""Which attachment of a PDF is judged: the one that the file's own structure names, and no other."""

import re
import time
import zlib

import pytest

from evidence_verify import LARGEST, BrokenError, UnjudgedError, attached, verify
from shared.evidence.pdf import render_pdf
from tests.evidence import document, many

TRUE, FORGED = document(many(3)), document(many(2))
PDF = render_pdf(TRUE)


def refused(pdf):
    with pytest.raises(BrokenError) as caught:
        verify(pdf)
    return str(caught.value)


def laid_out(*bodies, trailer=b"/Size %d\n/Root 1 0 R", end=b""):
    """A PDF of these objects, with a true table."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), len(bodies) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = trailer.replace(b"%d", b"%d" % size)
    return out + b"trailer\n<<\n%s\n>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, start) + end


def stream(content, about=b"/Filter /FlateDecode", data=None):
    data = zlib.compress(content) if data is None else data
    return b"<<\n%s\n/Length %d\n>>\nstream\n%s\nendstream" % (about, len(data), data)


CATALOGUE = b"<<\n/Names <</EmbeddedFiles <</Names [(a.json) 2 0 R]>>>>\n/AF [2 0 R]\n>>"
SPECIFICATION = b"<<\n/EF <</F 3 0 R>>\n/F (a.json)\n>>"


def simple(content, **kwargs):
    return laid_out(CATALOGUE, SPECIFICATION, stream(content), **kwargs)


@pytest.mark.parametrize("content", [pytest.param(TRUE, id="true"), pytest.param(FORGED, id="forged")])
def test_what_is_judged_is_what_a_reader_of_the_pdf_finds_attached(content):
    """Another stream of the same kind stands before and behind it."""
    pdf = laid_out(CATALOGUE, SPECIFICATION, stream(content), stream(TRUE), stream(FORGED))

    assert attached(pdf) == content


def test_what_is_written_into_a_pdf_behind_its_end_is_refused():
    assert "edited or saved anew" in refused(PDF + b"\n" + PDF)
    assert "edited or saved anew" in refused(PDF + stream(TRUE))
    added = PDF.rindex(b"startxref")
    assert refused(PDF[:added] + b"startxref\n9\n%%EOF\n" + PDF[added:])


ODD = {
    "no-attachment": laid_out(b"<<\n/Type /Catalog\n>>"),
    "two-attachments": laid_out(CATALOGUE.replace(b"2 0 R]>>", b"2 0 R (b) 2 0 R]>>"), SPECIFICATION, stream(TRUE)),
    "another-associated": laid_out(CATALOGUE.replace(b"[2 0 R]", b"[3 0 R]"), SPECIFICATION, stream(TRUE)),
    "kids": laid_out(CATALOGUE.replace(b"/Names [(a.json) 2 0 R]", b"/Kids [2 0 R]"), SPECIFICATION, stream(TRUE)),
    "two-of-a-name": laid_out(CATALOGUE, SPECIFICATION.replace(b"<</F 3 0 R>>", b"<</F 3 0 R/F 4 0 R>>"), stream(TRUE)),
    "two-streams": laid_out(
        CATALOGUE, SPECIFICATION.replace(b"/F 3 0 R", b"/F 3 0 R/UF 4 0 R"), stream(TRUE), stream(FORGED)
    ),
    "escaped-name": laid_out(CATALOGUE, SPECIFICATION.replace(b"/EF", b"/#45F"), stream(TRUE)),
    "other-filter": laid_out(CATALOGUE, SPECIFICATION, stream(TRUE, b"/Filter [/ASCIIHexDecode /FlateDecode]")),
    "parameters": laid_out(CATALOGUE, SPECIFICATION, stream(TRUE, b"/Filter /FlateDecode\n/DecodeParms <<>>")),
    "more-behind-it": laid_out(CATALOGUE, SPECIFICATION, stream(b"", data=zlib.compress(TRUE) + b"more")),
    "half": laid_out(CATALOGUE, SPECIFICATION, stream(b"", data=zlib.compress(TRUE)[:-20])),
    "itself": laid_out(CATALOGUE, b"<<\n/EF <</F 2 0 R>>\n>>"),
    "earlier-table": simple(TRUE, trailer=b"/Size %d\n/Root 1 0 R\n/Prev 9"),
    "encrypted": simple(TRUE, trailer=b"/Size %d\n/Root 1 0 R\n/Encrypt 2 0 R"),
    "wrong-place": simple(TRUE).replace(b"1 0 obj", b"9 0 obj", 1),
    "no-table": b"%PDF-1.4\n" + stream(TRUE) + b"\nstartxref\n9\n%%EOF\n",
    "nothing": b"%PDF",
    "not-ours": simple(b'{"format":"planner-bridge-evidence-1"' + TRUE),
}


@pytest.mark.parametrize("pdf", ODD.values(), ids=ODD)
def test_a_pdf_in_which_two_readers_could_see_two_things_is_refused(pdf):
    assert refused(pdf)


def test_an_attachment_without_compression_is_read_too():
    assert attached(laid_out(CATALOGUE, SPECIFICATION, stream(b"", b"/Type /EmbeddedFile", data=TRUE))) == TRUE


@pytest.mark.parametrize(
    "start", [pytest.param(b"", id="of-nothing"), pytest.param(TRUE[:60], id="that-begins-as-ours")]
)
def test_a_few_bytes_that_stand_for_gigabytes_are_refused_at_once(start):
    packer = zlib.compressobj(9)
    data = packer.compress(start) + packer.compress(bytes(LARGEST + 2**20)) + packer.flush()
    began = time.process_time()

    with pytest.raises((BrokenError, UnjudgedError)):
        verify(laid_out(CATALOGUE, SPECIFICATION, stream(b"", data=data)))
    assert time.process_time() - began < 1


def test_the_true_stream_hidden_behind_a_forged_attachment_is_not_what_is_judged():
    hidden = re.sub(rb"/F 5 0 R", b"/F 4 0 R", PDF)

    assert refused(hidden)
