"""Takes every figure beside its limit, alternating with it in the same run, and writes README.md."""

import argparse
import os
import signal
import statistics
import sys
import time

import events
import exports
import files
import flood
import imports
import report
import servers
import several
from installation import Installation
from turns import alternating, ratios, walls

FETCHED = 128  # Tasks that the worker fetches together.


class Bench(Installation):
    def __init__(self, arguments):
        self.arguments = arguments
        self.limits = arguments.limits
        self.folder_object = servers.Folder()
        redis_folder, postgres_folder = servers.Folder(), servers.Folder()
        self.folders = [self.folder_object, redis_folder, postgres_folder]
        redis, postgres = servers.Redis(redis_folder), servers.Postgres(postgres_folder)
        super().__init__(arguments.programs, self.folder_object, redis, postgres)
        self.files = {}

    def file(self, kind, rows, prefix="bench"):
        """An export of about so many rows: its path and the rows it has."""
        key = (kind, rows, prefix)
        if key not in self.files:
            path = self.folder.file(f"{kind}-{rows}-{prefix}.json")
            counts = getattr(exports, kind)(path, rows, prefix=prefix)
            self.files[key] = (path, sum(counts.values()))
        return self.files[key]

    def forget(self, kind, rows):
        for key in [key for key in self.files if key[:2] == (kind, rows)]:
            os.remove(self.files.pop(key)[0])

    def close(self):
        self.redis.close()
        self.postgres.close()
        for folder in self.folders:
            folder.close()


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# MARK: Imports


def postgres_import(bench, sheet, kind, rows, runs, row_runs):
    path, source = bench.file(kind, rows)
    limits = imports.PostgresLimits(bench, kind, path)
    ours, copies = alternating(runs, lambda: limits.ours(kind, path), limits.copy)
    name = f"{kind}, {source:,} rows ({limits.rows:,} written), PostgreSQL"
    sheet.add(f"Import of {name}", "s", walls(ours), cpu=[cost.cpu for cost in ours],
              memory=[cost.anonymous for cost in ours])
    sheet.add("(a) binary COPY, one transaction", "s", walls(copies))
    against = ratios(walls(copies), walls(ours))
    sheet.ratio(f"COPY / import, {kind} {rows:,}", against, at_least=0.5 if rows == 100_000 else None)
    sheet.figure("Rows per second", source / statistics.median(walls(ours)))
    if row_runs:
        single = [limits.single_rows() for _ in range(row_runs)]
        sheet.add("(b) one INSERT per row, 20 per transaction", "s", single)
        sheet.ratio(f"single INSERTs / import, {kind} {rows:,}",
                    [value / statistics.median(walls(ours)) for value in single], at_least=5)
    limits.close()
    return statistics.median(against)


def sqlite_import(bench, sheet, kind, rows, runs):
    path, source = bench.file(kind, rows)
    limits = imports.SQLiteLimits(bench, kind, path)
    ours, bare = alternating(runs, lambda: limits.ours(kind, path), limits.bulk)
    sheet.add(f"Import of {kind}, {source:,} rows, SQLite", "s", walls(ours), cpu=[cost.cpu for cost in ours],
              memory=[cost.anonymous for cost in ours])
    sheet.add("bare prepared inserts, one transaction", "s", bare)
    sheet.ratio(f"inserts / import, {kind} {rows:,}, SQLite", ratios(bare, walls(ours)), at_least=0.5)


# MARK: Enqueuing


