import Catalogue

/// Rows as JSON text without white space.
package enum RowText {
    /// A row under the names that its model has, with other values for some fields.
    ///
    /// - Parameters:
    ///   - plan: has located the row's fields
    ///   - edits: by the names of the model's fields; others do not count
    ///   - forgotten: fields that are left out
    package static func adapted(
        _ row: Envelope, _ plan: ModelPlan, edits: FieldEdits, forgotten: Set<String>
    ) -> [UInt8] {
        var out = head(plan.model.name)
        if let key = row.pk { StoredJSON.append(key, to: &out) } else { out += "null" }
        out += #","fields":{"#
        var separator = ""
        for field in plan.fields where field.position != 0 {
            let name = plan.model.columns[field.column].field
            if edits[name] != nil || forgotten.contains(name) { continue }
            out += "\(separator)\"\(name)\":"
            StoredJSON.append(TapeValue(tape: row.tape, index: field.position), to: &out)
            separator = ","
        }
        return finished(out, separator, edits.sortedByName.filter { plan.place(of: $0.name) != nil })
    }

    /// A row that no file has.
    package static func made(model: String, key: Int64, fields: [String: FieldValue]) -> [UInt8] {
        finished(head(model) + String(key) + #","fields":{"#, "", FieldEdits(fields).sortedByName)
    }

    private static func head(_ model: String) -> String { "{\"model\":\(JSONText.quoted(model)),\"pk\":" }

    private static func finished(
        _ start: String, _ separator: String, _ fields: [(name: String, value: FieldValue)]
    ) -> [UInt8] {
        var out = start
        var separator = separator
        for (name, value) in fields {
            out += "\(separator)\(JSONText.quoted(name)):"
            value.append(to: &out)
            separator = ","
        }
        return Array((out + "}}").utf8)
    }
}

extension FieldValue {
    /// As the reference stores JSON text: no spaces, ASCII only, numbers that are not finite as `null`.
    package var json: String {
        var out = ""
        append(to: &out)
        return out
    }

    fileprivate func append(to out: inout String) {
        switch self {
        case .null: out += "null"
        case .bool(let flag): out += flag ? "true" : "false"
        case .integer(let number): out += String(number)
        case .bigInteger(let digits): out += digits
        case .double(let number): out += StoredJSON.double(number)
        case .text(let text): out += JSONText.quoted(text)
        case .list(let items):
            out += "["
            Self.append(items, to: &out) { $0.append(to: &$1) }
            out += "]"
        case .object(let members):
            out += "{"
            Self.append(members, to: &out) { member, out in
                out += JSONText.quoted(member.key) + ":"
                member.value.append(to: &out)
            }
            out += "}"
        }
    }

    private static func append<Item>(_ items: [Item], to out: inout String, _ write: (Item, inout String) -> Void) {
        for (place, item) in items.enumerated() {
            if place > 0 { out += "," }
            write(item, &out)
        }
    }
}
