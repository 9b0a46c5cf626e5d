import Catalogue
import EventFormat
import ExportFormat
import Storage

/// Groups as files tell of them.
extension GroupRows {
    /// Reads what the lines may meet.
    func load(_ lines: [GroupLine]) throws(StorageError) -> TakenShortIDs {
        let projects = Set(lines.map(\.project))
        _ = try load(Set(lines.flatMap(\.hashes)), of: projects)
        let wanted = Set(lines.compactMap(\.shortID)).sorted().map { Value.integer($0) }
        guard !wanted.isEmpty else { return TakenShortIDs() }
        let rows = try database.select(
            Select(
                ["project_id", "short_id"], from: groups.table,
                where: [.isIn("project_id", projects.sorted().map { .integer($0) }), .isIn("short_id", wanted)]))
        return TakenShortIDs(rows.map { ($0[0].number, $0[1].number) })
    }

    /// Finds the group of a line or makes it, and gives it the source's state. nil if the destination has deleted and discarded
    /// it.
    ///
    /// - Parameter counted: how many of its events relocations have counted, if no file has told of it before
    func take(
        _ line: GroupLine, firstRelease: Int64?, taken: inout TakenShortIDs, counted: (Int64) -> Int64
    ) throws(StorageError) -> (group: Int64, isNew: Bool)? {
        let rows = try line.hashes.map { text throws(StorageError) in try hashRow(text, line.project) }
        switch find(rows) {
        case .tombstone: return nil
        case .group(let id):
            guard let row = groups[id] else { return nil }
            set(told(line, state(of: row), firstRelease, counted: counted(id)), of: row)
            link(rows, to: id)
            try assign(line, to: id)
            return (id, false)
        case .none:
            let id = try ids.take(1, for: groups.table, from: database).first ?? 0
            let shortID = try shortID(line, &taken)
            groups.add(id, GroupColumns.told(line, shortID: shortID, firstRelease: firstRelease))
            link(rows, to: id)
            try assign(line, to: id)
            return (id, true)
        }
    }

    /// The source's number if it is free, so that links and people find the issue under its name.
    private func shortID(_ line: GroupLine, _ taken: inout TakenShortIDs) throws(StorageError) -> Int64 {
        guard let wanted = line.shortID, taken.take(wanted, in: line.project) else {
            var next = try nextShortID(line.project)
            while !taken.take(next, in: line.project) { next = try nextShortID(line.project) }
            return next
        }
        let row = try counters.row(
            line.project, orAdd: ["project_id": .integer(line.project), "value": .integer(0)], in: database)
        counters.set("value", .integer(max(wanted, counters.value("value", of: row).number)), of: row)
        return wanted
    }

    /// A group that is there takes the source's state; the later events describe it.
    private func told(
        _ line: GroupLine, _ state: GroupState, _ firstRelease: Int64?, counted: Int64
    ) -> GroupState {
        var state = state
        let isLater = line.times.lastSeen >= state["last_seen"].timestamp ?? .min
        state.see(line.times.firstSeen)
        state.see(line.times.lastSeen)
        for (column, value) in GroupColumns.state(of: line, firstRelease: firstRelease) { state[column] = value }
        if isLater { for (column, value) in GroupColumns.about(line) { state[column] = value } }
        state.add(times: line.state.timesSeen - counted)
        return state
    }

    private func assign(_ line: GroupLine, to group: Int64) throws(StorageError) {
        guard let assignee = line.assignee else { return }
        let row = try assignees.row(
            group, orAdd: ["group_id": .integer(group), "project_id": .integer(line.project)], in: database)
        assignees.set("user_id", assignee.kind == .user ? .integer(assignee.id) : .null, of: row)
        assignees.set("team_id", assignee.kind == .team ? .integer(assignee.id) : .null, of: row)
        assignees.set("date_added", .timestamp(assignee.since), of: row)
    }
}

/// Numbers that issues of a project have already.
struct TakenShortIDs {
    private var taken: Set<RowKey>

    init(_ taken: [(project: Int64, shortID: Int64)] = []) {
        self.taken = Set(taken.map { RowKey($0.project, $0.shortID) })
    }

    /// Whether a number was free; it is taken now.
    mutating func take(_ shortID: Int64, in project: Int64) -> Bool { taken.insert(RowKey(project, shortID)).inserted }
}

extension GroupColumns {
    static func told(_ line: GroupLine, shortID: Int64, firstRelease: Int64?) -> [String: Value] {
        var group = GroupState { _ in .null }
        group["project_id"] = .integer(line.project)
        group["short_id"] = .integer(shortID)
        group["type"] = .integer(line.state.type)
        group["is_public"] = .bool(false)
        for column in ["num_comments", "time_spent_total", "time_spent_count"] { group[column] = .integer(0) }
        for (column, value) in state(of: line, firstRelease: firstRelease) { group[column] = value }
        for (column, value) in about(line) { group[column] = value }
        group["first_seen"] = .timestamp(line.times.firstSeen)
        group["last_seen"] = .timestamp(line.times.lastSeen)
        group.add(times: line.state.timesSeen)
        return group.changes
    }

    /// What the source's people and rules have made of a group.
    static func state(of line: GroupLine, firstRelease: Int64?) -> [String: Value] {
        [
            "status": .integer(line.state.status), "substatus": line.state.substatus.map { .integer($0) } ?? .null,
            "priority": line.state.priority.map { .integer($0) } ?? .null,
            "active_at": line.times.activeAt.map { .timestamp($0) } ?? .null,
            "resolved_at": line.times.resolvedAt.map { .timestamp($0) } ?? .null,
            "first_release_id": firstRelease.map { .integer($0) } ?? .null,
        ]
    }

    /// What its events have told of a group.
    static func about(_ line: GroupLine) -> [String: Value] {
        [
            "level": .integer(line.about.level), "platform": line.about.platform.map { .text($0) } ?? .null,
            "logger": .text(line.about.logger), "message": .text(line.about.message),
            "view": .text(line.about.culprit), "data": .text(EventText.message(line.about.data)),
        ]
    }
}
