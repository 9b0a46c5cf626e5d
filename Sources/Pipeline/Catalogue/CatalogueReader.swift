/// Why catalogue text cannot be read: a mistake in our own text, found by the tests.
struct CatalogueError: Error, CustomStringConvertible {
    let line: Int
    let message: String
    var description: String { "catalogue line \(line): \(message)" }
}

/// Reads the notation of ``CatalogueText``.
struct CatalogueReader {
    private(set) var models: [Model]
    private(set) var tables: [Table]
    private(set) var ownTables: [Table] = []

    private var entry = Entry()
    private var lineNumber = 0

    /// What has been read of the current table.
    private struct Entry {
        var heading: [Substring] = []
        var columns: [ColumnLine] = []
        var uniques: [UniqueIndex] = []
        var checks: [String] = []
        var ordinalFields: [String] = []
        var after: [String] = []
    }

    /// Table names by model, to resolve `fk`; filled from the headings before the bodies are read.
    private let tableOfModel: [String: String]

    /// - Parameters:
    ///   - models: those that are known already
    ///   - tables: those that belong to no model
    init(tableOfModel: [String: String], models: [Model] = [], tables: [Table] = []) {
        self.tableOfModel = tableOfModel
        self.models = models
        self.tables = tables
    }

    mutating func read(_ text: String) throws(CatalogueError) {
        for line in text.parts("\n", keepingEmpty: true) {
            lineNumber += 1
            if line.isEmpty { continue }
            let words = line.parts(" ")
            if !line.hasPrefix(" ") {
                try finish()
                entry.heading = words
            } else {
                try readDetail(words)
            }
        }
        try finish()
    }

    private mutating func readDetail(_ words: [Substring]) throws(CatalogueError) {
        var rest: String { words.dropFirst().joined(separator: " ") }
        switch words[0] {
        case "bits" where words.count == 3:
            guard let position = entry.columns.firstIndex(where: { $0.column.name == words[1] }) else {
                throw fault("bits of an unknown column")
            }
            entry.columns[position].column.bits += words[2].parts(",").map(String.init)
        case "unique":
            let condition = words.count > 3 ? words.dropFirst(3).joined(separator: " ") : nil
            entry.uniques.append(
                UniqueIndex(columns: words[1].parts(",").map(String.init), condition: condition))
        case "check": entry.checks.append(rest)
        case "ordinal": entry.ordinalFields = rest.parts(",").map(String.init)
        case "after": entry.after = rest.parts(",").map(String.init)
        default: entry.columns.append(try ColumnLine(words, line: lineNumber))
        }
    }

    private mutating func finish() throws(CatalogueError) {
        defer { entry = Entry() }
        switch entry.heading.first {
        case nil: return
        case "model": try finishModel()
        case "more" where entry.heading.count == 2: try extend(String(entry.heading[1]))
        case "table" where entry.heading.count == 2: tables.append(try table(named: String(entry.heading[1])))
        case "own" where entry.heading.count == 2: ownTables.append(try ownTable(named: entry.heading[1]))
        default: throw fault("neither a model nor a table")
        }
    }

    private mutating func finishModel() throws(CatalogueError) {
        let heading = try modelHeading(entry.heading)
        let table = try table(named: heading.tableName)
        guard table.columns.contains(where: \.isPrimaryKey) else { throw fault("a model needs a primary key") }
        models.append(
            Model(heading, table: table, extraDependencies: entry.after, ordinalFields: entry.ordinalFields))
    }

    /// Adds to a model that was read before.
    private mutating func extend(_ name: String) throws(CatalogueError) {
        guard let place = models.firstIndex(where: { $0.name == name }) else { throw fault("more of an unknown model") }
        models[place] = models[place].extended(by: try table(named: models[place].table.name))
    }

    private func modelHeading(_ words: [Substring]) throws(CatalogueError) -> ModelHeading {
        guard words.count >= 6, let index = Int(words[1]), let silo = Silo(rawValue: String(words[5])) else {
            throw fault("a model needs an index, a name, a table, scopes and a silo")
        }
        var scopes: Set<RelocationScope> = []
        for word in words[4].parts("/") {
            guard let scope = RelocationScope(rawValue: String(word)) else { throw fault("no such scope: \(word)") }
            scopes.insert(scope)
        }
        let name = String(words[2])
        let tableName = words[3] == "-" ? name.parts(".").joined(separator: "_") : String(words[3])
        return ModelHeading(
            index: index, name: name, tableName: tableName, scopes: scopes, silo: silo,
            isDangling: words.dropFirst(6).contains("dangling"),
            isUnverified: words.dropFirst(6).contains("unverified"))
    }

