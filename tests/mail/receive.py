"""A mail server that takes every mail and writes it down, a line of JSON each; rules make it misbehave.

Usage: receive.py PORT FILE [RULES [CERTIFICATE KEY]]

RULES is a file that is read anew for each mail: a list of objects like
{"to": "anna", "at": "rcpt", "say": "550 nobody", "times": 1}. `at` is mail, rcpt or data; a mail that is answered at
data was written down before, unless the rule says "lose". `delay_s` waits before the answer, `cut` ends the
connection instead of answering. With a certificate it takes nothing without STARTTLS.
"""

import asyncio
import json
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Receive:
    def __init__(self, path, rules):
        self.path = path
        self.rules = rules
        self.used = {}

    def rule(self, at, to):
        if self.rules is None:
            return None
        with open(self.rules, encoding="utf-8") as file:
            rules = json.load(file)
        for index, rule in enumerate(rules):
            if rule["at"] == at and rule.get("to", "") in to:
                key = (index, rule["at"], rule.get("to", ""))
                if self.used.get(key, 0) < rule.get("times", 1 << 30):
                    self.used[key] = self.used.get(key, 0) + 1
                    return rule
        return None

    async def follow(self, rule, server, otherwise):
        if rule is None:
            return otherwise
        await asyncio.sleep(rule.get("delay_s", 0))
        if rule.get("cut"):
            server.transport.abort()
        return rule.get("say", otherwise)

    async def handle_MAIL(self, server, session, envelope, address, options):
        answer = await self.follow(self.rule("mail", address), server, "250 OK")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = await self.follow(self.rule("rcpt", address), server, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        body = mail.get_body(("plain",))
        page = mail.get_body(("html",))
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": mail["subject"],
            "id": mail["message-id"],
            "headers": sorted({name.lower() for name in mail.keys()}),
            "body": body.get_content() if body else "",
            "html": page.get_content() if page else "",
        }
        rule = self.rule("data", envelope.rcpt_tos[0])
        if rule is None or not rule.get("lose"):
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        return await self.follow(rule, server, "250 taken")


if __name__ == "__main__":
    rules = sys.argv[3] if len(sys.argv) > 3 else None
    more = {}
    if len(sys.argv) > 5:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[4], sys.argv[5])
        more = {"tls_context": context, "require_starttls": True}
    controller = Controller(Receive(sys.argv[2], rules), hostname="127.0.0.1", port=int(sys.argv[1]), **more)
    controller.start()
    print("ready", flush=True)
    # Until whoever has started it is gone.
    sys.stdin.read()
    controller.stop()
