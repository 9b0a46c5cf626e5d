import Catalogue
import ExportFormat

extension LearnRequest {
    private static let maxFields = 256

    /// Learns from a row which fields there are and what they hold.
    mutating func learn(_ envelope: Envelope) {
        guard let fields = envelope.fields else { return }
        var items = fields.items
        while let key = items.next(), let value = items.next() {
            let name = key.text
            if let kind = self.fields[name], kind != .unknown { continue }
            if self.fields.count < Self.maxFields { self.fields[name] = Self.kind(value.fieldValue) }
        }
    }

    private static func kind(_ value: FieldValue) -> ValueKind {
        switch value {
        case .null: .unknown
        case .bool: .bool
        case .integer, .bigInteger, .double: .number
        case .text(let text): text.hasPrefix("{") || text.hasPrefix("[") ? .jsonText : .text
        case .list: .list
        case .object: .object
        }
    }
}
