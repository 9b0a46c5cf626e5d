import ExportFormat
import Catalogue

/// Something that Sentry's own upgrades change in rows of one model. An export of a version before it still has the old form.
package struct Adaptation: Sendable {
    /// Lower case.
    let model: String
    /// What is counted and shown: `sentry.savedsearch: sort priority becomes trends`.
    let name: String
    /// The first version whose exports have the new form; nil if the row itself shows which form it has.
    let before: SentryVersion?
    /// What to do if the file may be older or newer.
    let ifUnsure: IfUnsure
    /// Whether it needs a field that this version does not have.
    let readsOldField: Bool
    /// Changes a row that has the old form, and leaves any other alone.
    let change: @Sendable (OldRow) -> Void

    /// Most changes do nothing to a row that has had them.
    enum IfUnsure {
        case change, leave
    }

    init(
        _ model: String, _ words: String, before: SentryVersion? = nil, ifUnsure: IfUnsure = .change,
        readsOldField: Bool = false, change: @escaping @Sendable (OldRow) -> Void
    ) {
        self.model = "sentry.\(model)"
        name = "sentry.\(model): \(words)"
        self.readsOldField = readsOldField
        self.before = before
        self.ifUnsure = ifUnsure
        self.change = change
    }

    func mayApply(_ versions: VersionRange) -> Bool { before.map(versions.mayBeBefore) ?? true }

    func applies(_ versions: VersionRange) -> Bool {
        guard let before else { return true }
        return ifUnsure == .change ? versions.mayBeBefore(before) : versions.isSurelyBefore(before)
    }
}

/// Rows that upgrades make from others.
struct RowMaker: Sendable {
    let model: String
    let words: String
    let before: SentryVersion
    /// The fields of each row. The flag tells whether the file is surely of a version before.
    let rows: @Sendable (FileContext, Bool) -> [[String: FieldValue]]

    var name: String { "\(model): \(words)" }
}

/// What is remembered of a model's rows, because rows of other models need it.
struct Collector: Sendable {
    let model: String
    /// Nobody needs it in exports of this version and later; nil: always remembered.
    let before: SentryVersion?
    let collect: @Sendable (OldRow) -> Void

    init(_ model: String, before: SentryVersion?, collect: @escaping @Sendable (OldRow) -> Void) {
        self.model = "sentry.\(model)"
        self.before = before
        self.collect = collect
    }

    func isNeeded(_ versions: VersionRange) -> Bool { before.map(versions.mayBeBefore) ?? true }
}
