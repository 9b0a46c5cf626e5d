import Testing

@testable import Queue
@testable import Reporting

/// What charts show: rows since the moment before, and how much waits.
@Suite struct TrendTests {
    private func workforce(_ now: Int64, rows: Int?, heartbeatAt: Int64? = nil) -> Workforce {
        var worker = WorkerEntry(name: "h:1", instance: "i", host: "h", pid: 1)
        worker.heartbeatAt = heartbeatAt ?? now
        var slot = SlotWork(slot: 1, uuid: uuid(1))
        slot.rows = rows ?? 0
        worker.slots = rows == nil ? [] : [slot]
        return Workforce(now: now, workers: [worker])
    }

    private func place(_ name: String = "default", waiting: Int = 0, leased: Int = 0) -> DestinationEntry {
        DestinationEntry(
            name: name, identity: "", address: "", registeredBy: "", registeredAt: 0, earlier: [], waiting: waiting,
            leased: leased, firstReadyAt: 0, trouble: "")
    }

    @Test func theRateIsWhatWasWorkedSinceTheMomentBefore() throws {
        var trend = Trend()
        trend.add(workforce(1_000, rows: 500), [place(waiting: 2, leased: 1)])
        trend.add(workforce(3_000, rows: 700), [place(waiting: 1, leased: 1)])
        // Another claim of the same slot begins at zero, then the slot is idle.
        trend.add(workforce(4_000, rows: 30), [place()])
        trend.add(workforce(5_000, rows: nil), [place()])
        let points = try #require(trend.points["default"])
        #expect(points.map(\.at) == [1_000, 3_000, 4_000, 5_000])
        #expect(points.map(\.rowsPerSecond) == [0, 100, 30, 0] && points.map(\.depth) == [3, 2, 0, 0])
    }

    @Test func workersThatAreGoneAndTimesThatGoBackDoNotCount() {
        var trend = Trend()
        trend.add(workforce(10_000, rows: 10), [place()])
        trend.add(workforce(20_000, rows: 900, heartbeatAt: 10_000), [place()])
        trend.add(workforce(19_000, rows: 900), [place()])
        #expect(trend.points["default"]?.map(\.rowsPerSecond) == [0, 0])
    }

    @Test func thePastIsLimitedAndDestinationsThatAreGoneAreForgotten() {
        var trend = Trend()
        for number in 1...Trend.limit + 5 {
            trend.add(workforce(Int64(number) * 1_000, rows: nil), [place(), place("eu")])
        }
        #expect(trend.points["eu"]?.count == Trend.limit && trend.points["eu"]?.first?.at == 6_000)
        trend.add(workforce(9_000_000, rows: nil), [place()])
        #expect(Set(trend.points.keys) == ["default"])
    }
}
