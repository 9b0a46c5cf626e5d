import Queue
import Testing

@testable import Reporting

/// A search in memory, and what has changed since.
@Suite struct RelocationIndexTests {
    private func status(_ number: Int, _ change: (inout RelocationStatus) -> Void = { _ in }) -> RelocationStatus {
        var status = RelocationStatus(uuid: uuid(number), scope: "users")
        status.createdAt = Int64(number)
        change(&status)
        return status
    }

    private func found(_ index: RelocationIndex, _ change: (inout RelocationFilter) -> Void) -> [Int64] {
        var filter = RelocationFilter()
        change(&filter)
        return index.matching(filter).map(\.report.status.createdAt)
    }

    private var index: RelocationIndex {
        var index = RelocationIndex()
        index.replace([
            status(4) { $0.sourceName = "ACME-users.json" },
            status(3) { ($0.status, $0.failureReason, $0.enqueuedBy) = (.failure, "row 3 is bad", "ada@host") },
            status(2) {
                $0.scope = "organizations"
                $0.options = #"{"relocate":{"owner":"Grace","organizations":["initech","hooli"]}}"#
                $0.destinationName = "eu"
            }, status(1) { $0.status = .paused },
        ])
        return index
    }

    @Test func textsAreFoundInFileOwnerOrganizationAndOperator() {
        #expect(found(index) { _ in } == [4, 3, 2, 1])
        #expect(found(index) { $0.text = "acme" } == [4] && found(index) { $0.text = " Users.JSON " } == [4])
        #expect(found(index) { $0.text = "ada" } == [3])
        #expect(found(index) { $0.text = "grace" } == [2] && found(index) { $0.text = "HOOLI" } == [2])
        #expect(found(index) { $0.text = "nobody" } == [])
    }

    @Test func aUUIDIsFoundByItsFirstDigits() {
        let digits = uuid(3).filter { $0 != "-" }
        #expect(found(index) { $0.text = uuid(3) } == [3])
        #expect(found(index) { $0.text = digits.uppercased() } == [3])
        #expect(found(index) { $0.text = String(uuid(3).dropFirst()) } == [], "not in the middle")
    }

    @Test func filtersTogether() {
        #expect(found(index) { $0.status = .failure } == [3] && found(index) { $0.status = .paused } == [1])
        #expect(found(index) { $0.scope = "organizations" } == [2] && found(index) { $0.destination = "eu" } == [2])
        #expect(found(index) { $0.since = 3 } == [4, 3])
        #expect(found(index) { $0.cause = FailureCauseText.key("row N is bad") } == [3])
        #expect(
            found(index) {
                $0.destination = "eu"
                $0.status = .failure
            } == [])
    }

    @Test func whatHasChangedReplacesWhatWasThere() {
        var index = index
        #expect(index.counts == [.inProgress: 2, .failure: 1, .paused: 1] && index.failures.count == 1)
        index.update([status(5), status(3) { $0.status = .success }])
        #expect(found(index) { _ in } == [5, 4, 3, 2, 1])
        #expect(index.counts == [.inProgress: 3, .success: 1, .paused: 1] && index.failures.isEmpty)
        #expect(index.open.map(\.report.status.createdAt) == [5, 4, 2, 1])
        #expect(index.destinations == ["default", "eu"])
        index.update([])
        #expect(index.entries.count == 5)
    }

    /// Changes one after the other lead to the same as reading all anew.
    @Test(arguments: 1...20) func anyChangesGiveWhatReadingAllGives(_ seed: Int) {
        var random = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func draw(_ limit: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % limit
        }
        var (index, all) = (RelocationIndex(), [String: RelocationStatus]())
        for _ in 1...30 {
            let changed = (0...draw(4)).map { _ in
                status(draw(12)) {
                    // A UUID may come back as another relocation.
                    $0.createdAt = Int64(draw(20) == 0 ? draw(12) : Int($0.createdAt / 2))
                    $0.status = [.inProgress, .failure, .success, .paused][draw(4)]
                    $0.destinationName = ["eu", "us"][draw(2)]
                    ($0.failureReason, $0.completedAt) = (["row 1 is bad", "disk full"][draw(2)], Int64(draw(9)))
                }
            }
            index.update(changed)
            for status in changed { all[status.uuid] = status }
        }
        // The last of several changes of one relocation counts, in both.
        var whole = RelocationIndex()
        whole.replace(Array(all.values))
        #expect(index.entries.map(\.report.status) == whole.entries.map(\.report.status))
        #expect(index.open.map(\.uuid) == whole.open.map(\.uuid))
        #expect(index.counts == whole.counts && index.destinations == whole.destinations)
        #expect(index.failures.map(\.cause) == whole.failures.map(\.cause))
        #expect(index.failures.map(\.relocations) == whole.failures.map(\.relocations))
        #expect(index.failures.map(\.lastSeen) == whole.failures.map(\.lastSeen))
    }

    @Test func aSearchFindsTextsOfOtherScripts() {
        var index = RelocationIndex()
        index.replace([status(1) { $0.sourceName = "Zoë.json" }, status(2) { $0.sourceName = "zoe\u{308}.json" }])
        #expect(found(index) { $0.text = "zoë" } == [2, 1], "composed or not")
        #expect(found(index) { $0.text = "json" } == [2, 1] && found(index) { $0.text = "ж" } == [])
    }

    @Test func whatIsOfferedFollowsTheState() {
        var index = index
        #expect(index.matching(RelocationFilter()).map { $0.offers.contains(.pause) } == [true, false, true, false])
        index.update([status(4) { $0.status = .paused }])
        #expect(index.entries.first?.offers.contains(.unpause) == true)
    }
}

@Suite struct SinceTimeTests {
    @Test(arguments: [("90s", 90_000), ("30m", 1_800_000), ("2h", 7_200_000), ("3d", 259_200_000), ("1w", 604_800_000)])
    func someTimeAgo(_ text: String, _ milliseconds: Int64) {
        #expect(SinceTime(text) == .ago(milliseconds))
        #expect(SinceTime(text)?.milliseconds(now: 1_000_000_000) == 1_000_000_000 - milliseconds)
        #expect(SinceTime(text)?.milliseconds(now: 1) == 0)
    }

    @Test func datesAndNonsense() {
        #expect(SinceTime("2000-02-29") == .at(951_782_400_000))
        for text in ["", "h", "-1h", "soon", "1y", "99999999999999999w"] { #expect(SinceTime(text) == nil, "\(text)") }
    }
}
