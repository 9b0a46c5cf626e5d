"""Bad requests by the thousand while a worker imports: nothing may change.

As a program it sends them: flood.py PORT UUID REQUESTS_A_SECOND SECONDS. It prints what came of them as JSON."""

import asyncio
import collections
import datetime
import http.client
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

import servers
from installation import wait_until

OPERATOR, READER = "operators-token-of-the-benchmark", "readers-token-of-the-benchmark"
RATE, SECONDS = 1_000, 10
# The server takes 512 connections: good requests need some, too.
HELD, AT_ONCE = 100, 300
# What a relocation's record says that does not depend on the clock.
RESULT = ("status", "step", "rows", "models", "dropped", "findings", "warnings", "losses", "failureReason", "renamedTotal")
# What happens as often as the clock wants.
PACE = {"claimed", "requeued", "released"}
# Memory that the server may have more of afterwards than before, MB.
KEPT = 32


# MARK: Sending


def request(method, path, *headers, body=b""):
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if method == "POST":
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def bad_requests(uuid, cookie):
    """Kind → what is sent, and the answers that refuse it; "closed" is one, too."""
    operator, reader = f"Authorization: Bearer {OPERATOR}", f"Authorization: Bearer {READER}"
    one, act = f"/api/v1/relocations/{uuid}", f"/api/v1/relocations/{uuid}/cancel"
    form = "Content-Type: application/x-www-form-urlencoded"
    wrong = request("GET", one, "Authorization: Bearer a-token-that-is-not-it")
    return {
        "wrong token": (wrong, {"401"}),
        "wrong token, acting": (request("POST", act, "Authorization: Bearer a-token-that-is-not-it", body=b"{}"), {"401"}),
        "a reader acts": (request("POST", act, reader, body=b"{}"), {"403"}),
        "wrong method": (request("PUT", one, operator), {"404", "405"}),
        "unknown path": (request("GET", one + "/explode", operator), {"404"}),
        "header of 128 KiB": (request("GET", one, operator, "X-Long: " + "a" * (128 << 10)), {"400", "431", "closed"}),
        "bad JSON": (request("POST", act, operator, body=b'{"atStep":'), {"400"}),
        "bad form token": (
            request("POST", f"/do/cancel?uuid={uuid}", f"Cookie: {cookie}", form, body=b"csrf=0123456789abcdef"), {"403"}),
        "another site's form": (
            request("POST", act, f"Cookie: {cookie}", form, "Sec-Fetch-Site: cross-site", body=b"csrf=0"), {"403"}),
        "body of 512 KiB": (request("POST", act, operator, body=b" " * (512 << 10)), {"413", "closed"}),
        "rubbish behind a request": (wrong + os.urandom(64) + b"\r\n\r\n", {"401"}),
        "rubbish": (b"\x16\x03\x01" + os.urandom(64) + b"\r\n\r\n", {"400", "closed"}),
    }


