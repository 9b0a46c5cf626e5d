import Foundation
import ProgramSupport
import TestSupport
import Testing

/// An export that is imported into an empty database and exported again holds the same rows.
@Suite struct RoundTripTests {
    /// What a `global` import makes anew each time, as the reference does: the password of an account that nobody has claimed,
    /// a monitor's GUID, times of the last change.
    private static let renewed: [String: Set<String>] = [
        "sentry.user": ["password", "last_password_change"], "sentry.monitor": ["guid"],
        "sentry.querysubscription": ["date_updated"], "sentry.sentryapp": ["date_updated"],
        "sentry.sentryappinstallation": ["date_updated"], "sentry.incidenttrigger": ["date_modified"],
    ]

    /// The rows of an export as text, one line per row, without what is made anew.
    private func content(_ path: String) throws -> [String] {
        let rows = try JSONSerialization.jsonObject(with: try Data(contentsOf: URL(fileURLWithPath: path)))
        return try #require(rows as? [[String: Any]]).map { row in
            let model = row["model"] as? String ?? ""
            var fields = row["fields"] as? [String: Any] ?? [:]
            let isClaimed = model == "sentry.user" && fields["is_unclaimed"] as? Bool == false
            if !isClaimed { for name in Self.renewed[model] ?? [] { fields[name] = nil } }
            let text = try JSONSerialization.data(withJSONObject: fields, options: .sortedKeys)
            return "\(model) \(row["pk"] ?? "") \(String(decoding: text, as: UTF8.self))"
        }
    }

    /// Exports, restores and exports again, twice over.
    private func expectRoundTrip(_ site: ExportSite, from first: String) throws {
        var url = first
        var files: [String] = []
        for number in 0...2 {
            let file = site.folder.file("export-\(number).json")
            #expect(try site.worker(url, "export", "global", file).code == 0)
            files.append(file)
            guard number < 2 else { break }
            url = try site.database()
            try site.restore(file, into: url)
        }
        let rows = try content(files[0])
        #expect(rows.count > 20)
        for file in files.dropFirst() {
            let compared = try site.installation.enqueue("compare", files[0], file)
            #expect(compared.code == 0, "\(compared.output)")
            #expect(try content(file) == rows)
        }
    }

    @Test(arguments: ExportEngine.allCases) func aSmallInstallation(_ engine: ExportEngine) throws {
        let site = try ExportSite(engine)
        let file = try site.folder.write(try SampleExport.json(SampleExport.organizations(3)), to: "first.json")
        let url = try site.database()
        try site.restore(file, into: url)
        try expectRoundTrip(site, from: url)
    }

    private static let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

    /// All 85 models.
    @Test(
        .enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"), arguments: ExportEngine.allCases,
        ["users", "organizations", "config", "global"])
    func anImportOfEveryModel(_ engine: ExportEngine, _ scope: String) throws {
        let site = try ExportSite(engine)
        let file = try #require(Self.material) + "/exports/exhaustive-head.json"
        let url = try site.database()
        #expect(try site.installation.enqueue(scope, "--destination", "first", "--no-prompt", file).code == 0)
        #expect(try site.worker(url, "run", "--drain", "--destination", "first").code == 0)
        try expectRoundTrip(site, from: url)
    }
}
