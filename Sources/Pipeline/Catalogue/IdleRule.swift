/// An alert rule that an import writes and the destination does not run, because it has moved to workflows.
public struct IdleRule: Sendable, Hashable, Codable {
    public let model: String
    public let sourcePK: Int64?
    /// 1-based place among the model's rows.
    public let ordinal: Int64
    /// Empty if it has none, or if names are not told.
    public let name: String

    /// Rows are counted under these words.
    public static let change = "written and not run, the destination has moved to workflows"

    /// What the rules of a model are called.
    private static let kinds = ["sentry.rule": "alert rule", "sentry.alertrule": "metric alert"]
    public static let models = Set(kinds.keys)

    private static let nameBytes = 512

    public init(model: String, sourcePK: Int64?, ordinal: Int64, name: String) {
        self.model = model
        self.sourcePK = sourcePK
        self.ordinal = ordinal
        self.name = String(decoding: name.utf8.prefix(Self.nameBytes), as: UTF8.self)
    }

    /// The field that holds a rule's name.
    public static func nameField(of model: String) -> String { model == "sentry.rule" ? "label" : "name" }

    /// `the alert rule "Too slow" (pk 8) is written and not run: the destination has moved to workflows`
    public var words: String {
        let kind = Self.kinds[model] ?? "rule"
        let key = sourcePK.map { " (pk \($0))" } ?? ""
        return "the \(kind) \"\(name)\"\(key) is written and not run: the destination has moved to workflows"
    }

    /// How many rules of each kind, in words: `2 alert rules and 1 metric alert`; nil if there are none.
    public static func count(_ rows: (String) -> Int64) -> String? {
        let counts = kinds.sorted { $0.value < $1.value }.map { (rows($0.key), $0.value) }.filter { $0.0 > 0 }
        let words = counts.map { count, kind in "\(count) \(kind)\(count == 1 ? "" : "s")" }
        return words.isEmpty ? nil : words.joined(separator: " and ")
    }

    /// One line of the list of rows that operators see.
    ///
    /// - Parameter isNamed: false keeps the name out
    package func json(isNamed: Bool) -> String {
        #"{"model":\#(JSONText.quoted(model)),"pk":\#(sourcePK.map(String.init) ?? "null"),"ordinal":\#(ordinal),"#
            + (isNamed ? #""name":\#(JSONText.quoted(name)),"# : "")
            + #""what":\#(JSONText.quoted("\(model).\(Self.change)"))}"#
    }
}
