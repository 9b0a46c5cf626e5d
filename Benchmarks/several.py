"""Several relocations at once: sharing, scaling, waiting for each other and for a database that is far away."""

import time

import servers
from installation import wait_until
from turns import alternating, ratios


def queued(bench, files):
    bench.redis.clear()
    return [bench.enqueue("users", path).output.strip() for path, _ in files]


def together(bench, sheet, rows, runs):
    files = [bench.file("users", rows, prefix) for prefix in ("first", "second")]
    alone, both, shares = [], [], []

    def single(number):
        url = bench.postgres.emptied("imports")
        queued(bench, [files[number]])
        return bench.drain(url).wall

    def pair():
        url = bench.postgres.emptied("imports")
        uuids = queued(bench, files)
        start = time.monotonic()
        worker = bench.start_worker("run", "--drain", "--concurrency", "2", database=url)

        def done():
            return [int(bench.redis.cli("hget", f"{{relocation}}:record:{uuid}", "chunksDone") or 0) for uuid in uuids]

        total = int(bench.redis.cli("hget", f"{{relocation}}:record:{uuids[0]}", "chunksTotal"))
        # Shares while both are still being worked on: at the moment the first has come to its end.
        wait_until(lambda: max(done()) >= total, 300, 0.005)
        chunks = done()
        shares.append(min(chunks) / sum(chunks))
        worker.wait()
        return time.monotonic() - start

    first, second, both = alternating(runs, lambda: single(0), lambda: single(1), pair)
    sums = [one + other for one, other in zip(first, second)]
    sheet.add(f"Two relocations of {files[0][1]:,} rows, one after the other", "s", sums)
    sheet.add("the same together, two slots of one worker", "s", both)
    sheet.ratio("together / one after the other", ratios(both, sums), at_most=1.05)
    sheet.ratio("smaller share when the first is done", shares, at_least=0.4)


def behind(bench, sheet, large_rows, small_rows, runs):
    """How long a small relocation takes that comes while one slot is busy with a large one."""
    large, small = bench.file("users", large_rows, "large"), bench.file("users", small_rows, "small")

    def alone():
        bench.postgres.emptied("imports")
        queued(bench, [small])
        return bench.drain(bench.postgres.url("imports")).wall

    def waiting():
        url = bench.postgres.emptied("imports")
        queued(bench, [large])
        worker = bench.start_worker("run", "--drain", database=url)
        time.sleep(1)
        uuid = bench.enqueue("users", small[0]).output.strip()
        start = time.monotonic()
        wait_until(lambda: bench.redis.cli("hget", f"{{relocation}}:record:{uuid}", "status").strip() == "SUCCESS",
                   300, 0.005)
        seconds = time.monotonic() - start
        if worker.poll() is not None:
            raise RuntimeError("the large relocation was done before the small one")
        worker.wait()
        return seconds

    one, other = alternating(runs, alone, waiting)
    sheet.add(f"A relocation of {small[1]:,} rows, the process included", "s", one)
    sheet.add(f"the same, enqueued while one slot works on one of {large[1]:,} rows", "s", other)
    sheet.ratio("seconds until the small one is done (a time slice lasts 2 s)", other, at_most=3)


def many(bench, sheet, count, rows, runs):
    """Many relocations on more slots and on more processes."""
    files = [bench.file("users", rows, f"of{number}") for number in range(count)]

    def slots(number):
        url = bench.postgres.emptied("imports")
        queued(bench, files)
        return bench.drain(url, "--concurrency", str(number)).wall

    def processes():
        url = bench.postgres.emptied("imports")
        queued(bench, files)
        start = time.monotonic()
        workers = [bench.start_worker("run", "--drain", database=url) for _ in range(2)]
        for worker in workers:
            worker.wait()
        return time.monotonic() - start

    one, two, four, pair = alternating(
        runs, lambda: slots(1), lambda: slots(2), lambda: slots(4), processes)
    sheet.add(f"{count} relocations of {files[0][1]:,} rows, one slot", "s", one)
    for name, times in (("two slots", two), ("four slots", four), ("two processes of one slot", pair)):
        sheet.add(name, "s", times)
        sheet.ratio(f"speed of {name} / speed of one slot", ratios(one, times))


def far_away(bench, sheet, rows, runs, at_least, milliseconds=5):
    """Four against one: larger relocations meet the processors before the distance."""
    proxy = servers.DelayProxy(f"{bench.limits}/delay_proxy", bench.postgres.port, milliseconds)
    files = [bench.file("users", rows, prefix) for prefix in ("first", "second", "third", "fourth")]

    def measure(count):
        bench.postgres.emptied("imports")
        queued(bench, files[:count])
        return bench.drain(bench.postgres.url("imports", proxy.port), "--concurrency", str(count)).wall

    one, four = alternating(runs, lambda: measure(1), lambda: measure(4))
    sheet.add(f"One relocation of {files[0][1]:,} rows, database {milliseconds} ms away", "s", one)
    sheet.add("four of them at once", "s", four)
    sheet.ratio(
        f"speed of four / speed of one, {files[0][1]:,} rows", [4 * single / all_ for single, all_ in zip(one, four)],
        at_least)
    proxy.close()
