"""Events into PostgreSQL and Kafka, and out of a node store."""

import json
import random
import statistics
import subprocess

import servers
from turns import alternating, ratios, walls

SPANS = 20
START = 1_700_000_000


def _span(place, pick):
    return {
        "trace_id": "a" * 32, "parent_span_id": f"{place:016x}", "span_id": f"{place + 1:016x}",
        "start_timestamp": START + place / 100, "timestamp": START + place / 100 + 0.008,
        "same_process_as_parent": True, "op": "db.sql.query", "data": {"db.system": "postgresql"}, "tags": None,
        "description": f"SELECT a{pick.randrange(50)}, b FROM t{place} WHERE id = {pick.randrange(10000)} AND c = %s"}


def _frame(place, pick):
    return {
        "function": f"function_{pick.randrange(400)}", "module": f"package.module_{place}",
        "filename": f"package/module_{place}.py", "abs_path": f"/srv/app/package/module_{place}.py",
        "lineno": pick.randrange(1, 900), "in_app": place > 5, "context_line": "    return work(value)",
        "pre_context": ["def call(value):", "    check(value)"], "post_context": ["", "def other():"],
        "vars": {"value": f"'{pick.getrandbits(40):010x}'", "self": "<Worker object>"}}


def _common(number, pick):
    return {
        "event_id": f"{pick.getrandbits(128):032x}", "timestamp": START + number, "received": START + number + 1.5,
        "platform": "python", "release": f"shop@1.{pick.randrange(20)}.0", "environment": pick.choice(["prod", "stage"]),
        "tags": [["server_name", f"web-{pick.randrange(30)}"], ["customer", f"{pick.randrange(5000)}"]],
        "user": {"id": str(pick.randrange(20000)), "email": f"user{pick.randrange(20000)}@example.com"},
        "sdk": {"name": "sentry.python.django", "version": "1.40.0"}, "culprit": "shop.views.checkout"}


def _transaction(number, pick):
    return {
        **_common(number, pick), "type": "transaction", "transaction": f"/api/{pick.randrange(40)}/", "level": "info",
        "start_timestamp": START + number - 0.2, "title": "t", "metadata": {"title": "t"},
        "contexts": {"trace": {"trace_id": "a" * 32, "span_id": "b" * 16, "op": "http.server", "status": "ok"}},
        "spans": [_span(place, pick) for place in range(SPANS)]}


def _error(number, pick):
    return {
        **_common(number, pick), "type": "error", "level": "error", "title": "ValueError: no", "location": "module.py",
        "hashes": [f"{pick.randrange(2000):032x}"], "metadata": {"type": "ValueError", "value": "no"},
        "grouping_config": {"id": "newstyle:2023-01-11", "enhancements": "eJybzDRxc15qeXFJZU6qlZGBkbGugaGuoeEEAHJMCAM"},
        "exception": {"values": [{"type": "ValueError", "value": "no", "stacktrace": {
            "frames": [_frame(place, pick) for place in range(12)]}}]}}


KINDS = {"transactions": _transaction, "errors": _error}


def _written(bench, kind, count):
    path = bench.folder.file(f"{kind}-{count}.ndjson")
    pick = random.Random(count)
    with open(path, "w", encoding="ascii", buffering=1 << 20) as file:
        for number in range(count):
            body = json.dumps(KINDS[kind](number, pick), separators=(",", ":"))
            file.write(f'{{"project":1,"body":{body}}}\n')
    return path


