#!/usr/bin/env python3
"""Follows TDX module updates on a TdxDash dashboard: live.py http://127.0.0.1:8080 [all | group NAME | host ID] [FROM_REVISION]

An API token of your account page stands in the environment as TDXDASH_TOKEN. Plain SignalR JSON over long polling, with nothing but Python's own library. Prints a line for each observation, and remembers the revision
to go on from when it is started again with it.
"""
import json
import os
import sys
import urllib.request

END = b"\x1e"  # SignalR ends each message with this
HEADERS = {"Authorization": "Bearer " + os.environ.get("TDXDASH_TOKEN", "")}


def call(url, body=None):
    data = body if body is None else (json.dumps(body).encode() + END)
    request = urllib.request.Request(url, data=data, headers=HEADERS, method="GET" if body is None else "POST")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.status, answer.read()


def messages(address):
    """The hub's messages, as they come."""
    while True:
        status, body = call(address)
        if status == 204:
            return
        for part in body.split(END):
            if part:
                yield json.loads(part)


def main():
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
    rest = sys.argv[2:]
    kind = rest.pop(0) if rest else "all"
    scope = {"all": True} if kind == "all" else {kind: rest.pop(0)}
    revision = int(rest.pop(0)) if rest else None

    hub = base.rstrip("/") + "/hubs/live"
    with urllib.request.urlopen(urllib.request.Request(hub + "/negotiate?negotiateVersion=1", data=b"", headers=HEADERS, method="POST")) as answer:
        address = hub + "?id=" + json.load(answer)["connectionToken"]
    call(address)  # the first poll opens the connection
    call(address, {"protocol": "json", "version": 1})
    call(address, {"type": 4, "invocationId": "1", "target": "Subscribe", "arguments": [scope, revision]})

    for message in messages(address):
        if message.get("type") == 2:  # one item of the stream
            item = message["item"]
            print(item["revision"], item["receivedAt"], item["hostId"], item["run"], item["stage"] or "-", item["outcome"], item["advice"],
                  "(emulated)" if item["isEmulated"] else "", flush=True)
        elif message.get("type") == 3:  # the stream's end: refused, or over
            sys.exit(message.get("error", "The stream is over."))
        elif message.get("type") == 7:  # the dashboard closes the connection
            sys.exit(message.get("error", "The dashboard closed the connection; start again from the last revision."))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
