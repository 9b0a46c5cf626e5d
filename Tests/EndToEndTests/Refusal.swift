import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The visible outcome of a refused export or command.
struct Refusal {
    /// A value that the inputs of these tests hold, and that no message may repeat.
    static let secret = "sesame"

    let code: Int32
    /// Words of the message: the place and what helps.
    let words: [String]
    /// Kinds of the findings, in order.
    var findings: [String] = []

    init(_ code: Int32, _ words: String..., findings: [String] = []) {
        self.code = code
        self.words = words
        self.findings = findings
    }

    /// Enqueues, and checks the outcome: exit code, message, an empty standard output, a findings file, and nothing in
    /// Redis.
    func expect(
        _ arguments: [String], in installation: Installation, environment: [String: String?] = [:],
        writesFindings: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = installation.folder.file("findings.json")
        let result = try installation.start(
            "relocation-enqueue", arguments + ["--findings-file", file], environment: environment
        ).result(within: 120)
        #expect(result.code == code, "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.output == "", sourceLocation: sourceLocation)
        #expect(result.errors.contains("Error: "), sourceLocation: sourceLocation)
        for word in words {
            #expect(result.errors.contains(word), "\(word) in: \(result.errors)", sourceLocation: sourceLocation)
        }
        #expect(!result.errors.contains(Self.secret), "\(result.errors)", sourceLocation: sourceLocation)
        if writesFindings {
            let text = installation.folder.read("findings.json")
            #expect(!text.contains(Self.secret), sourceLocation: sourceLocation)
            let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
            #expect(list?.map { $0["kind"] as? String } == findings, "\(text)", sourceLocation: sourceLocation)
            for kind in findings {
                #expect(result.errors.contains("kind: \(kind)"), "\(result.errors)", sourceLocation: sourceLocation)
            }
        }
        try Self.expectNothingQueued(installation, sourceLocation: sourceLocation)
    }

    static func expectNothingQueued(
        _ installation: Installation, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let list = try installation.enqueue("list", "--json")
        #expect(list.output == "[]\n", "\(list.errors)", sourceLocation: sourceLocation)
        // The counter of fencing tokens never goes back.
        let keys = try installation.redis.cli(["--scan"])
        #expect(["", "{\(installation.prefix)}:fence"].contains(keys), "\(keys)", sourceLocation: sourceLocation)
    }
}

/// Text of one row; `fields` is JSON.
func row(model: String = "sentry.user", pk: String = "1", _ fields: String = #"{"username":"sesame"}"#) -> String {
    #"{"model":"\#(model)","pk":\#(pk),"fields":\#(fields)}"#
}
