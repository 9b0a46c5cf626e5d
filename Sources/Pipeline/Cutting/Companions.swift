import Catalogue
import ExportFormat

/// Rows that are of no use without others: integrations and apps that nothing in the file installs.
struct Companions {
    /// What one kind of row needs.
    struct Kind {
        let words: String
        let names: [String]
        /// The model that refers to it, and its field.
        let installation: String
        let field: String
    }

    static let kinds: [String: Kind] = [
        "sentry.integration": Kind(
            words: "integration", names: ["provider", "name"], installation: "sentry.organizationintegration",
            field: "integration"),
        "sentry.sentryapp": Kind(
            words: "app", names: ["name"], installation: "sentry.sentryappinstallation", field: "sentry_app"),
    ]
    static let installations = Set(kinds.values.map(\.installation))

    /// Model → key → name.
    private var rows: [String: [Int64: String]] = [:]
    private var installed: [String: Set<Int64>] = [:]
    private(set) var isComplete = true

    /// Rows that are remembered of each model.
    private static let limit = 1 << 14

    mutating func add(_ walk: FileWalk, _ model: String) {
        if let kind = Self.kinds[model] {
            guard let key = (try? walk.primaryKey())?.value else { return }
            let names = kind.names.compactMap { (try? walk.value($0))?.text }.map(ShownName.safe)
            guard rows[model, default: [:]].count < Self.limit else {
                isComplete = false
                return
            }
            rows[model, default: [:]][key] = names.joined(separator: " ")
        } else if let (name, kind) = Self.kinds.first(where: { $0.value.installation == model }) {
            if let key = (try? walk.value(kind.field))?.integer, installed[name, default: []].count < Self.limit {
                installed[name, default: []].insert(key)
            }
        }
    }

    /// One text for each row that nothing installs.
    var texts: [String] {
        guard isComplete else { return [] }
        return Self.kinds.sorted { $0.key < $1.key }.flatMap { model, kind in
            (rows[model] ?? [:]).filter { installed[model]?.contains($0.key) != true }.sorted { $0.key < $1.key }.map {
                "the \(kind.words) \"\($0.value)\" (pk \($0.key)) comes without an installation: install it anew"
            }
        }
    }
}
