import Catalogue
import Storage

/// Whether one column of a row passes.
enum RowTest {
    /// A reference is null or one of these keys.
    case refers(KeySet)
    case isKey(KeySet)
    case isName(Set<RowSelection.Name>)
    case isNoText(Set<String>)
    case isAddress(AddressSet)

    func passes(_ value: Value) -> Bool {
        switch self {
        case .refers(let keys): value.isNull || value.integer.map(keys.contains) ?? false
        case .isKey(let keys): value.integer.map(keys.contains) ?? false
        case .isName(let names): value.text.map { names.contains(Array($0.utf8)) } ?? false
        case .isNoText(let texts): value.text.map { !texts.contains($0) } ?? true
        case .isAddress(let addresses): value.text.map(addresses.contains) ?? false
        }
    }

    /// The same for the database, if that makes it read few rows only. Every row is tested here in any case.
    func condition(on column: Column) -> Condition? {
        switch self {
        case .refers(let keys) where !column.isNullable: Self.condition(column, keys)
        case .isKey(let keys): Self.condition(column, keys)
        case .isName(let names) where names.count <= Self.mostKeys:
            .isIn(column.name, names.map { .text(String(decoding: $0, as: UTF8.self)) })
        case .refers, .isName, .isNoText, .isAddress: nil
        }
    }

    /// Keys that are sent to the database at most: more are found faster by reading everything.
    private static let mostKeys = 20_000

    private static func condition(_ column: Column, _ keys: KeySet) -> Condition? {
        keys.count <= mostKeys ? .isIn(column.name, keys.keys.map { .integer($0) }) : nil
    }

    /// Rough number of rows per value that the condition lets through: the smallest one is the best.
    var size: Int {
        switch self {
        case .refers(let keys), .isKey(let keys): keys.count
        case .isName(let names): names.count
        case .isNoText, .isAddress: .max
        }
    }
}
