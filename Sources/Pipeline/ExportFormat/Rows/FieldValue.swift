/// A value as JSON has it. Two values are equal if their JSON is: `1` is not `1.0`, and texts are equal byte by byte.
public enum FieldValue: Sendable {
    /// Also stands for a key that is missing.
    case null
    case bool(Bool)
    case integer(Int64)
    /// An integer beyond 64 bits: its digits.
    case bigInteger(String)
    case double(Double)
    case text(String)
    case list([FieldValue])
    case object([Member])

    /// An entry of an object, which has each key once and keeps its keys in the order of their bytes.
    public struct Member: Sendable, Equatable {
        public let key: String
        public var value: FieldValue

        public init(_ key: String, _ value: FieldValue) {
            self.key = key
            self.value = value
        }

        public static func == (left: Member, right: Member) -> Bool {
            left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
        }
    }

    /// An object of entries in any order.
    public static func object(sorting members: [Member]) -> FieldValue {
        .object(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
    }

    public var isNull: Bool { if case .null = self { true } else { false } }

    public var text: String? { if case .text(let text) = self { text } else { nil } }

    /// Whether Python takes the value for true.
    public var isTruthy: Bool {
        switch self {
        case .null: false
        case .bool(let flag): flag
        case .integer(let number): number != 0
        case .bigInteger: true
        case .double(let number): number != 0
        case .text(let text): !text.isEmpty
        case .list(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        }
    }
}

extension FieldValue: Equatable {
    public static func == (left: FieldValue, right: FieldValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.bigInteger(let left), .bigInteger(let right)): left == right
        case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.bool, _), (.integer, _), (.bigInteger, _), (.double, _), (.text, _), (.list, _),
            (.object, _):
            false
        }
    }
}
