/// What a file says of a model that no catalogue knows.
public struct LearnRequest: Sendable, Equatable {
    /// What a field's values are in JSON, as far as the rows tell.
    public enum ValueKind: String, Sendable {
        case unknown, bool, number, text, list, object
        /// A text that begins as a JSON list or object does.
        case jsonText
    }

    /// Lower-case name.
    public let model: String
    public var fields: [String: ValueKind]
    /// nil if that is not known.
    public var rows: Int64?

    public init(_ model: String, fields: [String: ValueKind] = [:], rows: Int64? = nil) {
        self.model = model
        self.fields = fields
        self.rows = rows
    }
}

extension Catalogue {
    /// This catalogue with further models, in its notation.
    public func adding(_ texts: [String]) throws(CatalogueGap) -> Catalogue {
        guard !texts.isEmpty else { return self }
        do {
            return try adding(texts, version: version)
        } catch {
            throw CatalogueGap("a model that was learned: \(error)")
        }
    }
}
