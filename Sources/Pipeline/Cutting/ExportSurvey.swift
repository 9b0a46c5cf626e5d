public import Catalogue

/// What the first pass over an export has found: the whole file is sound, and this is in it.
// Thirteen properties: a report, each figure of which an operator reads.
public struct ExportSurvey: Sendable, Equatable {
    /// Rows of one model in the file, of any disposition.
    public struct ModelCount: Sendable, Equatable {
        /// Lower-case model name.
        public let model: String
        public let rows: Int64
    }

    public let scope: ImportScope
    public let filter: ExportFilter?
    /// Ordinals a chunk spans at most.
    public let chunkSize: Int

    /// Rows in the file.
    public internal(set) var rowsTotal: Int64 = 0
    /// In the order in which the models first appear.
    public internal(set) var models: [ModelCount] = []
    /// The rows that will not be queued, by reason.
    public internal(set) var leftOut = RowAccount()
    /// Rows that will be queued; with ``leftOut`` they make up ``rowsTotal``.
    public internal(set) var rowsQueued: Int64 = 0
    /// Chunks that will be queued.
    public internal(set) var tasks = 0
    /// Bytes of the queued rows as they stand in the file.
    public internal(set) var bytesQueued: Int64 = 0
    /// What an operator should know, each with a count.
    public internal(set) var warnings: [String] = []
    /// Bytes of the (decrypted) JSON text, and their SHA-256 in hexadecimal.
    public internal(set) var bytesRead: Int64 = 0
    public internal(set) var sha256 = ""

    var rowFilter: RowFilter?

    init(scope: ImportScope, filter: ExportFilter?, chunkSize: Int) {
        self.scope = scope
        self.filter = filter
        self.chunkSize = chunkSize
    }

    /// Rows of a model in the file.
    public func rows(of model: String) -> Int64 { models.first { $0.model == model }?.rows ?? 0 }

    /// Rows of a user or organization model that will be queued.
    public func rowsQueued(of model: String) -> Int64 {
        rows(of: model) - Int64(leftOut.models[model]?.droppedTotal ?? 0)
    }
}
