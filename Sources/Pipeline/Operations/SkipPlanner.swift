import Catalogue
import Cutting
import Queue
import TaskFormat

/// Finds out what leaving out a failed row or chunk costs. Changes nothing.
struct SkipPlanner {
    let queue: RelocationQueue
    let id: RelocationID
    /// Opens sealed tasks; nil if no key is configured.
    let keyring: PayloadKeyring?
    let catalogue = Catalogue.standard

    /// Tasks that are read at a time, and their bytes.
    private static let pageCount = 128
    private static let pageBytes = 4 << 20

    func plan(_ extent: SkipExtent) throws -> PlannedSkip {
        let task = try OperationError.refusing { try queue.failedTask(id.text) }
        let chunk = try task.chunk()
        let row = extent == .row ? try failingRow() : nil
        return PlannedSkip(task: task, chunk: chunk, row: row, dependents: try dependents(of: chunk, row))
    }

    private func failingRow() throws -> RowPlace {
        let status = try OperationError.refusing { try queue.status(id.text) }
        guard let row = TaskNote(json: status.failedTask)?.row else {
            throw OperationError(
                .conflict,
                "The failure of this relocation names no row. Remove the cause, then retry; or leave out the whole "
                    + "chunk with --skip-chunk.")
        }
        return row
    }

    private func dependents(of chunk: QueueTask, _ row: RowPlace?) throws -> PlannedSkip.Dependents {
        do {
            var dependents = DependentRows(of: [chunk.name: try keys(of: chunk, row)], catalogue)
            try eachTask { task in
                guard let model = catalogue.model(task.name) else { return }
                for row in try rows(of: task, model) { dependents.add(row, of: model) }
            }
            return .counted(dependents.count)
        } catch let unread as Unread {
            return .unknown(unread.reason)
        }
    }

    /// The source keys of the rows that are to be left out.
    private func keys(of chunk: QueueTask, _ row: RowPlace?) throws -> Set<Int64> {
        if let row { return Set([row.sourcePK].compactMap { $0 }) }
        guard let model = catalogue.model(chunk.name) else { throw Unread.damaged }
        return Set(try rows(of: chunk, model).compactMap(\.sourcePK))
    }

    /// Passes all chunks that are left, in order.
    private func eachTask(_ body: (QueueTask) throws -> Void) throws {
        var index = 0
        while true {
            let page = try OperationError.refusing {
                try queue.failedTasks(id.text, from: index, count: Self.pageCount, maxBytes: Self.pageBytes)
            }
            guard !page.isEmpty else { return }
            index += page.count
            for element in page {
                guard case .task(let task) = element else { throw Unread.damaged }
                if task.carriesRows { try body(task) }
            }
        }
    }

    private func rows(of task: QueueTask, _ model: Model) throws(Unread) -> [Row] {
        let identity = PayloadIdentity(
            uuid: id.text, kind: .chunk, model: task.name, minOrdinal: task.minOrdinal, rows: task.rows)
        do {
            let payload = try SealedPayload.open(task.payload, as: identity, with: keyring)
            return try ChunkDecoder.contents(of: payload, model: model, now: 0, catalogue: catalogue).rows
        } catch SealedPayloadError.keyMissing {
            throw .sealed
        } catch {
            throw .damaged
        }
    }

    /// Why tasks cannot be looked into.
    private enum Unread: Error {
        case sealed, damaged

        var reason: String {
            switch self {
            case .sealed: "the tasks are sealed, and this command lacks their key (--payload-key-file)"
            case .damaged: "a task in Redis cannot be read"
            }
        }
    }
}

extension QueueTask {
    fileprivate var carriesRows: Bool { TaskKind(rawValue: kind)?.carriesRows == true }
}
