internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting
internal import TaskFormat

/// A relocation with steps as Sentry's API shows it. What only the destination's tables know (ids and addresses of people,
/// notices, imported ids) is null or empty.
struct ReferenceRecord: Sendable {
    private let status: RelocationStatus
    private let request: RelocateRequest

    /// nil for a relocation without steps.
    init?(_ status: RelocationStatus) {
        guard status.flow != nil, let request = RelocationOptions(json: status.options)?.relocate else { return nil }
        self.status = status
        self.request = request
    }

    /// Throws a problem if there is none of this UUID.
    init(_ id: RelocationID, in queue: RelocationQueue) throws {
        guard let record = ReferenceRecord(try queue.status(id.text)) else { throw Problem.notFound }
        self = record
    }

    var owner: String { request.owner }

    var value: JSONValue {
        .object([
            "dateAdded": Self.time(status.createdAt), "dateUpdated": Self.time(status.updatedAt),
            "uuid": .text(status.uuid),
            "creator": Self.person(request.creator ?? request.owner), "owner": Self.person(request.owner),
            "status": .text(status.status.rawValue), "step": .text(status.step.rawValue),
            "provenance": .text(request.source == nil ? "SELF_HOSTED" : "SAAS_TO_SAAS"),
            "failureReason": JSONValue(nonEmpty: status.failureReason),
            "scheduledPauseAtStep": Self.step(status.flow?.pauseAtStep),
            "scheduledCancelAtStep": Self.step(status.flow?.cancelAtStep),
            "wantOrgSlugs": .list(request.organizations.map(JSONValue.text)), "wantUsernames": .null,
            "latestTask": .text(status.flow?.latestTask ?? ""),
            "latestTaskAttempts": JSONValue(status.flow?.latestTaskAttempts ?? 0), "latestNotified": .null,
            "latestUnclaimedEmailsSentAt": .null, "importedUserIds": .list([]), "importedOrgIds": .list([]),
        ])
    }

    private static func person(_ name: String) -> JSONValue {
        .object(["email": .null, "id": .null, "username": .text(name)])
    }

    private static func step(_ step: RelocationStep?) -> JSONValue { step.map { .text($0.rawValue) } ?? .null }

    /// With microseconds, unless there are none.
    private static func time(_ milliseconds: Int64) -> JSONValue {
        guard let text = Timestamp.optional(milliseconds) else { return .null }
        return .text(
            milliseconds % 1_000 == 0 ? text.replacing(".000Z", with: "Z") : text.replacing("Z", with: "000Z"))
    }

    // MARK: - The search

    /// The terms of a search: words, and phrases in quotation marks. Those of the form `key:value` do not count.
    static func terms(_ query: String) -> [String] {
        query.split(separator: "\"", omittingEmptySubsequences: false).enumerated().flatMap { place, part in
            place % 2 == 1
                ? [String(part)]
                : part.split(whereSeparator: \.isWhitespace).map(String.init).filter { !$0.contains(":") }
        }.map { $0.lowercased() }.filter { !$0.isEmpty }
    }

    /// Each term must be in the UUID or in the list of organizations, as JSON spells it.
    func fits(_ terms: [String]) -> Bool {
        let slugs = JSONValue.list(request.organizations.map(JSONValue.text)).lineText
        let text = "\(status.uuid)\n\(slugs)".lowercased()
        return terms.allSatisfy { text.contains($0) }
    }
}

/// A page of a list, with cursors as Sentry spells them: `size:page:0`.
struct ReferencePage: Sendable {
    let size: Int
    private let page: Int
    /// The size of the pages that the cursor counts; 0 without a cursor.
    private let unit: Int

    init(_ parameters: Form, limit: Int) throws(Problem) {
        let text = parameters["per_page"] ?? "\(limit)"
        guard let size = Int(text), (-limit...limit).contains(size) else {
            throw .badRequest("Invalid per_page parameter.")
        }
        self.size = size
        guard let cursor = parameters["cursor"] else {
            (page, unit) = (0, 0)
            return
        }
        let parts = cursor.split(separator: ":").map { Int($0) }
        guard parts.count == 3, let unit = parts[0], let page = parts[1], (0...limit).contains(unit),
            (0...1_000_000).contains(page)
        else { throw .badRequest("Invalid cursor parameter.") }
        (self.page, self.unit) = (page, unit)
    }

    /// What the page shows, and whether more follows.
    ///
    /// As Sentry's paginator: it reads one more than the cursor's pages hold. If those have another size than this one,
    /// it shows the last ones of what it has read.
    func cut<Element>(_ found: [Element]) -> (shown: [Element], hasMore: Bool) {
        let count = max((unit == 0 ? size : unit) + 1, 0)
        var read = Array(found.dropFirst(unit * page).prefix(count))
        if unit != size { read = read.suffix(max(size + 1, 0)) }
        return (Array(read.prefix(max(size, 0))), read.count > size)
    }

    func link(_ request: Request, hasMore: Bool) -> String {
        [("previous", page - 1, 1, page > 0), ("next", page + 1, 0, hasMore)].map { name, page, back, results in
            let cursor = "\(size):\(page):\(back)"
            let kept = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
                .joined(separator: "&")
            return "<\(request.uri.path)?\(kept)&cursor=\(cursor)>; rel=\"\(name)\"; results=\"\(results)\"; "
                + "cursor=\"\(cursor)\""
        }.joined(separator: ", ")
    }
}
