import ExportFormat
import Foundation
import Testing
import TextForms

@testable import Sanitizing

@Suite struct DateTests {
    private func organizations(_ dates: [String]) -> String {
        "["
            + dates.enumerated().map { row("organization", $0.offset, #""date_added": "\#($0.element)""#) }
            .joined(separator: ",") + "]"
    }

    private func milliseconds(_ text: String?) -> Int64? {
        text.flatMap { TimestampText.microseconds($0) }.map { $0 / 1000 }
    }

    @Test func datesLieBetweenTheMidpointsToTheirNeighbours() throws {
        let export = organizations(["1970-01-01T00:00:10.000Z", "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z"])
        var seen: Set<Int64> = []
        for seed in Int64(0)..<40 {
            let file = try SanitizedFile(export) { $0.seed = seed }
            // The first can only stay; so can its neighbour, up to half of ten seconds on.
            #expect(try file.text("date_added", 1) == "1970-01-01T00:00:00Z")
            let second = try #require(try milliseconds(file.text("date_added", 2)))
            #expect(1...5000 ~= second)
            seen.insert(second)
            let last = try #require(try milliseconds(file.text("date_added")))
            #expect(5001...10_000 ~= last)
        }
        #expect(seen.count > 30)
    }

    @Test func theFormOfADate() throws {
        let export = organizations(["1999-12-31T23:59:59.999Z"])
        #expect(try SanitizedFile(export).text("date_added") == "1999-12-31T23:59:59.999000Z")
        #expect(try SanitizedFile(export, isSealed: true).text("date_added") == "1999-12-31T23:59:59.999000+00:00")
        let whole = organizations(["1999-12-31T23:59:59+00:00"])
        #expect(try SanitizedFile(whole).text("date_added") == "1999-12-31T23:59:59Z")
        #expect(try SanitizedFile(whole, isSealed: true).text.hasPrefix(#"[{"model":"sentry.organization","pk":0"#))
    }

    @Test func daysMoveAllDates() throws {
        let export = organizations(["2024-02-28T12:00:00.500Z"])
        #expect(try SanitizedFile(export) { $0.daysOffset = 2 }.text("date_added") == "2024-03-01T12:00:00.500000Z")
        #expect(try SanitizedFile(export) { $0.daysOffset = -59 }.text("date_added") == "2023-12-31T12:00:00.500000Z")
        for days in [Int64.max, Int64.min, 3_000_000, -800_000] {
            let error = refusal(export) { $0.daysOffset = days }
            #expect(error?.kind == .badData && error?.message.contains("years 1 to 9999") == true)
        }
    }

    @Test func orderIsKeptAmongCloseMicroseconds() throws {
        let dates = (0..<60).map { "2024-01-01T00:00:00.\(String(format: "%06d", $0 * 7 % 60 * 173))Z" }
        for seed in 0..<10 {
            let file = try SanitizedFile(organizations(dates)) { $0.seed = Int64(seed) }
            let pairs = try dates.enumerated().map { place, date in
                (date, try #require(try milliseconds(file.text("date_added", place))))
            }
            let sorted = pairs.sorted { $0.0 < $1.0 }.map(\.1)
            #expect(sorted == sorted.sorted())
        }
    }

    @Test func everyTextOfARowThatIsADateCounts() throws {
        // The address halves the way to the date behind it.
        let export = list(
            row("organization", 1, #""date_added": "1970-01-01T00:00:00.000Z""#),
            row("dashboard", 1, #""title": "1970-01-01T00:00:01""#),
            row("organization", 2, #""date_added": "1970-01-01T00:00:02.000Z""#))
        for seed in 0..<20 {
            let file = try SanitizedFile(export) { $0.seed = Int64(seed) }
            let moved = try #require(try milliseconds(file.text("date_added", 2)))
            #expect(1500...2000 ~= moved)
            #expect(try file.text("title", 1) == "1970-01-01T00:00:01")
        }
    }

    @Test(
        arguments: [
            "2024-01-01T00:00:00", "2024-01-01", "2024-01-01T00:00:00+02:00", "yesterday", "", "2024-13-01T00:00:00Z",
        ])
    func noDateOfUTC(text: String) {
        let error = refusal(organizations(["2024-01-01T00:00:00Z", text]))
        #expect(error?.kind == .badData && error?.message.contains("Z or +00:00") == true)
        #expect(error?.place.field == "date_added" && error?.place.sourcePK == 1 && error?.place.line == 1)
    }
}
