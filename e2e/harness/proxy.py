"""A small balancer before several servers: takes turns between those that say they are ready."""

import asyncio
import threading

LOOK_SECONDS = 0.05


class Proxy:
    """Connections go to the ready servers in turn. A server that refuses the connection, so that nothing was sent to it yet, is
    passed over; what has been sent is never sent again."""

    def __init__(self, servers):
        self.servers, self.ready, self.turn, self.served = list(servers), set(), 0, {}
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        started = asyncio.run_coroutine_threadsafe(self._start(), self.loop)
        self.port = started.result(20)
        self.url = f"http://127.0.0.1:{self.port}"

    async def _start(self):
        self.listener = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.watching = [asyncio.ensure_future(self._watch(server)) for server in self.servers]
        return self.listener.sockets[0].getsockname()[1]

    async def _watch(self, server):
        while True:
            (self.ready.add if await self._is_ready(server) else self.ready.discard)(server.port)
            await asyncio.sleep(LOOK_SECONDS)

    @staticmethod
    async def _is_ready(server):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n")
            first = await reader.readline()
            writer.close()
            return b" 200 " in first
        except OSError:
            return False

    def _candidates(self):
        ports = [server.port for server in self.servers if server.port in self.ready]
        self.turn += 1
        start = self.turn % max(len(ports), 1)
        return ports[start:] + ports[:start]

    async def _carry(self, reader, writer):
        for port in self._candidates():
            try:
                inward, outward = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            self.served[port] = self.served.get(port, 0) + 1
            await asyncio.gather(self._pipe(reader, outward), self._pipe(inward, writer))
            return
        writer.close()

    @staticmethod
    async def _pipe(reader, writer):
        try:
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    def stop(self):
        async def end():
            for task in self.watching:
                task.cancel()
            self.listener.close()

        asyncio.run_coroutine_threadsafe(end(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
