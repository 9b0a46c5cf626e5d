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