def enqueuing(bench, sheet, kind, rows, runs):
    path, source = bench.file(kind, rows)
    size = os.path.getsize(path)

    def parser(name):
        return lambda: float(servers.run([f"{bench.limits}/json", name, path]).output)

    def check():
        return bench.enqueue(kind, path, "--check")

    memory = []

    def whole():
        bench.redis.clear()
        before = bench.redis.used_memory()
        cost = bench.enqueue(kind, path)
        memory.append(bench.redis.used_memory() - before)
        return cost

    checks, yajl, simdjson, wholes = alternating(runs, check, parser("yajl"), parser("simdjson"), whole)
    cpu = [cost.cpu for cost in checks]
    sheet.add(f"Check pass over {kind}, {source:,} rows, {size / 1e6:,.0f} MB", "s", walls(checks), cpu=cpu,
              memory=[cost.anonymous for cost in checks])
    sheet.add("yajl, same file (CPU)", "s", yajl)
    sheet.add("simdjson, same file, whole in memory (CPU)", "s", simdjson)
    sheet.ratio("yajl / check pass, CPU", ratios(yajl, cpu), at_least=0.5)
    sheet.ratio("simdjson / check pass, CPU", ratios(simdjson, cpu))
    sheet.add("Whole enqueue", "s", walls(wholes), cpu=[cost.cpu for cost in wholes],
              memory=[cost.anonymous for cost in wholes])
    sheet.ratio("whole enqueue / check pass", ratios(walls(wholes), walls(checks)), at_most=4)
    sheet.ratio("Redis memory / bytes of the export", [value / size for value in memory], at_most=0.25)
    sheet.ratio("peak anonymous memory of the enqueuer, MB", [cost.anonymous / 1e6 for cost in wholes], at_most=96)


def adapting(bench, sheet, rows, runs):
    """What it costs to look for rows of other versions, and to adapt them, in CPU time for each byte."""
    path, source = bench.file("organizations", rows)
    older, _ = bench.file("older_organizations", rows)

    def check(file, *words):
        return lambda: bench.enqueue("organizations", file, "--check", *words).cpu / os.path.getsize(file)

    strict, current, adapted = alternating(
        runs, check(path, "--strict"), check(path), check(older))
    sheet.ratio(f"check pass / with --strict, {source:,} rows of 24.9, CPU", ratios(current, strict), at_most=1.1)
    sheet.ratio("the same rows in the form of 24.3 / 24.9 with --strict, CPU", ratios(adapted, strict), at_most=1.3)


def empty_tasks(bench, sheet, tasks, runs):
    def rates(*command):
        def measurement():
            bench.redis.clear()
            return [float(word) for word in servers.run(list(command)).output.split()]
        return measurement

    ours, bare = alternating(
        runs, rates(f"{bench.limits}/QueueRate", bench.redis.url, str(tasks), str(FETCHED)),
        rates(f"{bench.limits}/redis_loop", bench.redis.socket, str(tasks), str(FETCHED)))
    for place, name in enumerate(("pushing", "working", "both")):
        mine, theirs = [rate[place] for rate in ours], [rate[place] for rate in bare]
        sheet.add(f"{tasks:,} empty tasks, {name}", "1/s", mine)
        sheet.add("bare batched loop", "1/s", theirs)
        sheet.ratio(f"queue / bare loop, {name}", ratios(mine, theirs), at_least=0.5 if name == "both" else None)


# MARK: The worker as a process


def starting(bench, sheet, runs, database, name):
    path, _ = bench.file("users", 10)
    times = []
    for _ in range(runs):
        bench.redis.clear()
        uuid = bench.enqueue("users", path).output.strip()
        start = time.time() * 1000
        worker = bench.start_worker("run", "--drain", database=database)
        worker.wait()
        started = float(bench.redis.cli("hget", f"{{relocation}}:record:{uuid}", "startedAt") or "nan")
        if started != started:
            raise RuntimeError("the worker claimed nothing")
        times.append(started - start)
    sheet.ratio(f"start of the worker to its first claim, {name}, ms", times, at_most=50)


