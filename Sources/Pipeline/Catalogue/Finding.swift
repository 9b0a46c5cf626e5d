/// One problem in the reference's form: an element of a findings file.
// Nine properties: six of a findings file, and what people and logs are told instead.
public struct Finding: Sendable, Equatable {
    /// The reference's import error kinds.
    public enum Kind: String, Sendable {
        case unknown = "Unknown"
        case databaseError = "DatabaseError"
        case deserializationFailed = "DeserializationFailed"
        case incorrectSiloMode = "IncorrectSiloModeForModel"
        case integrityError = "IntegrityError"
        case invalidMinOrdinal = "InvalidMinOrdinal"
        case missingImportUUID = "MissingImportUUID"
        case unexpectedModel = "UnexpectedModel"
        case unknownModel = "UnknownModel"
        case unspecifiedScope = "UnspecifiedScope"
        case validationError = "ValidationError"
    }

    /// What has failed, in the reference's name for it.
    public enum Origin: String, Sendable {
        case importing = "RpcImportError"
        case exporting = "RpcExportError"
    }

    public private(set) var origin = Origin.importing
    public let kind: Kind
    /// Lower-case model name; nil if the file as a whole is at fault.
    public let model: String?
    /// The failing row's own place among its model's rows, 1-based.
    public let ordinal: Int64?
    /// The failing row's own primary key in the export.
    public let leftPK: Int64?
    /// In the reference's words. Safe to show: never a payload, a password or a key.
    public let reason: String
    /// The same in plain words, with what helps. It is not part of a findings file.
    public private(set) var plainReason: String
    /// In plain words without names, for logs.
    public private(set) var loggedReason: String
    /// The row as it was to be written, if another one has its place. Part of no text.
    package var unwritten: [Value]?

    public init(kind: Kind, model: String?, ordinal: Int64? = nil, leftPK: Int64? = nil, reason: String) {
        loggedReason = reason
        plainReason = reason
        self.kind = kind
        self.model = model
        self.ordinal = ordinal
        self.leftPK = leftPK
        self.reason = reason
    }

    /// A row that no export can hold.
    public static func export(model: String, pk: Int64?, reason: String) -> Finding {
        var finding = Finding(kind: .unknown, model: model, leftPK: pk, reason: reason)
        finding.origin = .exporting
        return finding
    }

    /// The same, with plain words for a reason that is not.
    package func inWords(_ words: String) -> Finding {
        var finding = self
        (finding.loggedReason, finding.plainReason) = (words, words)
        return finding
    }

    /// The same, with more in plain words that logs do not tell.
    package func adding(_ words: String) -> Finding {
        var finding = self
        finding.plainReason += words
        return finding
    }

    /// The object of a findings file: keys sorted, ASCII, `indent` spaces before each line but the first.
    public func json(indent: Int = 2) -> String {
        let pad = String(repeating: " ", count: indent)
        return """
            {
            \(pad)  "finding": "\(origin.rawValue)",
            \(pad)  "kind": "\(kind.rawValue)",
            \(pad)  "left_pk": \(leftPK.map(String.init) ?? "null"),
            \(pad)  "on": {
            \(pad)    "model": \(JSONText.quoted(model ?? "")),
            \(pad)    "ordinal": \(ordinal.map(String.init) ?? "null")
            \(pad)  },
            \(pad)  "reason": \(JSONText.quoted(reason)),
            \(pad)  "right_pk": null
            \(pad)}
            """
    }

    /// A whole findings file; `[]` when there is nothing to report.
    public static func file(_ findings: [Finding]) -> String {
        guard !findings.isEmpty else { return "[]" }
        return "[\n  " + findings.map { $0.json() }.joined(separator: ",\n  ") + "\n]"
    }

    /// The form for people: the class name, then indented lines without empty fields.
    public var description: String {
        var lines = ["\(origin.rawValue)(", "    kind: \(kind.rawValue),"]
        let place = ordinal.map { $0 == 0 ? "" : ", ordinal: \($0)" } ?? ""
        lines.append("    on: InstanceID(model: '\(model ?? "")'\(place)),")
        if let leftPK { lines.append("    left_pk: \(leftPK),") }
        if !reason.isEmpty { lines.append("    reason: \(reason)") }
        return lines.joined(separator: "\n") + "\n)"
    }
}
