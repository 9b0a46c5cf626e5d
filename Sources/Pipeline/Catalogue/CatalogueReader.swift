/// Why catalogue text could not be read; a mistake of ours, found by the tests.
struct CatalogueError: Error, CustomStringConvertible {
    let line: Int
    let message: String
    var description: String { "catalogue line \(line): \(message)" }
}

/// Reads the notation of ``CatalogueText``.
struct CatalogueReader {
    private(set) var models: [Model] = []
    private(set) var tables: [Table] = []

    private var heading: [Substring] = []
    private var columns: [PartialColumn] = []
    private var uniques: [UniqueIndex] = []
    private var checks: [String] = []
    private var ordinalFields: [String] = []
    private var after: [String] = []
    private var lineNumber = 0

    /// Table names by model, to resolve `fk`; filled from the headings before the bodies are read.
    private let tableOfModel: [String: String]

    init(tableOfModel: [String: String]) {
        self.tableOfModel = tableOfModel
    }

    mutating func read(_ text: String) throws(CatalogueError) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            lineNumber += 1
            if line.isEmpty { continue }
            let words = line.split(separator: " ")
            if !line.hasPrefix(" ") {
                try finish()
                heading = words
            } else {
                try readDetail(words)
            }
        }
        try finish()
    }

    private mutating func readDetail(_ words: [Substring]) throws(CatalogueError) {
        let rest = words.dropFirst().joined(separator: " ")
        switch words[0] {
        case "bits" where words.count == 3:
            guard let position = columns.firstIndex(where: { $0.name == words[1] }) else {
                throw fault("bits of an unknown column")
            }
            columns[position].bits += words[2].split(separator: ",").map(String.init)
        case "unique":
            let condition = words.count > 3 ? words.dropFirst(3).joined(separator: " ") : nil
            uniques.append(UniqueIndex(columns: words[1].split(separator: ",").map(String.init), condition: condition))
        case "check": checks.append(rest)
        case "ordinal": ordinalFields = rest.split(separator: ",").map(String.init)
        case "after": after = rest.split(separator: ",").map(String.init)
        default: columns.append(try PartialColumn(words, line: lineNumber))
        }
    }

    private mutating func finish() throws(CatalogueError) {
        defer {
            heading = []
            columns = []
            uniques = []
            checks = []
            ordinalFields = []
            after = []
        }
        switch heading.first {
        case nil: return
        case "model": try finishModel()
        case "table" where heading.count == 2: tables.append(try table(named: String(heading[1])))
        default: throw fault("neither a model nor a table")
        }
    }

    private mutating func finishModel() throws(CatalogueError) {
        guard heading.count >= 6, let index = Int(heading[1]), let silo = Silo(rawValue: String(heading[5])) else {
            throw fault("a model needs an index, a name, a table, scopes and a silo")
        }
        var scopes: Set<RelocationScope> = []
        for word in heading[4].split(separator: "/") {
            guard let scope = RelocationScope(rawValue: String(word)) else { throw fault("no such scope: \(word)") }
            scopes.insert(scope)
        }
        let name = String(heading[2])
        let tableName = heading[3] == "-" ? name.split(separator: ".").joined(separator: "_") : String(heading[3])
        models.append(
            Model(
                index: index, name: name, table: try table(named: tableName), scopes: scopes,
                silo: silo, isDangling: heading.last == "dangling", extraDependencies: after,
                ordinalFields: ordinalFields))
    }

    private func table(named name: String) throws(CatalogueError) -> Table {
        var finished: [Column] = []
        for column in columns { finished.append(try column.column(tableOfModel: tableOfModel, line: lineNumber)) }
        return Table(
            name: name, columns: finished, uniques: uniques, checks: checks,
            hasIdentity: columns.contains { $0.name == "id" && $0.hasIdentity })
    }

    private func fault(_ message: String) -> CatalogueError {
        CatalogueError(line: lineNumber, message: message)
    }
}

/// A column line, before its `fk` is resolved to a table.
private struct PartialColumn {
    let name: String
    let type: ColumnType
    let isNullable: Bool
    var encoding: FieldEncoding
    var reference: Reference?
    var isConstrained = false
    var references: String?
    var field: String?
    var defaultValue: DefaultValue?
    var isBounded = false
    var bits: [String] = []
    var meaning: ColumnMeaning?
    var databaseDefault: String?
    var isDatabaseOnly = false
    var hasIdentity = true

