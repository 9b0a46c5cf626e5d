import Catalogue

/// How one column takes its value from a row's fields. Plain data that is cheap to copy for every value.
struct FieldRule {
    let encoding: FieldEncoding
    let type: ColumnType
    let isNullable: Bool
    let isAddress: Bool
    /// The defined bits of a bit-flag column.
    let mask: Int64
    /// A UUID column whose empty text becomes a fresh UUID, as in the reference.
    let fillsUUID: Bool
    /// Whether NUL stays in the text: the worker refuses it, as the reference's form for these fields does.
    let keepsNUL: Bool
    /// What a check of a value that is not wanted needs.
    let needs: Needs

    enum Needs {
        /// Every value is accepted and stays as it is.
        case nothing
        /// Every value is accepted, but NUL is taken out.
        case lookForNUL
        case decoding
        /// What is accepted may lose something.
        case decodingAndLosses
    }

    init(_ column: Column, of model: String) {
        encoding = column.encoding
        type = column.type
        isNullable = column.isNullable
        isAddress = column.meaning == .ip
        mask = column.bits.count >= 63 ? .max : (1 << Int64(column.bits.count)) - 1
        keepsNUL = model == "sentry.user" && (column.field == "username" || column.field == "name")
        needs =
            switch encoding {
            case .string: isAddress ? .decoding : keepsNUL ? .nothing : .lookForNUL
            case .pickled, .nestedJSON, .jsonText: .decodingAndLosses
            case .int, .float, .datetime, .bool, .flags, .uuid, .pythonList, .jsonArray: .decoding
            }
        fillsUUID = column.encoding == .uuid && column.defaultValue == .literal(.text(""))
    }
}

/// Decodes values by the rules of the export format. One instance serves one thread.
struct FieldDecoder {
    private let json: JSONRules
    private let arrays: ArrayRules

    init(limits: ExportLimits) {
        json = JSONRules(maxDepth: limits.maxDepth)
        arrays = ArrayRules(maxDepth: limits.maxDepth)
    }

    /// Decodes one value. A value that is not wanted is checked too, but nothing is stored for it.
    @inline(__always)
    func decode(_ value: TapeValue, _ rule: FieldRule, wanted: Bool) throws(ValueMismatch) -> Value {
        if value.isNull { return try null(rule) }
        switch rule.encoding {
        case .string:
            if rule.isAddress { return try TextRules.address(value, wanted: wanted) }
            return wanted ? TextRules.string(value, keepsNUL: rule.keepsNUL) : .null
        case .int: return .integer(try NumberRules.integer(value))
        case .datetime: return .timestamp(try DateTimeRule.microseconds(value))
        case .bool: return try NumberRules.boolean(value, isNullable: rule.isNullable).map { .bool($0) } ?? .null
        case .flags: return .integer(try NumberRules.flags(value, mask: rule.mask))
        case .float, .uuid, .nestedJSON, .pickled, .jsonText, .pythonList, .jsonArray:
            return try decodeRare(value, rule, wanted: wanted)
        }
    }

    /// What a value loses in the database, or keeps in a form that the reference would have resolved.
    func note(_ value: TapeValue, _ rule: FieldRule, in notes: inout RowNotes) {
        switch rule.encoding {
        case .string: if TextRules.holdsNUL(value) { notes.insert(.losesNUL) }
        case .pickled: if json.keepsPickle(value) { notes.insert(.keepsPickle) } else { json.note(value, in: &notes) }
        case .nestedJSON: json.note(value, in: &notes)
        case .jsonText: if json.losesText(value) { notes.insert(.losesText) } else { json.note(value, in: &notes) }
        default: break
        }
    }

    private func decodeRare(_ value: TapeValue, _ rule: FieldRule, wanted: Bool) throws(ValueMismatch) -> Value {
        switch rule.encoding {
        case .float: .double(try NumberRules.double(value))
        case .uuid: try uuid(value, rule, wanted: wanted)
        case .nestedJSON: try json.nested(value, isNullable: rule.isNullable, wanted: wanted)
        case .pickled: try json.pickled(value, wanted: wanted)
        case .jsonText: try json.object(value, wanted: wanted)
        case .pythonList: try arrays.pythonList(value, type: rule.type, wanted: wanted)
        case .jsonArray: try arrays.jsonArray(value, type: rule.type, wanted: wanted)
        case .string, .int, .datetime, .bool, .flags: try decode(value, rule, wanted: wanted)
        }
    }

    private func uuid(_ value: TapeValue, _ rule: FieldRule, wanted: Bool) throws(ValueMismatch) -> Value {
        if rule.fillsUUID, value.isEmptyText { return .text(FreshValues.uuid4()) }
        return try TextRules.uuid(value, wanted: wanted)
    }

    /// What JSON's `null` becomes.
    private func null(_ rule: FieldRule) throws(ValueMismatch) -> Value {
        switch rule.encoding {
        case .flags: return .integer(0)
        case .pythonList: return rule.type == .doubleArray ? .doubleArray([]) : .textArray([])
        case .pickled: return .text("null")
        case .jsonText: return .text("{}")
        case .bool:
            guard rule.isNullable else { throw ValueMismatch("holds null where a boolean belongs") }
            return .null
        case .int, .float, .string, .datetime, .uuid, .nestedJSON, .jsonArray: return .null
        }
    }

    /// What a missing key becomes. `now` is in microseconds since 1970-01-01T00:00:00Z.
    func missing(_ rule: FieldRule, _ defaultValue: DefaultValue, now: Int64) -> Value {
        switch defaultValue {
        case .literal(let value): literal(value, rule)
        case .now(let offsetSeconds): .timestamp(now + offsetSeconds * 1_000_000)
        case .hex64: .text(FreshValues.hex64())
        case .alphanumeric32: .text(FreshValues.alphanumeric32())
        case .uuid4: .text(FreshValues.uuid4())
        case .petName: .text(FreshValues.petName())
        }
    }

    /// Whether what ``missing(_:_:now:)`` gives is another value each time.
    func makesUp(_ rule: FieldRule, _ defaultValue: DefaultValue) -> Bool {
        switch defaultValue {
        case .literal(let value): rule.encoding == .uuid && value == .text("")
        case .now, .hex64, .alphanumeric32, .uuid4, .petName: true
        }
    }

    private func literal(_ value: Value, _ rule: FieldRule) -> Value {
        switch (rule.encoding, value) {
        case (.flags, .null): .integer(0)
        case (.uuid, .text("")): .text(FreshValues.uuid4())
        // An empty string, in the form in which the column stores it.
        case (.pickled, .text(let text)): .text(JSONText.quoted(text))
        case (.jsonText, .text("")): .text("{}")
        default: value
        }
    }
}
