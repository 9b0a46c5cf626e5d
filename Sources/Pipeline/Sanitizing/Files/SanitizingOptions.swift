/// How an export is sanitised.
public struct SanitizingOptions: Sendable {
    /// Days by which all dates are moved.
    public var daysOffset: Int64 = 0
    /// The same file with the same seed gives the same result, on any machine. Whoever knows the seed can find out by trying
    /// what a text was. nil: a key that is kept nowhere.
    public var seed: Int64?
    /// Rows of unknown models are kept, each text in them replaced. Otherwise they are left out.
    public var keepsUnknown = false
    /// Columns that no rule touches are searched for what is replaced elsewhere.
    public var isThorough = false

    /// Texts of other scripts become letters. Otherwise they are refused, as by the reference.
    var takesForeignTexts: Bool { isThorough || keepsUnknown }

    public init() {}
}

/// What a file's sanitising has done.
public struct SanitizingSummary: Sendable {
    /// Rows written.
    public internal(set) var rows: Int64 = 0
    /// Values that were replaced.
    public internal(set) var replaced: [ReplacedCategory: Int64] = [:]
    /// Rows of models that are not among those of exports, in the order of the file.
    public internal(set) var unknown: [(model: String, rows: Int64)] = []
    /// Models with rows among those of exports.
    public internal(set) var models = 0
}