class Kafka:
    """A cluster of librdkafka's own."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program, "3"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()

    def close(self):
        self.process.terminate()
        self.process.wait()


def _destination(bench):
    url = bench.postgres.emptied("imports")
    bench.postgres.sql("""
        TRUNCATE relocation.eventchunk, relocation.import;
        INSERT INTO sentry_organization (id, name, slug, status, date_added, default_role, flags, is_test)
            VALUES (1, 'a', 'a', 0, now(), 'member', 1, false);
        INSERT INTO sentry_project (id, name, slug, organization_id, public, date_added, status, flags)
            VALUES (1, 'p', 'p', 1, false, now(), 0, 10);
        VACUUM ANALYZE;""", "imports")
    return url


def _saved(bench, path, count, *words, sink=None):
    """Saves the events of a file; what the worker cost."""
    url = _destination(bench)
    bench.redis.clear()
    projects = bench.folder.file("projects.json")
    with open(projects, "w", encoding="ascii") as file:
        file.write('{"1":1}')
    uuid = bench.enqueue("events", path, "--project-map", projects, *words).output.strip()
    kafka = None if sink else Kafka(f"{bench.limits}/kafka_mock")
    try:
        cost = bench.drain(url, "--event-sink", sink or f"kafka://{kafka.address}")
    finally:
        if kafka:
            kafka.close()
    status = bench.status(uuid)
    if status["status"] != "SUCCESS" or status["rows"]["inserted"] != count:
        raise RuntimeError(f"not all events were saved: {status}")
    return cost


def _saving(bench, sheet, kind, count, runs):
    small, single = count // 20, count // 50
    paths = {number: _written(bench, kind, number) for number in (count, small, single)}
    ours, few, each = alternating(
        runs, lambda: _saved(bench, paths[count], count), lambda: _saved(bench, paths[small], small),
        lambda: _saved(bench, paths[single], single, "--chunk-size", "1"))
    for costs, number, name in ((ours, count, ""), (few, small, ""), (each, single, ", each committed and awaited")):
        sheet.add(f"{number:,} {kind} into PostgreSQL and Kafka{name}", "s", walls(costs),
                  cpu=[cost.cpu for cost in costs], memory=[cost.anonymous for cost in costs])
    per_event = [cost.wall / count for cost in ours]
    alone = [cost.wall / single for cost in each]
    sheet.figure(f"{kind} per second", 1 / statistics.median(per_event))
    sheet.ratio(f"{kind}: one by one / together, per event", ratios(alone, per_event), at_least=20)
    # What both share: making bodies and messages and compressing them, which one thread does. It is about the
    # processor time of the larger run.
    shared = statistics.median([cost.cpu / count for cost in ours])
    sheet.ratio(f"{kind}: the same without the processor time that both share",
                [(one - shared) / max(other - shared, 1e-9) for one, other in zip(alone, per_event)])
    sheet.ratio(f"{kind}: time per event, {count:,} / {small:,}",
                ratios(per_event, [cost.wall / small for cost in few]), at_most=1.2)
    sheet.ratio(f"{kind}: peak resident memory of the worker, MB", [cost.resident / 1e6 for cost in ours], at_most=256)


def _reading(bench, sheet, count, runs):
    """What the last run has left in the node store."""
    url = bench.postgres.url("imports")
    ours, written, copies = alternating(
        runs, *(lambda target=target: bench.worker(
            "export", "events", "--projects", "1", "--silent", target, database=url)
            for target in ("/dev/null", bench.folder.file("exported.ndjson"))),
        lambda: servers.run([f"{bench.limits}/node_rows", url]))
    for costs, name in ((ours, "read"), (written, "written to a file, synced")):
        sheet.add(f"Export of {count:,} events, {name}", "s", walls(costs), cpu=[cost.cpu for cost in costs],
                  memory=[cost.anonymous for cost in costs])
    sheet.add("COPY of the node store, base64 and zlib undone in C", "s", walls(copies))
    sheet.ratio("COPY in C / export, read", ratios(walls(copies), walls(ours)), at_least=0.5)
    sheet.ratio("COPY in C / export, written to a file", ratios(walls(copies), walls(written)))


def measured(bench, sheet, count, runs):
    for kind in KINDS:
        _saving(bench, sheet, kind, count, runs)
        _saved(bench, _written(bench, kind, count), count, sink="none")
        _reading(bench, sheet, count, runs)
