import ExportFormat

/// The digest of a row in a fast comparison: a reference counts as the row it means, everything else as it is written. Rows
/// with equal digests are equal; others may still be equal by the rules.
enum RowDigest {
    /// - Parameter identity: what stands for the row that a reference means
    /// - Returns: nil if a reference has no identity yet
    static func of(
        _ row: TapeRow, _ rules: RowComparison, _ identity: (String, FieldValue) -> UInt64?
    ) -> UInt64? {
        guard let references = rules.comparators.first(where: { $0.rule == .reference }) else {
            return row.restDigest(without: [])
        }
        var digest = row.restDigest(without: references.fields)
        for (place, field) in references.fields.enumerated() {
            guard let value = row.value(field) else { continue }
            let target = references.targets[place]
            guard let part = value.isNull ? 0 : identity(target, value.fieldValue) else { return nil }
            digest = FieldDigest.mixed(FieldDigest.mixed(digest, UInt64(place)), part)
        }
        return digest
    }
}
