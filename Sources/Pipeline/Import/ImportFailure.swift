public import Catalogue
import Ledger
public import Storage

extension StorageError {
    /// See ``ImportFailure``.
    init(_ gap: CatalogueGap) { self.init(.schemaMismatch, gap.description) }
}

/// Why a chunk was not imported. Nothing of it was written.
public enum ImportFailure: Error, Sendable {
    /// The same chunk will fail again. The finding names the row, if one is at fault.
    case permanent(Finding)
    /// An error of the database after which the same work may succeed.
    case transient(StorageError)
    /// Another worker may have the relocation now.
    case leaseLost
    /// The database has another schema or refuses access. An operator must act; the relocation itself is sound.
    case destination(StorageError)
}

extension ImportFailure {
    /// What a storage error means for the rows it met, in the reference's kinds.
    static func from(
        _ error: StorageError, model: Model, rows: [Row] = [], row: Row? = nil
    ) -> ImportFailure {
        let row = row ?? error.rowIndex.flatMap { rows.indices.contains($0) ? rows[$0] : nil }
        let failure = ImportFailure(error, model: model.name, row: row)
        guard error.kind == .uniqueViolation, let row, case .permanent(var finding) = failure else { return failure }
        if let clash = Clash(of: row, with: rows, model) { return .permanent(finding.adding(clash.words)) }
        finding.unwritten = row.values
        return .permanent(finding)
    }

    /// What a storage error means for rows of a model.
    package init(_ error: StorageError, of model: Model) { self.init(error, model: model.name, row: nil) }

    /// What a storage error means outside of a chunk. The model is that of the table at fault.
    package init(_ error: StorageError, _ catalogue: Catalogue) {
        let model = catalogue.models.first { $0.table.name == error.table }?.name ?? error.table
        self.init(error, model: model, row: nil)
    }

    private init(_ error: StorageError, model: String?, row: Row?) {
        func finding(_ kind: Finding.Kind) -> Finding {
            Finding(kind: kind, model: model, ordinal: row?.ordinal, leftPK: row?.sourcePK, reason: error.message)
        }
        switch error.consequence {
        case .permanentIntegrity: self = .permanent(finding(.integrityError))
        case .permanentDatabase: self = .permanent(finding(.databaseError))
        case .transient: self = .transient(error)
        case .leaseLost: self = .leaseLost
        case .destinationUnusable: self = .destination(error)
        }
    }

    /// A ledger that cannot be read.
    init(_ error: LedgerError, _ catalogue: Catalogue) {
        switch error {
        case .storage(let error): self.init(error, catalogue)
        case .catalogue(let gap): self.init(gap)
        }
    }

    /// A catalogue that lacks what the import needs: the destination is of another version.
    init(_ gap: CatalogueGap) { self = .destination(StorageError(gap)) }

    /// A race with a worker that was believed to be lost.
    static func writtenByOthers(_ model: Model) -> ImportFailure {
        .permanent(
            Finding(kind: .integrityError, model: model.name, reason: "another worker has written chunks of this model")
        )
    }

    /// A fault that was found before anything was written.
    static func row(_ kind: Finding.Kind, _ model: Model, _ row: Row, _ reason: String) -> ImportFailure {
        .permanent(Finding(kind: kind, model: model.name, ordinal: row.ordinal, leftPK: row.sourcePK, reason: reason))
    }

    /// A field that one of the reference's forms refuses.
    ///
    /// - Parameter help: what the operator should know beyond the form's message.
    static func form(
        _ model: Model, _ row: Row, field: String, _ fault: (message: String, code: String), help: String = ""
    ) -> ImportFailure {
        .permanent(
            Finding(
                kind: .validationError, model: model.name, ordinal: row.ordinal, leftPK: row.sourcePK,
                reason: "{'\(field)': [ErrorDetail(string='\(fault.message)', code='\(fault.code)')]}"
            ).inWords("\(field): \(fault.message)").adding(help))
    }
}
