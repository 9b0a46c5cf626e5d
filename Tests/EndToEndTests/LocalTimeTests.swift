import Foundation
import ProgramSupport
import TestSupport
import Testing

/// People read times of their own zone, programs read UTC.
@Suite struct LocalTimeTests {
    @Test func theTerminalIsLocalAndJSONIsUTC() throws {
        let installation = try Installation()
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(2)), to: "users.json")
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(try installation.worker("run", "--drain").code == 0)
        // Five and a half hours ahead of UTC, written so that no list of zones is needed.
        let india = ["TZ": "IST-05:30"]
        let status = try installation.enqueue("status", uuid, environment: india).output
        let created = try #require(Self.time(after: "created", in: status), "\(status)")
        #expect(created.hasSuffix("+05:30"), "\(created)")
        let json = try installation.enqueue("status", uuid, "--json", environment: india).output
        let members = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let utc = try #require(members["createdAt"] as? String)
        #expect(utc.hasSuffix("Z"))
        #expect(try Self.date(created) == Self.date(utc))

        for text in [
            try installation.enqueue("history", uuid, environment: india).output,
            try installation.enqueue("destinations", environment: india).output,
            try installation.worker("imports", environment: india).output,
        ] {
            let utc = text.split(whereSeparator: \.isWhitespace).filter { $0.hasPrefix("20") && $0.hasSuffix("Z") }
            #expect(text.contains("+05:30") && utc.isEmpty, "\(text)")
        }
        let west = try installation.enqueue("status", uuid, environment: ["TZ": "NST+03:30"]).output
        #expect(try Self.date(#require(Self.time(after: "created", in: west))) == Self.date(utc), "\(west)")
        #expect(west.contains("-03:30"))
    }

    @Test func queuesThatAreHeldSayItInLocalTime() throws {
        let installation = try Installation()
        #expect(try installation.enqueue("pause", "--all", "--no-prompt").code == 0)
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(2)), to: "users.json")
        let uuid = try installation.enqueue("users", file).lastLine
        let india = ["TZ": "IST-05:30"]
        for command in [["status", uuid], ["workers"]] {
            let text = try installation.start("relocation-enqueue", command, environment: india).result().output
            #expect(text.contains(#/since 20\S+\+05:30/#), "\(command): \(text)")
        }
        let clock = try installation.enqueue("top", environment: india).output
        #expect(clock.contains(#/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+05:30 /#), "\(clock)")

        // A time as it is shown can be pasted.
        let status = try installation.enqueue("status", uuid, environment: india).output
        let created = try #require(Self.time(after: "created", in: status), "\(status)")
        #expect(try installation.enqueue("list", "--since", created).output.contains(uuid))
        let later = try installation.enqueue("list", "--since", created.replacing("+05:30", with: "-05:30"))
        #expect(later.code == 0 && !later.output.contains(uuid))
    }

    private static func time(after name: String, in text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.contains("\(name) ") }
        return line?.split(separator: " ").first { $0.hasPrefix("20") }.map(String.init)
    }

    private static func date(_ text: String) throws -> Date {
        let format = ISO8601DateFormatter()
        format.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
        return try #require(format.date(from: text), "\(text)")
    }
}
