internal import Foundation
internal import Queue
package import Reporting

/// What a list of relocations is asked for, as its address says.
package struct ListQuery: Sendable, Equatable {
    package var text = ""
    package var status = ""
    package var scope = ""
    package var destination = ""
    /// `24h`, or a date.
    package var since = ""
    package var cause = ""
    /// From 1.
    package var page = 1

    package init() {}

    /// - Parameter value: the first parameter of a name
    package init(_ value: (String) -> String?) {
        text = value("q") ?? ""
        status = value("status") ?? ""
        scope = value("scope") ?? ""
        destination = value("destination") ?? ""
        since = value("since") ?? ""
        cause = value("cause") ?? ""
        page = max(1, value("page").flatMap { Int($0) } ?? 1)
    }

    /// - Parameter now: milliseconds since 1970 on Redis' clock
    package func filter(now: Int64) -> RelocationFilter {
        var filter = RelocationFilter()
        (filter.text, filter.scope, filter.destination, filter.cause) = (text, scope, destination, cause)
        filter.status = status.isEmpty ? nil : RelocationState(rawValue: status.uppercased())
        filter.since = SinceTime(since)?.milliseconds(now: now) ?? 0
        return filter
    }

    /// Whether it leaves anything out.
    var isFiltered: Bool { !fields.isEmpty }

    fileprivate var fields: [(String, String)] {
        [
            ("q", text), ("status", status), ("scope", scope), ("destination", destination), ("since", since),
            ("cause", cause),
        ].filter { !$0.1.isEmpty }
    }

    /// The address of one of its pages.
    func address(page: Int = 1) -> String {
        PageAddress.make("/relocations", fields + (page > 1 ? [("page", String(page))] : []))
    }
}

/// Addresses of pages and actions.
package enum PageAddress {
    package static func relocation(_ uuid: String) -> String { "/relocations/\(uuid)" }

    /// The page that asks before it acts on one relocation.
    static func ask(_ action: RelocationAction, _ uuid: String) -> String {
        make("/do/\(action.rawValue)", [("uuid", uuid)])
    }

    /// The page that asks before it acts on all that match.
    package static func ask(_ action: RelocationAction, _ query: ListQuery) -> String {
        make("/do/\(action.rawValue)", [("all", "1")] + query.fields)
    }

    package static func ask(_ action: DestinationAction, _ name: String) -> String {
        make("/do/\(action.rawValue)", [("destination", name)])
    }

    package static func list(_ query: ListQuery) -> String { query.address() }

    static func make(_ path: String, _ fields: [(String, String)]) -> String {
        guard !fields.isEmpty else { return path }
        return path + "?" + fields.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

/// What an operator can do with the queue of a destination.
package enum DestinationAction: String, Sendable, CaseIterable {
    case hold
    case letGo = "let-go"

    var label: String { self == .hold ? "Pause queue" : "Continue queue" }

    var consequence: String {
        switch self {
        case .hold:
            "Its workers finish the relocations that they have claimed and take no more, until somebody lets them."
        case .letGo: "Its workers take relocations again. Those that were paused by themselves stay paused."
        }
    }

    package var said: String {
        self == .hold ? "The queue is held: its workers take no more." : "The queue continues."
    }
}

extension PageAddress {
    package static func ask(_ action: WorkerAction, _ name: String) -> String {
        make("/do/\(action.rawValue)", [("worker", name)])
    }
}

/// What an operator can tell a worker.
package enum WorkerAction: String, Sendable, CaseIterable {
    case quiet
    case wake

    var label: String { self == .quiet ? "Quiet" : "Wake" }

    var consequence: String {
        switch self {
        case .quiet:
            "It finishes what it has claimed and takes no more, until somebody wakes it or it is started again."
        case .wake: "It takes relocations again."
        }
    }

    package var said: String {
        self == .quiet ? "The worker takes no more." : "The worker takes relocations again."
    }
}
