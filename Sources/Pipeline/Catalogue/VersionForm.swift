/// The form of the exports that a version of Sentry imports: which models and fields it knows, and what it calls them.
public struct VersionForm: Sendable {
    public let version: SentryVersion
    /// Models and fields (`model.field`) → the versions that know them, where not all do.
    private static let spans: [String: ClosedRange<SentryVersion>] = spans(of: VersionText.fields)
        .merging(spans(of: VersionText.laterFields)) { $1 }
    private static let modelSpans = spans(of: VersionText.models)

    /// - Parameter version: older ones than the oldest known one have its form, newer ones that of the newest
    public init(_ version: SentryVersion) { self.version = version }

    /// The versions that are told apart.
    public static let versions = SentryVersion(20, 6)...SentryVersion(26, 6)

    /// What the version calls a model; nil if it does not know it.
    public func name(of model: Model) -> String? {
        guard isKnown(model.name, Self.modelSpans) else { return nil }
        if Catalogue.standard.model(model.name) == nil, version < Catalogue.newest.version { return nil }
        guard version >= Catalogue.newest.version else { return model.name }
        return Catalogue.formerNames.first { $0.value == model.name }?.key ?? model.name
    }

    /// The key of a column's values; nil if the version does not know it.
    public func field(of column: Column, in model: Model) -> String? {
        if version < Catalogue.newest.version, let known = Catalogue.standard.model(model.name),
            known.columnIndex(column.name) == nil
        {
            return nil
        }
        if isKnown("\(model.name).\(column.field)", Self.spans) { return column.field }
        // A reference was a foreign key before, and had no `_id` at its end.
        guard column.field.hasSuffix("_id"), column.reference != nil else { return nil }
        let old = String(column.field.dropLast(3))
        return Self.spans["\(model.name).\(old)"]?.contains(version) == true ? old : nil
    }

    private func isKnown(_ name: String, _ spans: [String: ClosedRange<SentryVersion>]) -> Bool {
        spans[name]?.contains(version) ?? true
    }

    private static func spans(of text: String) -> [String: ClosedRange<SentryVersion>] {
        var spans: [String: ClosedRange<SentryVersion>] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 2 else { continue }
            let first = SentryVersion(words[0]).map(Self.beginning) ?? .distantPast
            let last = SentryVersion(words[1]) ?? .distantFuture
            for word in words.dropFirst(2) { spans["sentry.\(word)"] = first...max(first, last) }
        }
        return spans
    }

    /// 24.8.0 itself exports without what came in the month before 24.9.
    private static func beginning(_ version: SentryVersion) -> SentryVersion {
        version == SentryVersion(24, 8) ? .current : version
    }
}
