public import Catalogue
public import Queue

/// A relocation as people and scripts see it.
public struct StatusReport: Sendable {
    public let status: RelocationStatus
    public let account: RowAccount

    public init(_ status: RelocationStatus) {
        self.status = status
        account = RowAccount(counters: status.counters)
    }

    /// A findings file in the reference's form; `[]` when there are none.
    public var findingsFile: String {
        status.findings.isEmpty ? "[]" : "[\n  " + status.findings.joined(separator: ",\n  ") + "\n]"
    }

    /// Rows that are accounted for.
    public var rowsDone: Int { account.totals.total }
}

/// A JSON value that is written as it is built, members in order.
indirect enum JSONValue {
    case text(String)
    case optional(String?)
    case number(Int)
    case flag(Bool)
    /// Finished JSON.
    case raw(String)
    case list([JSONValue])
    case object([(String, JSONValue)])

    /// Indented by two spaces a level; `indent` is that of the line it starts on.
    func rendered(_ indent: String = "") -> String {
        switch self {
        case .text(let text): return JSONText.quoted(text)
        case .optional(let text): return text.map(JSONText.quoted) ?? "null"
        case .number(let number): return String(number)
        case .flag(let flag): return flag ? "true" : "false"
        case .raw(let text): return text
        case .list(let elements):
            return JSONValue.enclosed("[", elements.map { $0.rendered(indent + "  ") }, "]", indent)
        case .object(let members):
            let lines = members.map { "\(JSONText.quoted($0.0)): \($0.1.rendered(indent + "  "))" }
            return JSONValue.enclosed("{", lines, "}", indent)
        }
    }

    private static func enclosed(_ open: String, _ lines: [String], _ close: String, _ indent: String) -> String {
        if lines.isEmpty { return open + close }
        return open + "\n" + lines.map { indent + "  " + $0 }.joined(separator: ",\n") + "\n" + indent + close
    }
}
