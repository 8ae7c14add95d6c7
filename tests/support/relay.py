"""A way between a client and a server that is as bad as the test wants it."""

import contextlib
import socket
import threading


class Relay:
    """Listens on a port of its own and hands bytes on to `port`, both ways.

    cut_after   {connection: bytes}: the connection (from 0, in the order of arrival) ends, both ways and in the
                middle of a packet, once so many bytes have gone to the server or come from it
    delay_s     every piece waits so long before it goes on
    piece       the most bytes that go on at once
    """

    def __init__(self, port, cut_after=None, delay_s=0, piece=65536):
        self.port, self.cut_after, self.delay_s, self.piece = port, dict(cut_after or {}), delay_s, piece
        self.cuts = self.accepted = 0
        self.stopped = threading.Event()
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.own_port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        number = 0
        while not self.stopped.is_set():
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                continue
            self.accepted += 1
            self.sockets += [client, server]
            budget = [self.cut_after.get(number)]
            number += 1
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.hand_on, args=(source, sink, budget), daemon=True).start()

    def hand_on(self, source, sink, budget):
        with contextlib.suppress(OSError):
            while data := source.recv(self.piece):
                if self.delay_s:
                    self.stopped.wait(self.delay_s)
                if budget[0] is not None:
                    data, over = data[:budget[0]], len(data) > budget[0]
                    budget[0] -= len(data)
                    sink.sendall(data)
                    if over:
                        self.cuts += 1
                        break
                    continue
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def stop(self):
        self.stopped.set()
        for end in (self.listener, *self.sockets):
            with contextlib.suppress(OSError):
                end.close()
