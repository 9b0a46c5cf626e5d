internal import Catalogue

extension FieldValue {
    /// The lines of its JSON as the reference's comparison prints it: indented by two, keys sorted, ASCII.
    public var jsonLines: [String] {
        var lines = [""]
        append(to: &lines, indent: "")
        return lines
    }

    private func append(to lines: inout [String], indent: String) {
        switch self {
        case .list(let items):
            Self.append(items.map { ("", $0) }, between: ("[", "]"), to: &lines, indent)
        case .object(let members):
            let entries = members.map { (JSONText.quoted($0.key) + ": ", $0.value) }
            Self.append(entries, between: ("{", "}"), to: &lines, indent)
        case .text(let text): lines[lines.count - 1] += JSONText.quoted(text)
        case .double(let number): lines[lines.count - 1] += Self.json(number)
        case .bool(let flag): lines[lines.count - 1] += flag ? "true" : "false"
        case .null: lines[lines.count - 1] += "null"
        case .integer, .bigInteger: lines[lines.count - 1] += pythonText
        }
    }

    private static func append(
        _ entries: [(head: String, value: FieldValue)], between brackets: (String, String), to lines: inout [String],
        _ indent: String
    ) {
        lines[lines.count - 1] += brackets.0
        for (place, entry) in entries.enumerated() {
            lines.append(indent + "  " + entry.head)
            entry.value.append(to: &lines, indent: indent + "  ")
            if place < entries.count - 1 { lines[lines.count - 1] += "," }
        }
        if !entries.isEmpty { lines.append(indent) }
        lines[lines.count - 1] += brackets.1
    }

    private static func json(_ number: Double) -> String {
        number.isFinite ? PythonText.double(number) : number < 0 ? "-Infinity" : "Infinity"
    }

    /// Python's `str()` of the value: a text as it is, everything else as its `repr`.
    public var pythonText: String { text ?? pythonForm }

    /// Python's `repr()` of the value.
    public var pythonForm: String {
        switch self {
        case .null: "None"
        case .bool(let flag): flag ? "True" : "False"
        case .integer(let number): String(number)
        case .bigInteger(let digits): digits
        case .double(let number): PythonText.double(number)
        case .text(let text): Self.quoted(text)
        case .list(let items): "[" + items.map(\.pythonForm).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { Self.quoted($0.key) + ": " + $0.value.pythonForm }.joined(separator: ", ") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var out = ""
        var text = text
        text.withUTF8 { PythonText.appendString($0, to: &out) }
        return out
    }
}
