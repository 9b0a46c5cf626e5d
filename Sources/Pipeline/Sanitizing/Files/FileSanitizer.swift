public import ExportFormat

/// Makes of an export one that tells nothing of the people and organizations in it, with the same rows, keys and
/// references. It reads the file twice: the first pass finds out what there is to replace, the second one replaces it. It
/// keeps about ten bytes for each text that is replaced and eight for each date.
public struct FileSanitizer {
    private let source: ExportSource
    private let options: SanitizingOptions

    public init(_ source: ExportSource, _ options: SanitizingOptions) {
        self.source = source
        self.options = options
    }

    /// Bytes that both passes read, approximately; nil if the file is compressed.
    public var expectedBytes: Int64? { source.expectedBytes.map { $0 * 2 } }

    /// Writes the new text into a sink and finishes it. After an error the sink is not finished.
    ///
    /// - Parameters:
    ///   - isSealed: whether the sink seals the text: it is spelled as in encrypted files then
    ///   - onProgress: called now and then with the bytes read
    /// - Throws: `badData` for a value that no rule takes, with model, primary key, field and place
    package func run(
        to sink: any ByteSink, isSealed: Bool, onProgress: @escaping (Int64) -> Void
    ) throws(ExportError) -> SanitizingSummary {
        let key = RunKey(seed: options.seed)
        let survey = Survey(key, options, limits: source.limits, expectedBytes: source.expectedBytes)
        var read: Int64 = 0
        let found = RowKinds(source, isThorough: options.isThorough)
        try RowPass(source: source, kinds: found) { bytes in
            read = bytes
            onProgress(bytes)
        }.run { row, kind in survey.take(Envelope(row), kind) }
        return try rewrite(survey, to: sink, isSealed: isSealed) { onProgress(read + $0) }
    }

    private func rewrite(
        _ survey: Survey, to sink: any ByteSink, isSealed: Bool, _ onProgress: @escaping (Int64) -> Void
    ) throws(ExportError) -> SanitizingSummary {
        let replacements = survey.replacements()
        let sweep = options.isThorough ? Sweep(survey.sought, replacements, limits: source.limits) : nil
        let values = FieldWriter(replacements, sweep: sweep, daysOffset: options.daysOffset, isSealed: isSealed)
        let writer = ExportWriter(
            to: sink, isSealed ? .compact : .readable, limits: source.limits, keepsLongIntegers: true)
        let kinds = RowKinds(source, isThorough: options.isThorough)
        let rewriter = RowRewriter(values: values)
        try RowPass(source: source, kinds: kinds, onProgress: onProgress).run { row, kind throws(ExportError) in
            kind.rows += 1
            guard kind.treatments != nil || options.keepsUnknown else { return }
            try writer.write { out throws(ExportError) in try rewriter.write(row, kind, to: &out) }
        }
        try writer.finish()
        return SanitizingSummary(rows: writer.rows, kinds.all, values.replaced)
    }
}

extension SanitizingSummary {
    init(rows: Int, _ kinds: [RowKind], _ replaced: [ReplacedCategory: Int64]) {
        self.rows = Int64(rows)
        self.replaced = replaced
        unknown = kinds.filter { $0.treatments == nil }.map { ($0.name, $0.rows) }
        models = kinds.count - unknown.count
    }
}
