"""Where the moderators' mail goes: a real SMTP server, with a fate for each recipient."""

import asyncio
from collections import Counter

from aiosmtpd.controller import Controller

HANG = 30  # seconds; longer than a sender waits
FATES = {
    "slow": None,
    "refused": "550 No such user here",
    "later": "451 Try again later",
}


class Mailbox:
    def __init__(self, port: int):
        self.port, self.delivered = port, Counter()
        self.fates = dict(FATES)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def open(self):
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self):
        self._controller.stop()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.partition("@")[0]
        if name not in self.fates:
            envelope.rcpt_tos.append(address)
            return "250 OK"
        if self.fates[name] is None:
            await asyncio.sleep(HANG)
        return self.fates[name] or "451 Too late"

    async def handle_DATA(self, server, session, envelope):
        self.delivered.update(envelope.rcpt_tos)
        return "250 OK"
