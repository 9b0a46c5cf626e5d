public import Adaptation
public import Catalogue
public import TaskFormat

/// The result of the first pass over an export: the whole file is sound, and this is its content.
// Many properties: a report, and operators read each figure.
public struct ExportSurvey: Sendable, Equatable {
    /// The number of one model's rows in the file, queued or not.
    public struct ModelCount: Sendable, Equatable {
        /// Lower-case model name.
        public let model: String
        public let rows: Int64
    }

    public let scope: ImportScope
    public let filter: ExportFilter?
    /// The most ordinals that a chunk spans.
    public let chunkSize: Int

    /// Whether models that the catalogue does not know are queued, and what the file says of them.
    public internal(set) var learns = false
    public internal(set) var learned: [LearnRequest] = []
    /// Rows in the file, and rows that upgrades of Sentry make from them.
    public internal(set) var rowsTotal: Int64 = 0
    public internal(set) var rowsMade: Int64 = 0
    /// What was adapted to this version of Sentry; nothing if the file is taken as it is.
    public internal(set) var adapted = AdaptationAccount()
    /// In the order in which the models first appear.
    public internal(set) var models: [ModelCount] = []
    /// The rows that will not be queued, by reason.
    public internal(set) var leftOut = RowAccount()
    /// The first of these rows, of each model and reason.
    public internal(set) var leftOutRows: [DroppedRow] = []
    /// Rows that will be queued. Together with ``leftOut`` they add up to ``rowsTotal`` and ``rowsMade``.
    public internal(set) var rowsQueued: Int64 = 0
    /// Chunks that will be queued.
    public internal(set) var tasks = 0
    /// Bytes that the queued rows take in the file.
    public internal(set) var bytesQueued: Int64 = 0
    /// Warnings for the operator, each with a count.
    public internal(set) var warnings: [String] = []
    /// What Sentry's own import would lose without a word.
    public internal(set) var losses: [String] = []
    /// Rows and primary keys of the models that can be queued.
    public internal(set) var keyBounds = KeyBounds()
    /// Bytes of the (decrypted) JSON text, and their SHA-256 in hexadecimal.
    public internal(set) var bytesRead: Int64 = 0
    public internal(set) var sha256 = ""

    var rowFilter: RowFilter?
    /// What decides how rows are adapted; nil if they are taken as they are.
    var knowledge: SourceKnowledge?
    var order = ImportOrder()

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
