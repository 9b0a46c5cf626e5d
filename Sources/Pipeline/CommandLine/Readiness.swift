import Reporting

/// One thing that `check` has looked at.
public struct ReadinessItem: Sendable, Equatable {
    public enum Verdict: String, Sendable {
        case ok
        /// Imports work, and something may go wrong later.
        case warning
        /// Imports would fail.
        case problem
    }

    /// For scripts: `redis.commands`.
    public let name: String
    public let verdict: Verdict
    /// What was found, and what to do about it.
    public let message: String
    /// Each a line of its own.
    public let details: [String]
    /// How a command ends because of it.
    public let exit: CommandExit

    private init(_ name: String, _ verdict: Verdict, _ message: String, _ details: [String], _ exit: CommandExit) {
        self.name = name
        self.verdict = verdict
        self.message = message
        self.details = details
        self.exit = exit
    }

    public static func ok(_ name: String, _ message: String, details: [String] = []) -> ReadinessItem {
        ReadinessItem(name, .ok, message, details, .success)
    }

    public static func warning(_ name: String, _ message: String, details: [String] = []) -> ReadinessItem {
        ReadinessItem(name, .warning, message, details, .badSchema)
    }

    public static func problem(
        _ name: String, _ exit: CommandExit, _ message: String, details: [String] = []
    ) -> ReadinessItem {
        ReadinessItem(name, .problem, message, details, exit)
    }

    public static func problem(_ name: String, _ failure: CommandFailure) -> ReadinessItem {
        .problem(name, failure.status, failure.message)
    }

    var json: JSONValue {
        .object([
            "name": .text(name), "verdict": .text(verdict.rawValue), "message": .text(message),
            "details": .list(details.map(JSONValue.text)),
        ])
    }
}

/// All that `check` has looked at.
public struct Readiness: Sendable, Equatable {
    /// In the order in which to show them.
    public let items: [ReadinessItem]

    public init(_ items: [ReadinessItem]) { self.items = items }

    /// How the command ends: as its first problem says.
    ///
    /// - Parameter strict: whether a warning is a failure
    public func failure(strict: Bool) -> CommandFailure? {
        let problems = items.filter { $0.verdict == .problem }
        if let first = problems.first {
            let more = problems.count == 1 ? "" : "\(problems.count) problems would make imports fail. The first: "
            return CommandFailure(first.exit, more + first.message)
        }
        let warnings = items.filter { $0.verdict == .warning }
        guard strict, let first = warnings.first else { return nil }
        let count = warnings.count == 1 ? "1 warning" : "\(warnings.count) warnings"
        return CommandFailure(first.exit, "\(count), and --strict takes none. The first: \(first.message)")
    }

    /// A line for each item, and one for each of its details.
    public var text: String {
        items.flatMap { item in
            let verdict = item.verdict.rawValue
            let space = String(repeating: " ", count: 9 - verdict.utf8.count)
            return [verdict + space + PlainText.line(item.message)] + item.details.map(PlainText.line)
        }.joined(separator: "\n")
    }

    public func json(strict: Bool) -> String {
        let failure = failure(strict: strict)
        return JSONValue.object([
            "isReady": .flag(failure == nil), "exitCode": JSONValue(Int(failure?.status.rawValue ?? 0)),
            "checks": .list(items.map(\.json)),
        ]).prettyText
    }
}
