"""A real SMTP server that keeps what it is given."""

import asyncio
import email
import email.policy
import re
import threading

from aiosmtpd.controller import Controller

from harness.ports import free_port
from harness.waiting import until


class MailServer:
    """Listens on a free port of 127.0.0.1; `messages` are parsed, oldest first."""

    def __init__(self):
        self.lock = threading.Lock()
        self.messages = []
        self.taken = 0
        self.passes = threading.Event()
        self.passes.set()
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, decode_data=False)
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (the name is aiosmtpd's)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.lock:
            self.taken += 1
        # Held back mid-way, with the letter in hand, for as long as a test wants it.
        await asyncio.get_running_loop().run_in_executor(None, self.passes.wait)
        with self.lock:
            self.messages.append((list(envelope.rcpt_tos), message))
        return "250 kept"

    def to(self, address):
        """Messages that went to `address`."""
        with self.lock:
            return [message for recipients, message in self.messages if address in recipients]

    def all(self):
        """Recipients and message of each mail, oldest first."""
        with self.lock:
            return list(self.messages)

    def wait_for(self, address, count=1, seconds=20):
        return until(
            lambda: len(self.to(address)) >= count and self.to(address), seconds, f"mail {count} to {address}"
        )

    def stop(self):
        self.controller.stop()


def links(message, kind):
    """The addresses in the part of the given kind (`plain`, `html`)."""
    body = message.get_body(preferencelist=(kind,))
    assert body is not None, f"there is no {kind} part"
    text = body.get_content().replace("&amp;", "&")
    return re.findall(r"https?://[^\s\"'<>)]+", text)
