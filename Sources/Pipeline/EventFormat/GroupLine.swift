package import ExportFormat
import TextForms

/// An issue as its installation has it: one line of a file of groups. Ids are the source's.
// Nine properties: what identifies an issue, and its parts.
package struct GroupLine: Sendable, Equatable {
    package var project: Int64
    package let id: Int64
    /// All hashes that lead to the issue.
    package let hashes: [String]
    package let shortID: Int64?
    package let state: State
    package let times: Times
    package let about: About
    package var assignee: Assignee?
    /// Its version.
    package let firstRelease: String?

    package struct State: Sendable, Equatable {
        package let status: Int64
        package let substatus: Int64?
        package let priority: Int64?
        package let type: Int64
        package let timesSeen: Int64
    }

    /// Microseconds since 1970.
    package struct Times: Sendable, Equatable {
        package let firstSeen: Int64
        package let lastSeen: Int64
        package let activeAt: Int64?
        package let resolvedAt: Int64?
    }

    /// What its events have told of it.
    package struct About: Sendable, Equatable {
        package let level: Int64
        package let platform: String?
        package let logger: String
        package let message: String
        package let culprit: String
        package let data: FieldValue
    }

    /// Who cares for it: a user or a team.
    package struct Assignee: Sendable, Equatable {
        package enum Kind: String, Sendable { case user, team }

        package let kind: Kind
        package let id: Int64
        /// Microseconds since 1970.
        package let since: Int64

        package init(kind: Kind, id: Int64, since: Int64) {
            self.kind = kind
            self.id = id
            self.since = since
        }
    }

    /// Reads and checks a line.
    package init(_ text: [UInt8], _ reader: ValueReader) throws(EventRejection) {
        let check = EventCheck(try EventLine.object(text, reader))
        project = try check.integer("project")
        id = try check.integer("id")
        hashes = try check.hashes()
        shortID = try check.optional("shortId", in: 1...Int64.max)
        state = try State(check)
        times = try Times(check)
        about = try About(check)
        assignee = try check.assignee()
        firstRelease = try check.release()
    }
}

extension GroupLine.State {
    fileprivate init(_ check: EventCheck) throws(EventRejection) {
        status = try check.integer("status", in: 0...2)
        substatus = try check.optional("substatus", in: 0...100)
        priority = try check.optional("priority", in: 0...100)
        type = try check.optional("type", in: 0...Int64(Int32.max)) ?? 1
        timesSeen = try check.integer("timesSeen", in: 0...Int64(Int32.max))
    }
}

extension GroupLine.Times {
    fileprivate init(_ check: EventCheck) throws(EventRejection) {
        guard let first = try check.instant("firstSeen") else { throw check.lacks("firstSeen") }
        guard let last = try check.instant("lastSeen") else { throw check.lacks("lastSeen") }
        firstSeen = first
        lastSeen = last
        activeAt = try check.instant("activeAt")
        resolvedAt = try check.instant("resolvedAt")
    }
}

extension GroupLine.About {
    fileprivate init(_ check: EventCheck) throws(EventRejection) {
        level = try check.optional("level", in: 0...100) ?? 40
        platform = try check.text("platform", maxLength: 64)
        logger = try check.text("logger", maxLength: 64) ?? ""
        message = try check.text("message", maxLength: 8192) ?? ""
        culprit = try check.text("culprit", maxLength: 200) ?? ""
        try check.require("data", isNullOr: \.isObject, "is no object")
        data = check.body["data"].isObject ? check.body["data"] : .object([])
    }
}

extension EventCheck {
    fileprivate func lacks(_ key: String) -> EventRejection { EventRejection("wrong-type", at: key, "is missing") }

    fileprivate func integer(
        _ key: String, in range: ClosedRange<Int64> = 1...Int64.max
    ) throws(EventRejection) -> Int64 {
        guard let number = try optional(key, in: range) else { throw lacks(key) }
        return number
    }

    fileprivate func optional(_ key: String, in range: ClosedRange<Int64>) throws(EventRejection) -> Int64? {
        if body[key].isNull { return nil }
        guard case .integer(let number) = body[key], range.contains(number) else {
            throw EventRejection("wrong-type", at: key, "is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    fileprivate func instant(_ key: String) throws(EventRejection) -> Int64? {
        if body[key].isNull { return nil }
        guard let time = body[key].text.flatMap(TimestampText.microseconds) else {
            throw EventRejection("bad-timestamp", at: key, "is no time like 2026-11-20T10:00:00.000000Z")
        }
        return time
    }

    fileprivate func hashes() throws(EventRejection) -> [String] {
        try requireHashes()
        return body["hashes"].items.compactMap(\.text)
    }

    fileprivate func release() throws(EventRejection) -> String? {
        guard let version = try text("firstRelease", maxLength: ReleaseVersion.maxLength), !version.isEmpty else {
            return nil
        }
        guard ReleaseVersion.isValid(version) else {
            throw EventRejection("bad-release", at: "firstRelease", "is no version that a release may have")
        }
        return version
    }

    fileprivate func assignee() throws(EventRejection) -> GroupLine.Assignee? {
        guard !body["assignee"].isNull else { return nil }
        let (assigned, lastSeen) = (try instant("assignedAt"), try instant("lastSeen"))
        let since = assigned ?? lastSeen ?? 0
        for kind in [GroupLine.Assignee.Kind.user, .team] {
            guard case .integer(let id) = body.at("assignee", kind.rawValue) else { continue }
            return GroupLine.Assignee(kind: kind, id: id, since: since)
        }
        throw EventRejection("wrong-type", at: "assignee", "is no user and no team")
    }
}
