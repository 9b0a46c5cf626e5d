import Catalogue
import ExportFormat

/// Names of rows by their content, as old exports have them in place of primary keys: `["alice"]` for a user.
enum NaturalKey {
    /// Whether rows of a model are likely to be referred to by natural keys: users were until 23.8.
    static func areUsual(for model: String, _ versions: VersionRange) -> Bool {
        model == "sentry.user" && versions.isSurelyBefore(SentryVersion(23, 9))
    }

    /// The fields that make up a model's natural key: those of its first unique index that refers to nothing.
    static func fields(of model: Model) -> [String] {
        guard let unique = model.uniquesWithoutReferences.first(where: { $0.condition == nil }) else { return [] }
        return unique.columns.compactMap { name in model.table.column(name)?.field }
    }

    /// Nil if a part is missing.
    static func digest(_ parts: [FieldValue]) -> UInt64? {
        guard !parts.isEmpty, !parts.contains(where: \.isNull) else { return nil }
        return FieldValue.list(parts).digest
    }
}