    init(_ words: [Substring], line: Int) throws(CatalogueError) {
        guard words.count >= 2 else { throw CatalogueError(line: line, message: "a column needs a name and a type") }
        name = String(words[0])
        isNullable = words[1].hasSuffix("?")
        guard let type = ColumnType(isNullable ? words[1].dropLast() : words[1]) else {
            throw CatalogueError(line: line, message: "no such type: \(words[1])")
        }
        self.type = type
        encoding = Self.impliedEncoding(of: type)
        for word in words.dropFirst(2) where !read(String(word)) {
            throw CatalogueError(line: line, message: "not understood: \(word)")
        }
    }

    private mutating func read(_ word: String) -> Bool {
        if let encoding = FieldEncoding(rawValue: word) {
            self.encoding = encoding
            return true
        }
        if let meaning = ColumnMeaning(rawValue: word) {
            self.meaning = meaning
            return true
        }
        switch word {
        case "fk": isConstrained = true
        case "bounded": isBounded = true
        case "database-only": isDatabaseOnly = true
        case "no-identity": hasIdentity = false
        default: return readOption(word)
        }
        return true
    }

    private mutating func readOption(_ word: String) -> Bool {
        if let mark = word.firstIndex(of: "=") {
            return readOption(named: word[..<mark], String(word[word.index(after: mark)...]))
        }
        let parts = word.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = ReferenceKind(rawValue: String(parts[0])) else { return false }
        reference = Reference(model: String(parts[1]), kind: kind)
        return true
    }

    private mutating func readOption(named option: Substring, _ text: String) -> Bool {
        switch option {
        case "field": field = text
        case "references": references = text
        case "dbdefault": databaseDefault = text
        case "missing":
            guard let value = Self.literal(text) else { return false }
            defaultValue = .literal(value)
        case "default":
            guard let value = Self.defaultValue(text) else { return false }
            defaultValue = value
        default: return false
        }
        return true
    }

    private static func defaultValue(_ text: String) -> DefaultValue? {
        switch text {
        case "now": .now(offsetSeconds: 0)
        case "now+30d": .now(offsetSeconds: 30 * 86_400)
        case "now+10m": .now(offsetSeconds: 600)
        case "json:{}": .literal(.text("{}"))
        case "empty-list": .literal(.textArray([]))
        case "hex64": .hex64
        case "alnum32": .alphanumeric32
        case "uuid4": .uuid4
        case "pet-name": .petName
        default: literal(text).map { .literal($0) }
        }
    }

    private static func literal(_ text: String) -> Value? {
        switch text {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 {
                return .text(String(text.dropFirst().dropLast()))
            }
            return Int64(text).map { .integer($0) } ?? Double(text).map { .double($0) }
        }
    }

    private static func impliedEncoding(of type: ColumnType) -> FieldEncoding {
        switch type {
        case .smallint, .integer, .bigint: .int
        case .boolean: .bool
        case .double: .float
        case .timestamptz, .timestamp: .datetime
        case .uuid: .uuid
        case .varchar, .text, .citext, .inet: .string
        case .json, .jsonb: .nestedJSON
        case .textArray, .doubleArray: .pythonList
        }
    }

    /// What an absent key becomes where the model sets no default: `""` for required text, else null.
    private var impliedDefault: DefaultValue {
        switch encoding {
        case .string, .pickled, .jsonText: .literal(isNullable ? .null : .text(""))
        case .int, .float, .bool, .datetime, .uuid, .flags, .nestedJSON, .pythonList, .jsonArray: .literal(.null)
        }
    }

    func column(tableOfModel: [String: String], line: Int) throws(CatalogueError) -> Column {
        var constrained = references
        if isConstrained {
            guard let target = reference?.model, let table = tableOfModel[target] else {
                throw CatalogueError(line: line, message: "the foreign key of \(name) points nowhere")
            }
            constrained = table
        }
        let dropsSuffix = reference?.kind.dropsIDSuffix == true && name.hasSuffix("_id")
        return Column(
            name: name, field: field ?? (dropsSuffix ? String(name.dropLast(3)) : name), type: type,
            isNullable: isNullable, encoding: encoding, reference: reference, constrainedTable: constrained,
            defaultValue: defaultValue ?? impliedDefault, isBounded: isBounded, bits: bits, meaning: meaning,
            databaseDefault: databaseDefault, isDatabaseOnly: isDatabaseOnly)
    }
}
