"""A mail server that takes every mail and writes it down, a line of JSON each.

Usage: receive.py PORT FILE
"""

import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Receive:
    def __init__(self, path):
        self.path = path

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": mail["subject"],
            "body": mail.get_content(),
        }
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return "250 taken"


if __name__ == "__main__":
    controller = Controller(Receive(sys.argv[2]), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    print("ready", flush=True)
    # Until whoever has started it is gone.
    sys.stdin.read()
    controller.stop()
