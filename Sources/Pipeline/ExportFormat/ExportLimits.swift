/// Limits on reading an export. Every limit is inclusive: a file that just meets it is read.
// Eleven properties: the limits are independent of each other.
public struct ExportLimits: Sendable, Equatable {
    /// Levels of nesting inside one element of the top-level array, the element itself being the first.
    public var maxDepth = 200
    /// Bytes of one element, white space included.
    public var maxRecordBytes = 8 << 20
    /// Values inside one element, counted by its commas and opening brackets: each takes memory of its own.
    public var maxRecordValues = 500_000
    /// Bytes of one string after its escapes are resolved.
    public var maxStringBytes = 6 << 20
    /// Bytes of a model's name.
    public var maxModelNameBytes = 128
    /// Different model names in one file.
    public var maxModels = 1000
    /// Bytes that one compressed byte of a tarball may expand to; checked after the first MiB.
    public var maxCompressionRatio = 100
    /// The same of a compressed JSON text, which is read in bounded memory: rows may repeat each other.
    public var maxTextCompressionRatio = 1000
    /// Entries of a tarball, ignored ones included.
    public var maxTarballEntries = 1000
    /// Bytes of a tarball's `data.key`, of its `key.pub`, and of a private key.
    public var maxKeyBytes = 64 << 10
    /// Bytes that are read from a file at a time.
    public var blockBytes = 256 << 10

    public static let standard = ExportLimits()

    public init() {}
}
