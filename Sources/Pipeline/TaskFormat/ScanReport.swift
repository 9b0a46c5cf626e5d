internal import Foundation

/// What the enqueuer's scan of a file has decided: the payload of the scan's task.
public struct ScanReport: Sendable, Equatable, Codable {
    /// The reference's reason for a refusal; nil if there is none.
    public var refusal: String?
    /// The refusal in our words, with what helps.
    public var explanation: String?
    /// The names of the users that come along.
    public var usernames: [String?]

    public init(usernames: [String?] = [], refusal: String? = nil, explanation: String? = nil) {
        self.usernames = usernames
        self.refusal = refusal
        self.explanation = explanation
    }

    /// Records outlive a version: missing fields get their defaults, unknown fields are ignored.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        refusal = try fields.decodeIfPresent(String.self, forKey: .refusal)
        explanation = try fields.decodeIfPresent(String.self, forKey: .explanation)
        usernames = try fields.decodeIfPresent([String?].self, forKey: .usernames) ?? []
    }

    /// For a task's payload.
    public var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts always encode.
        return (try? encoder.encode(self)).map(Array.init) ?? Array("{}".utf8)
    }

    /// nil for bytes that are no such report.
    public init?(bytes: [UInt8]) {
        // The caller reports a task that cannot be read, because it knows which.
        guard let report = try? JSONDecoder().decode(ScanReport.self, from: Data(bytes)) else { return nil }
        self = report
    }
}