def idling(bench, sheet, database, name, seconds=10):
    bench.redis.clear()
    worker = bench.start_worker("run", database=database)
    time.sleep(2)

    def ticks():
        with open(f"/proc/{worker.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = ticks()
    time.sleep(seconds)
    used = ticks() - before
    with open(f"/proc/{worker.pid}/status", encoding="ascii") as file:
        resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    worker.terminate()
    worker.wait()
    sheet.ratio(f"idle worker, {name}: resident memory, MB", [resident * 1024 / 1e6], at_most=32)
    sheet.ratio(f"idle worker, {name}: CPU, %", [used / seconds * 100], at_most=0.5)


def chunk_sizes(bench, sheet, kind, rows, runs):
    path, source = bench.file(kind, rows)
    limits = imports.PostgresLimits(bench, kind, path)
    sizes = (100, 300, 1000, 3000, 10000)
    results = alternating(runs, *(
        lambda size=size: limits.ours(kind, path, "--chunk-size", str(size)) for size in sizes))
    for size, costs in zip(sizes, results):
        sheet.add(f"{kind}, {source:,} rows, chunks of {size:,}", "s", walls(costs),
                  memory=[cost.anonymous for cost in costs])
    limits.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", required=True, help="folder of the two programs")
    parser.add_argument("--limits", required=True, help="folder of the programs that show the limits")
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the main exports")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", type=int, default=1_000_000, help="rows of the largest import; 0 for none")
    parser.add_argument("--export", type=int, default=3_100_000, help="rows of the export to enqueue: 1 GB")
    parser.add_argument("--only", default="", help="parts, separated by commas: " + ", ".join(report.PARTS))
    parser.add_argument("--output", help="file to write; README.md where all parts are measured")
    arguments = parser.parse_args()
    parts = set(filter(None, arguments.only.split(","))) or set(report.PARTS)
    rows, runs = arguments.rows, arguments.runs
    # Ends the servers too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    bench = Bench(arguments)
    sheets = []

    def part(name, work):
        if name not in parts:
            return
        say(name)
        sheet = report.Sheet(name)
        sheets.append(sheet)
        work(sheet)
        say("\n" + sheet.text())

    sqlite, _ = bench.sqlite_database()
    postgres = bench.postgres.url("imports")
    try:
        part("postgres", lambda sheet: [
            postgres_import(bench, sheet, kind, rows, runs, min(runs, 3)) for kind in ("users", "organizations")])
        part("sqlite", lambda sheet: [
            sqlite_import(bench, sheet, kind, rows, runs) for kind in ("users", "organizations")])
        part("enqueue", lambda sheet: enqueuing(bench, sheet, "organizations", arguments.export, runs))
        part("versions", lambda sheet: adapting(bench, sheet, 10 * rows, 3 * runs))
        part("queue", lambda sheet: empty_tasks(bench, sheet, rows, runs))
        part("process", lambda sheet: [
            (starting(bench, sheet, 2 * runs, url, name), idling(bench, sheet, url, name))
            for url, name in ((sqlite, "SQLite"), (postgres, "PostgreSQL"))])
        part("together", lambda sheet: [
            several.together(bench, sheet, rows, runs), several.behind(bench, sheet, 3 * rows, rows // 100, runs)])
        part("many", lambda sheet: several.many(bench, sheet, 8, rows // 5, runs))
        part("far", lambda sheet: [
            several.far_away(bench, sheet, rows // parts, runs, at_least)
            for parts, at_least in ((40, 3), (10, None), (4, None))])
        part("chunks", lambda sheet: chunk_sizes(bench, sheet, "users", rows, runs))
        part("scale", lambda sheet: scaling(bench, sheet, arguments, runs))
        large = arguments.large or rows
        part("export", lambda sheet: [
            files.exporting(bench, sheet, kind, large, min(runs, 3)) for kind in ("users", "organizations")])
        part("tools", lambda sheet: files.tools(bench, sheet, "organizations", arguments.export, min(runs, 3)))
        part("undo", lambda sheet: [
            files.undoing(bench, sheet, kind, large, min(runs, 3)) for kind in ("users", "organizations")])
        part("events", lambda sheet: events.measured(bench, sheet, rows, min(runs, 3)))
        part("flood", lambda sheet: flood.measured(bench, sheet, 10 * rows))
    finally:
        bench.close()
    output = arguments.output or (os.path.join(os.path.dirname(__file__), "README.md") if not arguments.only else None)
    if output:
        report.write(output, sheets, arguments)


def scaling(bench, sheet, arguments, runs):
    for kind in ("users", "organizations"):
        small = postgres_import(bench, sheet, kind, 10_000, 2 * runs, 0)
        if arguments.large:
            large = postgres_import(bench, sheet, kind, arguments.large, min(runs, 3), 0)
            sheet.ratio(f"{kind}: ratio at {arguments.large:,} / ratio at 10,000", [large / small], at_least=0.85)
            bench.forget(kind, arguments.large)


if __name__ == "__main__":
    main()
