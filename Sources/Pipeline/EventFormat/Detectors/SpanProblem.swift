package import ExportFormat

/// A kind of performance problem, as the reference numbers and names it.
package struct ProblemType: Sendable, Equatable {
    package let number: Int64
    package let slug: String
    package let title: String

    static let slowQuery = ProblemType(number: 1001, slug: "slow_db_query", title: "Slow DB Query")
    static let blockingAsset = ProblemType(
        number: 1004, slug: "render_blocking_asset_span", title: "Large Render Blocking Asset")
    static let repeatedQuery = ProblemType(number: 1006, slug: "n_plus_one_db_queries", title: "N+1 Query")
    static let consecutiveQueries = ProblemType(
        number: 1007, slug: "consecutive_db_queries", title: "Consecutive DB Queries")
    static let fileOnMainThread = ProblemType(
        number: 1008, slug: "file_io_main_thread", title: "File IO on Main Thread")
    static let consecutiveRequests = ProblemType(number: 1009, slug: "consecutive_http", title: "Consecutive HTTP")
    static let repeatedCall = ProblemType(number: 1010, slug: "n_plus_one_api_calls", title: "N+1 API Call")
    static let uncompressedAsset = ProblemType(
        number: 1012, slug: "uncompressed_assets", title: "Uncompressed Asset")
    static let queryOnMainThread = ProblemType(number: 1013, slug: "db_main_thread", title: "DB on Main Thread")
    static let largePayload = ProblemType(number: 1015, slug: "large_http_payload", title: "Large HTTP payload")
    static let requestOverhead = ProblemType(number: 1016, slug: "http_overhead", title: "HTTP/1.1 Overhead")
}

/// What a detector has found in a transaction.
// Ten properties: one per fact that a problem tells.
package struct SpanProblem: Sendable, Equatable {
    package let fingerprint: String
    package let type: ProblemType
    package let op: String
    package let description: String
    /// A list of ids, or null.
    package var parents: FieldValue = .list([])
    package var causes: FieldValue = .list([])
    package let offenders: [FieldValue]
    /// Beside the ids and `op`.
    package var evidence: [FieldValue.Member] = []
    /// What a notification shows; nil for `op - description`.
    package var display: String?
    /// What the evidence says of parents, if not the same.
    package var evidenceParents: FieldValue?

    /// The entries that the reference keeps as evidence.
    package var evidenceData: FieldValue {
        .object(
            [
                .init("op", .text(op)), .init("parent_span_ids", evidenceParents ?? parents),
                .init("cause_span_ids", causes), .init("offender_span_ids", .list(offenders)),
            ] + evidence)
    }

    package var displayText: String { display ?? Self.body(op, description) }

    static func body(_ op: String, _ description: String) -> String {
        if op.isEmpty { return description.isEmpty ? "no value" : description }
        return description.isEmpty ? op : "\(op) - \(description)"
    }
}

/// Problems by a key, in the order in which their keys came first.
struct ProblemList {
    private(set) var problems: [SpanProblem] = []
    private var places: [String: Int] = [:]

    func has(_ key: String) -> Bool { places[key] != nil }

    mutating func set(_ key: String, _ problem: SpanProblem) {
        if let place = places[key] {
            problems[place] = problem
        } else {
            places[key] = problems.count
            problems.append(problem)
        }
    }

    mutating func removeAll() { self = ProblemList() }
}