class Flood:
    def __init__(self, port, uuid, cookie):
        self.port, self.kinds = port, bad_requests(uuid, cookie)
        self.answers = {kind: collections.Counter() for kind in self.kinds}
        self.held, self.sent, self.half_open = collections.deque(), 0, 0
        self.running = set()

    async def send(self, kind):
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(self.kinds[kind][0])
            line = await asyncio.wait_for(reader.readline(), 60)
            answer = line.split()[1].decode() if line.startswith(b"HTTP/1.1 ") else "closed"
        except ConnectionError:
            answer = "closed"
        except asyncio.TimeoutError:
            answer = "none in 60 s"
        finally:
            if writer:
                writer.transport.abort()
        self.answers[kind][answer] += 1

    async def hold(self):
        """Half a request, whose connection stays open for a while."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionError:
            return
        writer.write(b"POST /api/v1/relocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le")
        self.half_open += 1
        self.held.append(writer)
        if len(self.held) > HELD:
            self.held.popleft().transport.abort()

    async def run(self, rate, seconds):
        kinds, start = [*self.kinds, None], time.monotonic()
        while (passed := time.monotonic() - start) < seconds:
            while self.sent < passed * rate and len(self.running) < AT_ONCE:
                kind = kinds[self.sent % len(kinds)]
                task = asyncio.ensure_future(self.send(kind) if kind else self.hold())
                self.running.add(task)
                task.add_done_callback(self.running.discard)
                self.sent += 1
            await asyncio.sleep(0.002)
        sent = self.sent
        await asyncio.gather(*self.running)
        passed = time.monotonic() - start
        for writer in self.held:
            writer.transport.abort()
        return {"sent": sent, "seconds": passed, "half_open": self.half_open, "answers": self.answers,
                "wrong": {kind: dict(answers) for kind, answers in self.answers.items()
                          if set(answers) - self.kinds[kind][1]}}


def send(port, uuid, rate, seconds):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/sign-in", f"token={OPERATOR}", {"Content-Type": "application/x-www-form-urlencoded"})
    cookie = connection.getresponse().getheader("Set-Cookie").split(";")[0]
    print(json.dumps(asyncio.run(Flood(port, uuid, cookie).run(rate, seconds))))


# MARK: Watching


class Server:
    """`serve`, the memory it has, and whether it answers good requests."""

    def __init__(self, bench, database):
        self.port = servers.free_port()
        self.process = subprocess.Popen(
            [f"{bench.programs}/relocation-worker", "serve", "--http", f"127.0.0.1:{self.port}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, **bench.environment, "RELOCATION_DATABASE_URL": database, "RELOCATION_HTTP_TOKEN": OPERATOR,
                 "RELOCATION_HTTP_READ_TOKEN": READER})
        wait_until(lambda: self.status("/healthz") == 200)

    def status(self, path):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            connection.request("GET", path, headers={"Authorization": f"Bearer {READER}", "Accept": "text/html"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except OSError:
            return None
        finally:
            connection.close()

    @property
    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) * 1024 / 1e6

    def close(self):
        self.process.terminate()
        self.process.wait()


class Visitor(threading.Thread):
    """Asks for what is there, over new connections, until it is told to end."""

    def __init__(self, server, paths):
        super().__init__()
        self.server, self.paths, self.ended = server, paths, threading.Event()
        self.times, self.failures, self.most = [], [], 0

    def run(self):
        while not self.ended.wait(0.05):
            for path in self.paths:
                start = time.monotonic()
                status = self.server.status(path)
                self.times.append((time.monotonic() - start) * 1000)
                if status != 200:
                    self.failures.append((path, status))
            self.most = max(self.most, self.server.memory)

    def end(self):
        self.ended.set()
        self.join()


def imported(bench, path, database, file, meanwhile=None):
    """Imports the file. Returns what came of it: the record, the history, all rows by table, the users."""
    uuid = bench.enqueue("users", path).output.strip()
    worker = bench.start_worker("run", "--drain", database=database)
    came = meanwhile() if meanwhile else None
    worker.wait()
    status = bench.status(uuid)
    began, ended = (datetime.datetime.fromisoformat(status[name].replace("Z", "+00:00")) for name in ("startedAt", "completedAt"))
    history = json.loads(servers.run(
        [f"{bench.programs}/relocation-enqueue", "history", uuid, "--json"], bench.environment).output)
    with sqlite3.connect(file) as tables:
        names = [name for name, in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        counts = {name: tables.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
        users = tables.execute("SELECT id, username, email, first_name, date_joined FROM auth_user ORDER BY id").fetchall()
    keys = {re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+", "#", key) for key in bench.redis.cli("keys", "*").split("\n")}
    result = {
        "result": {name: status[name] for name in RESULT}, "rows by table": counts, "users": users, "kinds of keys": keys,
        "history": [(entry["event"], (entry["actor"] or "").startswith("http:")) for entry in history if entry["event"] not in PACE],
    }
    return result, (ended - began).total_seconds(), came


DIGESTS = """
local out = {}
for _, key in ipairs(redis.call('KEYS', '*' .. ARGV[1] .. '*')) do out[#out + 1] = key .. ' ' .. redis.sha1hex(redis.call('DUMP', key)) end
table.sort(out)
return out
"""


def measured(bench, sheet, rows):
    path, source = bench.file("users", rows)
    still, _ = bench.file("users", 100, prefix="still")
    quiet_database, quiet_file = bench.sqlite_database()
    database, file = bench.sqlite_database()

    def kept():
        """A relocation that waits, under a destination that nobody serves: whoever acts on it changes its record."""
        bench.redis.clear()
        return bench.enqueue("users", still, "--destination", "nobody").output.strip()

    kept()
    quiet, seconds, _ = imported(bench, path, quiet_database, quiet_file)

    uuid = kept()
    server = Server(bench, database)
    try:
        paths = [f"/api/v1/relocations/{uuid}", f"/relocations/{uuid}", "/relocations", "/"]
        for _ in range(20):
            assert [server.status(path) for path in paths] == [200] * len(paths)
        records, memory = bench.redis.cli("eval", DIGESTS, "0", uuid), server.memory
        visitor = Visitor(server, paths)
        visitor.start()

        def flood():
            out = subprocess.run(
                [sys.executable, __file__, str(server.port), uuid, str(RATE), str(SECONDS)], capture_output=True, check=True)
            return json.loads(out.stdout)

        loud, flooded, came = imported(bench, path, database, file, flood)
        visitor.end()
        # Idle connections are gone, and what they held: the allocator gives it back with the next requests.
        for _ in range(20):
            assert [server.status(path) for path in paths] == [200] * len(paths)
        after = server.memory
        changes = [name for name in quiet if quiet[name] != loud[name]]
        changes += ["records of the one that waits"] if bench.redis.cli("eval", DIGESTS, "0", uuid) != records else []
    finally:
        server.close()

    answered = sum(sum(answers.values()) for answers in came["answers"].values())
    sheet.add(f"Import of users, {source:,} rows, SQLite", "s", [seconds])
    sheet.add("the same with bad requests", "s", [flooded])
    sheet.figure("bad requests sent", came["sent"])
    sheet.figure("of these half a request, the connection held", came["half_open"])
    sheet.figure("of these refused", answered)
    sheet.ratio("bad requests a second", [came["sent"] / SECONDS], at_least=RATE * 0.99)
    sheet.ratio("bad requests that were not refused as they should be", [len(came["wrong"])], at_most=0)
    sheet.ratio("what has changed: result, rows, history, records", [len(changes)], at_most=0)
    sheet.ratio("good requests meanwhile without an answer of 200", [len(visitor.failures)], at_most=0)
    sheet.figure("good requests meanwhile", len(visitor.times))
    sheet.ratio("good requests meanwhile: p99, ms", [statistics.quantiles(visitor.times, n=100)[98]])
    sheet.figure("server: resident memory before, MB", memory)
    sheet.figure("server: resident memory at most, MB", visitor.most)
    sheet.ratio("server: resident memory afterwards, MB more than before", [after - memory], at_most=KEPT)
    sheet.ratio("import with bad requests / without", [flooded / seconds])
    if changes or came["wrong"] or visitor.failures:
        raise RuntimeError(f"changed: {changes}; not refused: {came['wrong']}; not answered: {visitor.failures[:5]}")


if __name__ == "__main__":
    send(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
