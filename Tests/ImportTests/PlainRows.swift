import Catalogue
import Testing

/// Rows of any model, plain and unlike one another: row n refers to row n of each model it must refer to.
struct PlainRows {
    let model: Model

    init(_ name: String) throws { model = try #require(Catalogue.standard.model(name)) }

    init(_ model: Model) { self.model = model }

    func rows(_ numbers: ClosedRange<Int64>) -> [(pk: Int64, fields: String)] {
        numbers.map { number in
            let fields = model.columns.compactMap { column in
                value(of: column, number).map { "\"\(column.field)\":\($0)" }
            }
            return (number, "{\(fields.joined(separator: ","))}")
        }
    }

    /// Of two columns of which a row may fill one.
    private static let chosen: Set<String> = ["sentry.rulesnooze.rule_id", "sentry.organizationmember.user_id"]

    /// nil leaves a column to its default.
    private func value(of column: Column, _ number: Int64) -> String? {
        if column.isPrimaryKey || column.isDatabaseOnly { return nil }
        if column.reference != nil {
            let isFilled = !column.isNullable || Self.chosen.contains("\(model.name).\(column.name)")
            return isFilled ? "\(number)" : nil
        }
        let isUnique = model.table.uniques.contains { $0.columns.contains(column.name) }
        guard isUnique && !column.isNullable || column.defaultValue == .literal(.null) && !column.isNullable else {
            return nil
        }
        return plain(column, number)
    }

    private func plain(_ column: Column, _ number: Int64) -> String {
        switch column.encoding {
        case .int: column.name == "type" ? "0" : "\(number % 30_000)"
        case .float: "\(number).5"
        case .bool: "false"
        case .string: text(column, number)
        case .datetime: #""2024-01-01T00:00:00Z""#
        case .uuid: #""00000000-0000-4000-8000-\#(String(100_000_000_000 + number))""#
        case .flags: #""0""#
        case .nestedJSON: "{}"
        case .pickled, .jsonText: #""{}""#
        case .pythonList, .jsonArray: #""[]""#
        }
    }

    private func text(_ column: Column, _ number: Int64) -> String {
        switch column.meaning {
        case .email: "\"u\(number)@x.com\""
        case .ip: "\"10.0.\(number / 250).\(number % 250)\""
        case .url, nil: "\"\(column.name.prefix(8))\(number)\""
        }
    }
}
