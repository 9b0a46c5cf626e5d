internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting
internal import TaskFormat
internal import TextForms

/// A relocation with steps as Sentry's API shows it. What only the destination's tables know (ids and addresses of people,
/// names that the scan has found, notices, imported ids) is null where they are not asked, or do not answer.
struct ReferenceRecord: Sendable {
    private let status: RelocationStatus
    private let request: RelocateRequest
    /// What the destination knows.
    var known: DestinationRecord?

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

    var uuid: String { status.uuid }
    var owner: String { request.owner }

    /// What to ask its destination; nil if it is another one.
    func question(to destination: DestinationName) -> DestinationQuestion? {
        guard status.destinationName == destination.text else { return nil }
        return DestinationQuestion(
            uuid: status.uuid, creator: request.creator ?? request.owner, owner: request.owner)
    }

    var value: JSONValue {
        .object([
            "dateAdded": Self.time(status.createdAt), "dateUpdated": Self.time(status.updatedAt),
            "uuid": .text(status.uuid),
            "creator": Self.person(known?.creator, request.creator ?? request.owner),
            "owner": Self.person(known?.owner, request.owner),
            "status": .text(status.status.rawValue), "step": .text(status.step.rawValue),
            "provenance": .text(request.source == nil ? "SELF_HOSTED" : "SAAS_TO_SAAS"),
            "failureReason": JSONValue(nonEmpty: status.failureReason),
            "scheduledPauseAtStep": Self.step(status.flow?.pauseAtStep),
            "scheduledCancelAtStep": Self.step(status.flow?.cancelAtStep),
            "wantOrgSlugs": .list(request.organizations.map(JSONValue.text)),
            "wantUsernames": known?.wantedUsernames ?? .null,
            "latestTask": .text(status.flow?.latestTask ?? ""),
            "latestTaskAttempts": JSONValue(status.flow?.latestTaskAttempts ?? 0),
            "latestNotified": Self.notice(known?.lastNotice),
            "latestUnclaimedEmailsSentAt": known?.claimMailsSentAt.map { Self.time(microseconds: $0) } ?? .null,
            "importedUserIds": Self.ids(known?.importedUsers), "importedOrgIds": Self.ids(known?.importedOrganizations),
        ])
    }

    private static func person(_ person: DestinationRecord.Person?, _ name: String) -> JSONValue {
        switch person {
        case nil, .unknown?: .object(["email": .null, "id": .null, "username": .text(name)])
        case .gone?: .null
        case .known(let id, let username, let email)?:
            .object(["email": .text(email), "id": .text("\(id)"), "username": .text(username)])
        }
    }

    private static func notice(_ notice: DestinationRecord.Notice?) -> JSONValue {
        switch notice {
        case nil: .null
        case .started?: .text("STARTED")
        case .failed?: .text("FAILED")
        case .succeeded?: .text("SUCCEEDED")
        }
    }

    private static func ids(_ ids: [Int64]?) -> JSONValue { ids.map { .list($0.map(JSONValue.integer)) } ?? .null }

    private static func step(_ step: RelocationStep?) -> JSONValue { step.map { .text($0.rawValue) } ?? .null }

    /// With microseconds, unless there are none.
    private static func time(_ milliseconds: Int64) -> JSONValue {
        milliseconds == 0 ? .null : time(microseconds: milliseconds * 1_000)
    }

    private static func time(microseconds: Int64) -> JSONValue {
        let text = TimestampText.text(microseconds, withZone: false)
        return .text((text.hasSuffix(".000000") ? String(text.dropLast(".000000".count)) : text) + "Z")
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

    /// Each term must be in the UUID, or in the list of organizations or of users, as JSON spells it.
    ///
    /// - Parameter usernames: those that the scan has found, as JSON
    func fits(_ terms: [String], usernames: String = "") -> Bool {
        let slugs = JSONValue.list(request.organizations.map(JSONValue.text)).lineText
        let texts = [status.uuid, slugs, usernames].map { $0.lowercased() }
        return terms.allSatisfy { term in texts.contains { $0.contains(term) } }
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
