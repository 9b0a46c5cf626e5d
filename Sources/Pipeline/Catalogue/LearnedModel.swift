/// A model as a destination describes it. It is a part of a plan, and stored with it.
// More than eight properties: a report, and operators read each of them.
public struct LearnedModel: Sendable, Equatable, Codable {
    /// A column of its table.
    public struct Column: Sendable, Equatable, Codable {
        public let name: String
        /// In the notation of the catalogue.
        public let type: String
        public let isNullable: Bool
        /// The field of the file whose values it takes; nil if the file has none.
        public var field: String?
        /// nil if nothing says that it refers to anything.
        public var reference: Reference?

        public init(_ name: String, type: String, isNullable: Bool) {
            self.name = name
            self.type = type
            self.isNullable = isNullable
        }
    }

    /// What a column refers to, and what tells.
    public struct Reference: Sendable, Equatable, Codable {
        public enum Origin: String, Sendable, Codable {
            /// A foreign key of the table.
            case constraint
            /// Nothing but a name: an operator decides.
            case name
        }

        /// nil if an operator says that it refers to nothing.
        public let model: String?
        public let origin: Origin
        /// Whether it is taken as it stands.
        public let isConfirmed: Bool

        public init(_ model: String?, _ origin: Origin, isConfirmed: Bool) {
            self.model = model
            self.origin = origin
            self.isConfirmed = isConfirmed
        }
    }

    public let model: String
    /// Empty if the destination has none for it.
    public var table = ""
    /// Told by what it refers to; empty if it has no table.
    public var scope = ""
    /// Whose database has the table; empty if it has none.
    public var silo = ""
    /// Rows in the file; nil if that is not known.
    public var rows: Int64?
    public var columns: [Column] = []
    /// Columns whose values occur together only once.
    public var uniques: [[String]] = []
    /// What an operator has to decide, or why it cannot be learned; empty if nothing is in the way.
    public var problems: [String] = []
    /// In the notation of the catalogue; empty if it could not be learned.
    public var text = ""

    public init(_ model: String, rows: Int64? = nil) {
        self.model = model
        self.rows = rows
    }

    /// As the ledger remembers it.
    ///
    /// - Parameter text: in the notation of the catalogue, which begins with `model 12 app.name`
    public init(text: String) {
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        model = words.count > 2 ? String(words[2]) : ""
        self.text = text
    }
}

extension LearnedModel {
    /// `toys.gadget (2 rows) is learned from the table toys_gadget`
    public var title: String {
        let count = rows.map { " (\($0) \($0 == 1 ? "row" : "rows"))" } ?? ""
        return problems.isEmpty
            ? "\(model)\(count) is learned from the table \(table)"
            : "\(model)\(count) cannot be learned before this is settled"
    }

    /// All that was learned, and what is open.
    public var lines: [String] {
        let place = table.isEmpty ? [] : ["table \(table), scope \(scope) (by what it refers to), silo \(silo)"]
        return problems.map { "Open: \($0)" } + place + columns.map(\.words)
            + uniques.map { "unique: \($0.joined(separator: ", "))" }
    }
}

extension LearnedModel.Column {
    /// `user_id bigint, refers to sentry.user (confirmed)`
    fileprivate var words: String {
        var parts = ["\(name) \(type)"]
        if isNullable { parts.append("may be null") }
        if let field, field != name { parts.append("field \(field)") }
        if field == nil { parts.append("not in the file") }
        if let reference { parts.append(reference.words) }
        return parts.joined(separator: ", ")
    }
}

extension LearnedModel.Reference {
    fileprivate var words: String {
        let what = model ?? "nothing"
        switch origin {
        case .constraint: return "refers to \(what) (by its constraint)"
        case .name where isConfirmed: return "refers to \(what) (confirmed)"
        case .name: return "may refer to \(what) (by its name only, not confirmed)"
        }
    }
}
