internal import Crypto
internal import HTTPTypes
internal import Operations
internal import Page
internal import Queue
internal import Reporting
internal import TaskFormat
internal import TextForms

/// Something that an operator wants done: what the page asks, and what does it.
struct PageAction: Sendable {
    var confirmation: Confirmation
    /// Does it and returns what it came to, as ``Said`` reads it. It blocks.
    let act: @Sendable (OperatorActions, ChosenDetails) throws -> String

    /// One relocation.
    init(
        _ action: RelocationAction, _ report: StatusReport, _ queue: RelocationQueue, _ keyring: PayloadKeyring?
    ) throws {
        guard action.fits(report) else {
            throw Problem(.conflict, "The relocation's state does not allow this now: somebody may have been faster.")
        }
        let skip = try action.extent.map { try SkipOfMany([report], $0, queue, keyring) }
        confirmation = Confirmation(action, report, lines: skip?.lines ?? [])
        let uuids = [report.status.uuid]
        if action != .planUndo { confirmation.seen = Self.digest(uuids + confirmation.lines) }
        act = { actions, details in
            try Self.perform(uuids) { id in try Self.one(action, id, skip, actions, details) }.said(action)
        }
    }

    /// All that match.
    init(
        _ action: RelocationAction, _ query: ListQuery, _ reports: [StatusReport], _ queue: RelocationQueue,
        _ keyring: PayloadKeyring?
    ) throws {
        let reports = action.extent == nil ? reports : Array(reports.prefix(SkipOfMany.limit))
        let skip = try action.extent.map { try SkipOfMany(reports, $0, queue, keyring) }
        confirmation = Confirmation(action, query, reports, lines: skip?.lines ?? [])
        let uuids = reports.map(\.status.uuid)
        confirmation.seen = Self.digest(uuids)
        act = { actions, _ in
            try Self.perform(uuids) { id in try Self.one(action, id, skip, actions, ChosenDetails()) }.said(action)
        }
    }

    init(_ action: DestinationAction, _ name: DestinationName) throws {
        confirmation = Confirmation(action, name.text)
        act = { actions, _ in
            _ = action == .hold ? try actions.hold(name) : try actions.letGo(name)
            return action.rawValue
        }
    }

    init(_ action: WorkerAction, _ worker: WorkerEntry) {
        confirmation = Confirmation(action, worker.name)
        let name = worker.name
        act = { actions, _ in
            try actions.quiet(name, action == .quiet)
            return action.rawValue
        }
    }

    /// Sixteen digits that stand for what was seen.
    private static func digest(_ texts: [String]) -> String {
        Hex.text(SHA256.hash(data: Array(texts.joined(separator: "\n").utf8)).prefix(8))
    }

    /// Several are done one by one; those that have moved on meanwhile are left alone. One that has is an error.
    private static func perform(_ uuids: [String], _ one: (RelocationID) throws -> Void) throws -> Int {
        var done = 0
        for id in uuids.compactMap(RelocationID.init) {
            do {
                try one(id)
                done += 1
            } catch let error as OperationError {
                guard uuids.count > 1, [.conflict, .notFound].contains(error.kind) else { throw error }
            }
        }
        return done
    }

    private static func one(
        _ action: RelocationAction, _ id: RelocationID, _ skip: SkipOfMany?, _ actions: OperatorActions,
        _ details: ChosenDetails
    ) throws {
        switch action {
        case .retry: try actions.retry(id)
        case .skipRow, .skipChunk: try skip?.act(id, actions)
        case .recover: try actions.recover(id, untilStep: details.step)
        case .pause: _ = try actions.pause(id, atStep: details.step)
        case .unpause: try actions.unpause(id)
        case .cancel: _ = try actions.cancel(id, atStep: details.step)
        case .abort: try actions.abort(id)
        case .undo: try actions.undo(id, isDryRun: false, cascade: details.cascade, ofUnknownIn: nil)
        case .planUndo: try actions.undo(id, isDryRun: true, cascade: [], ofUnknownIn: nil)
        case .delete: try actions.delete(id)
        }
    }
}

extension Int {
    fileprivate func said(_ action: RelocationAction) -> String { "\(action.rawValue).\(self)" }
}

extension RelocationAction {
    /// What it leaves out; nil if nothing.
    fileprivate var extent: SkipExtent? {
        switch self {
        case .skipRow: .row
        case .skipChunk: .chunk
        case .retry, .recover, .pause, .unpause, .cancel, .abort, .undo, .planUndo, .delete: nil
        }
    }
}

/// What an operator has chosen in a form.
struct ChosenDetails: Sendable {
    var step: String?
    var cascade: [UndoRequest.CascadeRow] = []

    init() {}

    /// Throws a problem for rows that are none.
    init(_ form: Form) throws(Problem) {
        step = form["step"].flatMap { $0.isEmpty ? nil : $0 }
        let rows = form.all("cascade")
        guard !rows.isEmpty else { return }
        guard rows.count <= ActionChoice.rowLimit,
            let cascade = UndoRequest.CascadeRow.list(rows.joined(separator: ","))
        else { throw .badRequest("These are no rows that an undo can remove.") }
        self.cascade = cascade
    }
}

/// What is left out of several relocations, and what that costs.
private struct SkipOfMany: Sendable {
    /// Relocations at a time: the tasks of each are read to count what depends on its row.
    static let limit = 50

    private let planned: [String: PlannedSkip]

    init(
        _ reports: [StatusReport], _ extent: SkipExtent, _ queue: RelocationQueue, _ keyring: PayloadKeyring?
    ) throws {
        let actions = OperatorActions(queue, by: Operator(name: "http"))
        var planned: [String: PlannedSkip] = [:]
        for id in reports.compactMap({ RelocationID($0.status.uuid) }) {
            planned[id.text] = try actions.planSkip(id, extent, keyring: keyring)
        }
        self.planned = planned
    }

    /// What the operator must know before.
    var lines: [String] {
        let all = planned.sorted { $0.key < $1.key }.map(\.value.text)
        let limit = planned.count == Self.limit ? ["At most \(Self.limit) relocations are done at a time."] : []
        return all.count <= Self.named ? all + limit : limit + all.prefix(Self.named) + ["… and so on."]
    }

    private static let named = 5

    /// Leaves it out, then lets the relocation go on.
    func act(_ id: RelocationID, _ actions: OperatorActions) throws {
        guard let planned = planned[id.text] else { return }
        _ = try actions.skip(id, planned)
        try actions.retry(id)
    }
}

/// What an action came to, in an address: `retry.3`, `hold`.
enum Said {
    /// Nil for a text that no action has left there.
    static func words(_ text: String) -> String? {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard let name = parts.first.map(String.init) else { return nil }
        if parts.count == 2, let action = RelocationAction(rawValue: name), let count = Int(parts[1]), count >= 0 {
            return action.said(count)
        }
        return DestinationAction(rawValue: name)?.said ?? WorkerAction(rawValue: name)?.said
    }
}
