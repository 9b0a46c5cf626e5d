import ExportFormat

/// Writes rows anew: the same keys in the same order, with other values.
struct RowRewriter {
    let values: FieldWriter

    /// Levels of what a row holds; the row itself is at 1.
    private static let keyLevel = 2
    private static let fieldLevel = 3

    func write(_ row: TapeValue, _ kind: RowKind, to out: inout JSONOutput) throws(ExportError) {
        try Self.requireWhole(Envelope(row), kind)
        out.append("{")
        for (place, entry) in TapeEntries(row).entries.enumerated() {
            Self.begin(entry.key.bytes, isFirst: place == 0, Self.keyLevel, to: &out)
            do throws(ValueMismatch) {
                guard entry.key.bytes.equals("fields"), entry.value.isObject else {
                    try out.append(entry.value, level: Self.keyLevel)
                    continue
                }
            } catch {
                throw error.refusal(of: entry.key, kind)
            }
            try writeFields(entry.value, kind, to: &out)
        }
        out.newLine(Self.keyLevel - 1)
        out.append("}")
    }

    private static func requireWhole(_ row: Envelope, _ kind: RowKind) throws(ExportError) {
        guard kind.treatments != nil else { return }
        let lack = row.pk == nil ? "primary key (pk)" : row.fields == nil ? "fields, or they are no object" : nil
        if let lack {
            throw ExportError(.badData, "this row has no \(lack)", place: ExportPlace(model: kind.name))
        }
    }

    private static func begin(
        _ key: UnsafeBufferPointer<UInt8>, isFirst: Bool, _ level: Int, to out: inout JSONOutput
    ) {
        if !isFirst { out.append(",") }
        out.newLine(level)
        out.append(string: key)
        out.colon()
    }

    private static func begin(_ field: FieldName, isFirst: Bool, _ level: Int, to out: inout JSONOutput) {
        Array(field.text.utf8).withUnsafeBufferPointer { begin($0, isFirst: isFirst, level, to: &out) }
    }

    private func writeFields(_ fields: TapeValue, _ kind: RowKind, to out: inout JSONOutput) throws(ExportError) {
        let entries = TapeEntries(fields).entries
        out.append("{")
        for (place, entry) in entries.enumerated() {
            Self.begin(entry.key.bytes, isFirst: place == 0, Self.fieldLevel, to: &out)
            do throws(ValueMismatch) {
                if kind.treatments == nil {
                    try values.write(unknown: entry.value, level: Self.fieldLevel, to: &out)
                } else {
                    let action = kind.action(of: entry.key.bytes, at: place)
                    try write(entry.value, action, of: TapeRow(fields: fields), to: &out)
                }
            } catch {
                throw error.refusal(of: entry.key, kind)
            }
        }
        let added = (kind.treatments?.addedFields ?? []).filter { field in
            !entries.contains { field.isSpelled($0.key.bytes) }
        }
        for (place, field) in added.enumerated() {
            Self.begin(field, isFirst: entries.isEmpty && place == 0, Self.fieldLevel, to: &out)
            out.append("\"[]\"")
        }
        if !entries.isEmpty || !added.isEmpty { out.newLine(Self.keyLevel) }
        out.append("}")
    }

    private func write(
        _ value: TapeValue, _ action: FieldAction, of fields: TapeRow, to out: inout JSONOutput
    ) throws(ValueMismatch) {
        switch action {
        case .treat(let treatment): try values.write(value, treatment, of: fields, level: Self.fieldLevel, to: &out)
        case .sweep: try values.write(freeText: value, level: Self.fieldLevel, to: &out)
        case .sweepOption:
            try values.write(
                freeText: value, of: fields.value(ModelTreatments.optionKey), level: Self.fieldLevel, to: &out)
        case .keep: try out.append(value, level: Self.fieldLevel)
        }
    }
}

extension ValueMismatch {
    fileprivate func refusal(of key: TapeValue, _ kind: RowKind) -> ExportError {
        ExportError(.badData, problem, place: ExportPlace(model: kind.name, field: key.text))
    }
}
