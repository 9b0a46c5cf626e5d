package import Catalogue
import Cutting
import ExportFormat
import Import
package import Queue
package import TaskFormat

/// Opens and decodes tasks. It uses no connection, so it can run ahead of the import on another thread.
package struct TaskPreparer: Sendable {
    private let importUUID: String
    private let keyring: PayloadKeyring?
    private let options: RelocationOptions
    private let catalogue: Catalogue
    /// Model → ordinal → a row to leave out.
    private let skippedRows: [String: [Int64: RowPlace]]

    /// This worker lacks the key of a sealed task. A worker that has it can continue.
    package struct KeyMissing: Error {
        package let reason: String
    }

    /// The task belongs to a newer version. A worker of that version can continue.
    package struct UnknownTask: Error {
        /// The kind that a worker must name as known when it claims.
        package let kind: String
        package let reason: String

        package init(kind: String, reason: String) {
            self.kind = kind
            self.reason = reason
        }
    }

    /// - Parameters:
    ///   - keyring: opens sealed tasks; nil if no key is configured
    ///   - skippedRows: rows to leave out
    package init(
        importUUID: String, keyring: PayloadKeyring?, options: RelocationOptions = RelocationOptions(),
        skippedRows: [RowPlace] = [], catalogue: Catalogue
    ) {
        self.importUUID = importUUID
        self.keyring = keyring
        self.options = options
        self.catalogue = catalogue
        self.skippedRows = Dictionary(grouping: skippedRows, by: \.model).mapValues { rows in
            Dictionary(rows.map { ($0.ordinal, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The kinds of tasks that this version can work.
    package static var knownKinds: Set<String> { TaskHandlers.kinds }

    package func prepare(_ element: TaskElement) -> PreparedTask {
        PreparedTask(element: element, work: Result { try work(of: element) })
    }

    /// The rows of a task, whatever is to be done with it, and their model; nil for a task without rows.
    package func rows(of element: TaskElement) throws -> (model: Model, rows: [Row])? {
        guard case .task(let task) = element, let kind = TaskKind(rawValue: task.kind), kind.carriesRows,
            let model = catalogue.model(task.name)
        else { return nil }
        do {
            let payload = try payload(of: task, kind)
            return (model, try ChunkDecoder.contents(of: payload, model: model, now: 0, catalogue: catalogue).rows)
        } catch let error as ExportError {
            throw error.finding.map { ImportFailure.permanent($0) } ?? OpenedTask.malformed(model.name, error.message)
        }
    }

    /// The plan that a task carries for the import that it begins; nil for any other task.
    package func plan(in element: TaskElement) throws -> ImportPlan? {
        guard case .task(let task) = element, task.kind == TaskKind.plan.rawValue, task.rows == 0 else { return nil }
        guard let plan = ImportPlan(json: String(decoding: try payload(of: task, .plan), as: UTF8.self)) else {
            throw OpenedTask.malformed(nil, "the plan that the import holds to cannot be read; enqueue it again")
        }
        return plan
    }

    private func work(of element: TaskElement) throws -> any TaskWork {
        switch element {
        case .malformed(let reason):
            throw OpenedTask.malformed(nil, "a task in Redis cannot be read: \(reason)")
        case .newer(let version):
            throw UnknownTask(
                kind: "frame:\(version)",
                reason: "a task was written by a newer version (frame \(version)): run a worker of that version")
        case .task(let task):
            guard let handler = TaskHandlers.handler(of: task.kind) else {
                throw UnknownTask(
                    kind: task.kind,
                    reason:
                        "this worker does not know tasks of the kind \"\(task.kind)\": run a worker of a newer version")
            }
            let payload = try payload(of: task, handler.kind)
            return try handler.prepare(
                OpenedTask(
                    task: task, payload: payload, options: options, catalogue: catalogue,
                    skippedRows: skippedRows[task.name] ?? [:]))
        }
    }

    /// The payload after opening its seal, if it has one.
    private func payload(of task: QueueTask, _ kind: TaskKind) throws -> [UInt8] {
        let identity = PayloadIdentity(
            uuid: importUUID, kind: kind.sealedKind, model: task.name, minOrdinal: task.minOrdinal, rows: task.rows)
        do {
            return try SealedPayload.open(task.payload, as: identity, with: keyring)
        } catch {
            switch error {
            case .keyMissing: throw KeyMissing(reason: error.description)
            case .damaged(let reason): throw OpenedTask.malformed(task.name, reason)
            }
        }
    }
}
