"""A TCP proxy on loopback whose line can be cut, frozen, slowed down or listened to while it is in use."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from tests.services.server import HOST, free_port

_PIECE = 16 * 1024


class Proxy:
    """Passes everything on to `target`, a port on loopback that may be changed for the next connections.

    It runs in a thread of its own; every attribute may be set from any other at any time. `said` collects what
    clients say where `listens` is set, and `alter` may change what the server answers.
    """

    def __init__(self, target: int) -> None:
        self.target, self.port = target, free_port()
        self.frozen = False
        # Bytes per second in each direction; 0: as fast as they come.
        self.pace = 0
        # How many more bytes of clients pass until the connection that brings the last of them is cut, once; 0: all do.
        self.cuts_after = 0
        self.listens, self.said = False, bytearray()
        self.alter: Callable[[bytes], bytes] = lambda words: words
        self._open: set[asyncio.StreamWriter] = set()
        self._refuses = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._call(self._serve())

    def cut(self) -> None:
        """End every connection at once, and every new one, until mend()."""
        self._refuses = True
        self._call(self._cut())

    def mend(self) -> None:
        """Pass everything on again, unaltered."""
        self._refuses = self.frozen = self.listens = False
        self.pace = self.cuts_after = 0
        self.alter = lambda words: words

    def close(self) -> None:
        """Cut every connection and end the thread."""
        self._refuses = True
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _serve(self) -> None:
        self._server = await asyncio.start_server(self._connected, HOST, self.port)

    async def _end(self) -> None:
        self._server.close()
        await self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:
            writer.transport.abort()
            return
        try:
            there, to_there = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, to_there}
        self._open |= both
        try:
            with contextlib.suppress(OSError):
                await asyncio.gather(
                    self._pass_on(reader, to_there, is_client=True),
                    self._pass_on(there, writer, is_client=False),
                )
        finally:
            self._open -= both
            for end in both:
                end.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_client: bool
    ) -> None:
        while piece := await reader.read(min(_PIECE, self.pace or _PIECE)):
            while self.frozen:
                await asyncio.sleep(0.05)
            if self.pace:
                await asyncio.sleep(len(piece) / self.pace)
            if is_client and self.listens:
                self.said += piece
            if is_client and self.cuts_after:
                self.cuts_after = max(0, self.cuts_after - len(piece))
                if not self.cuts_after:
                    raise ConnectionAbortedError
            writer.write(piece if is_client else self.alter(piece))
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
