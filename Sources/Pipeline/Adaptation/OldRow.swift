package import ExportFormat

/// The row at hand, as its file has it and as it becomes. One instance serves all rows of a pass.
// More than eight properties: the row, what becomes of it, and what it may ask.
package final class OldRow {
    /// What other rows say.
    package var context: FileContext
    /// Fields with other values than in the file.
    package private(set) var edits = FieldEdits()
    /// A bit for each edited field, by its place in the plan.
    package private(set) var edited: UInt64 = 0
    /// Fields that the row no longer has.
    package private(set) var forgotten: Set<String> = []
    /// Whether the row is not imported.
    package private(set) var isLeftOut = false
    /// Counts changes.
    private(set) var changes = 0
    /// Whether something was asked that only the whole file can answer.
    private(set) var hasMissed = false
    /// Old fields whose values went into others.
    private(set) var moved: [String] = []

    private let inner: InnerValues
    /// What the field of JSON holds that was asked for last, as read and as a copy: several adaptations ask for the same one.
    private var lastRoot: (field: String, value: TapeValue?)?
    private var lastJSON: (field: String, value: FieldValue?)?
    private var plan: ModelPlan?
    private var row: Envelope?

    init(context: FileContext, limits: ExportLimits) {
        self.context = context
        inner = InnerValues(limits: limits)
    }

    /// - Parameter plan: has located the row's fields; nil for a model that has none
    func take(_ row: Envelope, _ plan: ModelPlan?) {
        self.row = row
        if self.plan !== plan { self.plan = plan }
        if changes > 0 { forgetChanges() }
        hasMissed = false
        lastRoot = nil
        lastJSON = nil
    }

    private func forgetChanges() {
        edits.removeAll()
        moved.removeAll(keepingCapacity: true)
        forgotten = []
        edited = 0
        isLeftOut = false
        changes = 0
    }

    /// Whether the row has another form in the file.
    package var isChanged: Bool {
        !edits.isEmpty || !forgotten.isEmpty || plan?.hasOldFields ?? false
    }

    func hasMoved(_ field: String) -> Bool { moved.contains(field) }

    /// What other rows say; if nothing yet, those behind this one may.
    func known<Value>(_ value: Value?) -> Value? {
        if value == nil, !context.isComplete { miss() }
        return value
    }

    // A key that cannot be read is refused by whoever needs it.
    var key: Int64? { try? row?.primaryKey().value }

    /// What has become of the row so far, to come back to.
    var state: State { State(edits: edits, edited: edited, forgotten: forgotten, isLeftOut: isLeftOut, moved: moved) }

    struct State {
        fileprivate let edits: FieldEdits
        fileprivate let edited: UInt64
        fileprivate let forgotten: Set<String>
        fileprivate let isLeftOut: Bool
        fileprivate let moved: [String]
    }

    func restore(_ state: State) {
        (edits, edited, forgotten) = (state.edits, state.edited, state.forgotten)
        (isLeftOut, moved) = (state.isLeftOut, state.moved)
    }
}

// MARK: - Reading

extension OldRow {
    /// A value as the file has it; nil if its key is missing.
    private func tape(_ field: String) -> TapeValue? {
        guard let row else { return nil }
        guard let plan else { return TapeRow(row)?.value(FieldName(field)) }
        let position = plan.position(of: field)
        return position == 0 ? nil : row.tape.value(at: position)
    }

    /// Whether the row has the field, also with null.
    func has(_ field: String) -> Bool { edits[field] != nil || tape(field) != nil }

    func isNull(_ field: String) -> Bool { edits[field].map(\.isNull) ?? tape(field)?.isNull ?? true }

    /// Whether a field holds exactly this text.
    func reads(_ field: String, _ text: StaticString) -> Bool {
        if let edit = edits[field]?.text { return edit == text.description }
        guard let value = tape(field), value.isString else { return false }
        return value.bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    func text(_ field: String) -> String? {
        if let edit = edits[field] { return edit.text }
        return tape(field).flatMap { $0.isString ? $0.text : nil }
    }

    func integer(_ field: String) -> Int64? {
        if case .integer(let number)? = edits[field] { return number }
        return edits[field] == nil ? tape(field)?.integer : nil
    }

    /// As the file has it.
    func original(_ field: String) -> Int64? { tape(field)?.integer }

    func originalText(_ field: String) -> String? { tape(field).flatMap { $0.isString ? $0.text : nil } }

    /// Null for a missing key.
    subscript(_ field: String) -> FieldValue {
        get { edits[field] ?? tape(field)?.valueAsRead ?? .null }
        set {
            edits.set(field, newValue)
            if let place = plan?.place(of: field) { edited |= 1 << UInt64(place) }
            changes += 1
        }
    }

    /// What a field of JSON holds, inline or inside a string; nil if that says nothing.
    func json(_ field: String) -> FieldValue? {
        if let edit = edits[field] { return edit }
        if let lastJSON, lastJSON.field == field { return lastJSON.value }
        let value = root(field)?.valueAsRead
        lastJSON = (field, value)
        return value
    }

    /// Valid until another text inside the row is read.
    private func root(_ field: String) -> TapeValue? {
        if let lastRoot, lastRoot.field == field { return lastRoot.value }
        let value = tape(field).flatMap { inner.root($0) }
        lastRoot = (field, value)
        return value
    }

    /// Whether a list inside a field of JSON may have an item of some kind: a quick look, before anything is copied. Says
    /// yes of a field that has changed.
    func mayList(_ field: String, _ list: FieldName, _ isWanted: (TapeRow) -> Bool) -> Bool {
        if edits[field] != nil { return true }
        guard let root = root(field), root.isObject, let items = TapeRow(fields: root).value(list), items.isArray else {
            return false
        }
        return items.items.contains { $0.isObject && isWanted(TapeRow(fields: $0)) }
    }

    /// What an option holds, pickled or not.
    func option(_ field: String) -> FieldValue {
        if let edit = edits[field] { return edit }
        lastRoot = nil
        return tape(field).map { inner.pickled($0) } ?? .null
    }

    /// What a pickle holds; nil for other values, and for pickles of more than plain values.
    func pickle(_ field: String) -> FieldValue? { edits[field] == nil ? tape(field).flatMap { inner.pickle($0) } : nil }

    /// A list of texts; nil for what is none. Missing and null are an empty list.
    func texts(_ field: String) -> [String]? {
        if case .list(let items)? = edits[field] { return items.compactMap(\.text) }
        guard let value = tape(field), !value.isNull else { return [] }
        return plan?.encoding(of: field).flatMap { inner.texts(value, $0) }
    }
}

// MARK: - Changing

extension OldRow {
    /// The row is not imported.
    func leaveOut() {
        isLeftOut = true
        changes += 1
    }

    /// The field becomes what Sentry gives a row without it.
    func forget(_ field: String) {
        forgotten.insert(field)
        changes += 1
    }

    /// Something happens to the row without a change here: the import itself does it.
    func note() { changes += 1 }

    /// The value of an old field lives on elsewhere, or was known to be of no use.
    func move(_ field: String) {
        moved.append(field)
        changes += 1
    }

    /// A list of texts.
    func set(_ field: String, _ texts: [String]) { self[field] = .list(texts.map(FieldValue.text)) }

    /// Tells that an answer depends on rows that may come later.
    func miss() { if !context.isComplete { hasMissed = true } }
}
