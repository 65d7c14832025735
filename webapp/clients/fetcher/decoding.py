"""Unpacks a body while it is read, so that a bomb is noticed long before it is big: 204 KB made 210 MB (measured)."""

import http.client
import zlib
from collections.abc import Iterator

from webapp.clients.fetcher.errors import BrokenAnswer, BrokenEncoding, TooLarge

_PIECE = 64 * 1024
# What we ask for. Brotli would need a package of its own, and every server that speaks it speaks gzip.
ACCEPTED = "gzip, deflate"


def read_body(response: http.client.HTTPResponse, most: int, *, cut: bool = False) -> bytes:
    """The whole body, unpacked. Raises TooLarge above `most` bytes (with `cut`: the first `most`), BrokenEncoding,
    BrokenAnswer.
    """
    names = [name.strip().lower() for name in response.headers.get_all("Content-Encoding", [])]
    encoding = ",".join(name for name in names if name not in {"", "identity"})
    body = bytearray()
    for piece in _pieces(response, encoding, most):
        body += piece
        if len(body) > most:
            if cut:
                return bytes(body[:most])
            raise TooLarge(f"more than {most} bytes")
    return bytes(body)


def _pieces(response: http.client.HTTPResponse, encoding: str, most: int) -> Iterator[bytes]:
    if encoding == "":
        yield from _raw(response)
    elif encoding in {"gzip", "x-gzip"}:
        yield from _unpacked(response, gzip=True)
    elif encoding == "deflate":
        yield from _unpacked(response, gzip=False)
    else:
        raise BrokenEncoding("packed in a way that we did not ask for")


def _raw(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read(_PIECE):
        yield piece
    # http.client only minds a body that ends early when it is read in one piece. A feed that was cut off would
    # look like one from which offers are missing.
    if response.length:
        raise BrokenAnswer("the body ends early")


def _unpacked(response: http.client.HTTPResponse, *, gzip: bool) -> Iterator[bytes]:
    unpacker = None
    for piece in _raw(response):
        data = piece
        while True:
            if unpacker is None or unpacker.eof:
                # A gzip file may have several members (RFC 1952, 2.2); some servers pad the last with zeros.
                data = data.lstrip(b"\0") if unpacker else data
                if not data:
                    break
                if unpacker and not gzip:
                    raise BrokenEncoding("something follows the packed body")
                unpacker = zlib.decompressobj(_window(data, gzip))
            try:
                out = unpacker.decompress(data, _PIECE)
            except zlib.error:
                raise BrokenEncoding("cannot be unpacked") from None
            yield out
            data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            # A full piece may have more behind it, also when all of the input was taken.
            if not data and (unpacker.eof or len(out) < _PIECE):
                break
    if unpacker is None or not unpacker.eof:
        raise BrokenEncoding("the packed body ends early")


def _window(data: bytes, gzip: bool) -> int:
    if gzip:
        return 16 + zlib.MAX_WBITS
    # HTTP means zlib's format by deflate (RFC 9110, 8.4.1.2); some servers send the bare stream.
    is_zlib = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
