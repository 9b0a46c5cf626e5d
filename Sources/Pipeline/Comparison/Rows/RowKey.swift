public import Catalogue
public import ExportFormat

/// A row's primary key in a file: an integer, or a text in files of other programs.
public enum RowKey: Sendable, Hashable, Comparable {
    case integer(Int64)
    case text(ExactText)

    /// nil for a value that is no key.
    public init?(_ value: FieldValue) {
        switch value {
        case .integer(let number): self = .integer(number)
        case .text(let text): self = .text(ExactText(text))
        case .null, .bool, .bigInteger, .double, .list, .object: return nil
        }
    }

    public var value: FieldValue {
        switch self {
        case .integer(let number): .integer(number)
        case .text(let text): .text(text.text)
        }
    }

    /// Integers in their order, then texts in that of their bytes.
    public static func < (left: RowKey, right: RowKey) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)): left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
        case (.integer, .text): true
        case (.text, .integer): false
        }
    }

    /// Whether Python can tell which of the two comes first.
    func isComparable(with other: RowKey) -> Bool {
        switch (self, other) {
        case (.integer, .integer), (.text, .text): true
        case (.integer, .text), (.text, .integer): false
        }
    }
}