    private func ownTable(named name: Substring) throws(CatalogueError) -> Table {
        let parts = name.parts(".", keepingEmpty: true)
        guard parts.count == 2, !parts.contains("") else { throw fault("a table of our own is named schema.table") }
        return try table(named: String(name), in: String(parts[0]))
    }

    private func table(named name: String, in schema: String? = nil) throws(CatalogueError) -> Table {
        var finished: [Column] = []
        for line in entry.columns { finished.append(try line.finished(tableOfModel: tableOfModel, line: lineNumber)) }
        return Table(
            name: name, schema: schema, columns: finished, uniques: entry.uniques, checks: entry.checks,
            hasIdentity: entry.columns.contains { $0.column.isPrimaryKey && $0.hasIdentity })
    }

    private func fault(_ message: String) -> CatalogueError {
        CatalogueError(line: lineNumber, message: message)
    }
}

/// A column's line: the column, and the parts that are resolved after the whole line and all tables are read.
private struct ColumnLine {
    var column: Column
    var hasIdentity = true
    /// Whether a foreign key leads to the table of the model that is referenced.
    private var isConstrained = false
    /// The export's key and the default, if the line names them.
    private var field: String?
    private var defaultValue: DefaultValue?

    init(_ words: [Substring], line: Int) throws(CatalogueError) {
        guard words.count >= 2 else { throw CatalogueError(line: line, message: "a column needs a name and a type") }
        let isNullable = words[1].hasSuffix("?")
        guard let type = ColumnType(isNullable ? words[1].dropLast() : words[1]) else {
            throw CatalogueError(line: line, message: "no such type: \(words[1])")
        }
        column = Column(String(words[0]), type, isNullable: isNullable)
        for word in words.dropFirst(2) where !read(String(word)) {
            throw CatalogueError(line: line, message: "not understood: \(word)")
        }
    }

    private mutating func read(_ word: String) -> Bool {
        if let encoding = FieldEncoding(rawValue: word) {
            column.encoding = encoding
            return true
        }
        if let meaning = ColumnMeaning(rawValue: word) {
            column.meaning = meaning
            return true
        }
        switch word {
        case "fk": isConstrained = true
        case "bounded": column.isBounded = true
        case "database-only": column.isDatabaseOnly = true
        case "no-identity": hasIdentity = false
        default: return readOption(word)
        }
        return true
    }

    private mutating func readOption(_ word: String) -> Bool {
        if let mark = word.utf8.firstIndex(of: UInt8(ascii: "=")) {
            return readOption(named: word[..<mark], String(word[word.utf8.index(after: mark)...]))
        }
        let parts = word.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let kind = ReferenceKind(rawValue: String(parts[0])) else { return false }
        column.reference = Reference(model: String(parts[1]), kind: kind)
        return true
    }

    private mutating func readOption(named option: Substring, _ text: String) -> Bool {
        switch option {
        case "field": field = text
        case "references": column.constrainedTable = text
        case "dbdefault": column.databaseDefault = text
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

    /// What an absent key becomes if the model sets no default: `""` for required text, else null.
    private var impliedDefault: DefaultValue {
        switch column.encoding {
        case .string, .pickled, .jsonText: .literal(column.isNullable ? .null : .text(""))
        case .int, .float, .bool, .datetime, .uuid, .flags, .nestedJSON, .pythonList, .jsonArray: .literal(.null)
        }
    }

    func finished(tableOfModel: [String: String], line: Int) throws(CatalogueError) -> Column {
        var column = column
        if isConstrained {
            guard let target = column.reference?.model, let table = tableOfModel[target] else {
                throw CatalogueError(line: line, message: "the foreign key of \(column.name) points nowhere")
            }
            column.constrainedTable = table
        }
        let dropsSuffix = column.reference?.kind.dropsIDSuffix == true && column.name.hasSuffix("_id")
        column.field = field ?? (dropsSuffix ? String(column.name.dropLast(3)) : column.name)
        column.defaultValue = defaultValue ?? impliedDefault
        return column
    }
}
