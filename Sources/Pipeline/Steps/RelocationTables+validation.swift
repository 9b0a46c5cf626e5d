import Catalogue
package import Flow
package import Storage
internal import Foundation

/// How often a relocation is validated, and with what result.
extension RelocationTables {
    /// Makes the validation's row if there is none.
    package func openValidation(now: Int64) throws(StorageError) {
        try transaction { () throws(StorageError) in
            guard let row = try currentRow(), try validation(of: row.id) == nil else { return }
            try database.insert(
                Insert(
                    into: validations,
                    columns: ["id", "date_added", "date_updated", "status", "attempts", "relocation_id"],
                    rows: [
                        [
                            try newID(validations), .timestamp(now), .timestamp(now), .integer(0), .integer(0),
                            .integer(row.id),
                        ]
                    ]))
        }
    }

    /// Whether an attempt has shown that the relocation is valid: then no other is made.
    package func isValidated() throws(StorageError) -> Bool {
        guard let row = try row(), let found = try validation(of: row.id) else { return false }
        let open = try openAttempt(of: found.id)
        return found.state.status == .valid && open == nil
    }

    /// A relocation that begins anew has made no attempt.
    func resetValidation(of relocation: Int64, _ now: Int64) throws(StorageError) {
        guard let found = try validation(of: relocation) else { return }
        try save(FlowValidation(), found.id, now)
    }

    /// Begins an attempt, unless one is open. Returns why no other may be made; nil if one is open now.
    package func beginAttempt(now: Int64) throws(StorageError) -> String? {
        try transaction { () throws(StorageError) in
            guard let row = try currentRow(), let found = try validation(of: row.id) else {
                return FlowReason.attemptMissing
            }
            if try openAttempt(of: found.id) != nil { return nil }
            switch found.state.start {
            case .refused(let reason): return reason
            case .attempt(let state):
                try save(state, found.id, now)
                try database.insert(
                    Insert(
                        into: attempts,
                        columns: [
                            "id", "date_added", "date_updated", "status", "build_id", "relocation_id",
                            "relocation_validation_id",
                        ],
                        rows: [
                            [
                                try newID(attempts), .timestamp(now), .timestamp(now), .integer(0),
                                .text(UUID().uuidString.lowercased()), .integer(row.id), found.id,
                            ]
                        ]))
                return nil
            }
        }
    }

    /// Ends the open attempt. Returns what that makes of the validation.
    package func endAttempt(_ status: FlowValidation.Status, now: Int64) throws(StorageError) -> FlowValidation.End {
        try transaction { () throws(StorageError) in
            guard let row = try currentRow(), let found = try validation(of: row.id) else {
                return .refused(FlowReason.attemptMissing)
            }
            var state = found.state
            let end = state.end(status)
            try save(state, found.id, now)
            if let attempt = try openAttempt(of: found.id) {
                try database.update(
                    Update(
                        attempts, set: ["status", "date_updated"],
                        rows: [[attempt, .integer(Int64(status.rawValue)), .timestamp(now)]]))
            }
            return end
        }
    }

    private func validation(of relocation: Int64) throws(StorageError) -> (id: Value, state: FlowValidation)? {
        let found = try database.select(
            Select(
                ["id", "status", "attempts"], from: validations,
                where: [.equals("relocation_id", .integer(relocation))]))
        return found.last.map { row in
            (
                row[0],
                FlowValidation(
                    status: FlowValidation.Status(rawValue: Int(row[1].integer ?? 0)) ?? .inProgress,
                    attempts: Int(row[2].integer ?? 0))
            )
        }
    }

    private func openAttempt(of validation: Value) throws(StorageError) -> Value? {
        try database.select(
            Select(
                ["id"], from: attempts,
                where: [.equals("relocation_validation_id", validation), .equals("status", .integer(0))])
        ).last?[0]
    }

    private func save(_ state: FlowValidation, _ id: Value, _ now: Int64) throws(StorageError) {
        try database.update(
            Update(
                validations, set: ["status", "attempts", "date_updated"],
                rows: [[id, .integer(Int64(state.status.rawValue)), .integer(Int64(state.attempts)), .timestamp(now)]]))
    }
}
