"""Files of many documents, made for tests: records of web archives and pages of PDF, as small as they can be."""

from __future__ import annotations

import io
from collections.abc import Sequence

HTML = "text/html; charset=utf-8"


def page(text: str, head: str = "") -> str:
    """A web page with one paragraph."""
    return f"<html><head>{head}</head><body><article><p>{text}</p></article></body></html>"


def answer(
    address: str, body: bytes, kind: str = HTML, status: str = "200 OK", extra: str = "", record: str = "response"
) -> bytes:
    """A record of a web archive: what a server answered to a request for an address."""
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body
    lines = ("WARC/1.0", f"WARC-Type: {record}", f"WARC-Target-URI: {address}", "WARC-Date: 2025-03-20T00:00:00Z",
             "Content-Type: application/http; msgtype=response", f"Content-Length: {len(http)}")  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + http + b"\r\n\r\n"


def rss(*items: str, head: str = "<title>Autoblick</title>") -> bytes:
    """A feed of RSS 2.0."""
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel>{head}{inside}</channel></rss>'.encode()


def pdf(pages: Sequence[Sequence[str]], title: str = "", password: str = "") -> bytes:
    """A PDF with lines of text on pages."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = b" ".join(b"(" + line.encode("latin-1") + b") Tj T*" for line in lines)
        drawn = b"BT /F1 12 Tf 50 750 Td 14 TL " + shown + b" ET"
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
                       b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects))  # fmt: skip
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    objects.append(b"<< /Title (%s) /CreationDate (D:20250101000000Z) >>" % title.encode("latin-1"))
    whole, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    )
    whole += end % (len(objects) + 1, table, len(objects) + 1, len(objects), len(whole))
    return _locked(whole, password) if password else whole


def _locked(data: bytes, password: str) -> bytes:
    from pypdf import PdfWriter

    writer, out = PdfWriter(io.BytesIO(data)), io.BytesIO()
    writer.encrypt(password, algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()
