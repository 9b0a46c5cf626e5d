public import Catalogue

/// Learns models of a file that no catalogue knows from the tables of the destination.
public struct ModelLearner {
    private let catalogue: Catalogue
    private let live: [String: LiveTable]
    /// Tables that lie in the database of one silo only.
    private let silos: [String: Silo]
    /// `model.field` → the model that an operator says it refers to; `none` for no reference.
    private let confirmed: [String: String]
    /// Tables of models, with the models' scopes.
    private var owners: [String: (model: String, scopes: Set<RelocationScope>, silo: Silo)] = [:]

    /// - Parameters:
    ///   - live: all tables of the destination
    ///   - silos: tables that lie in the database of one silo only
    ///   - confirmed: `model.field` → the model that an operator says it refers to; `none` for no reference
    public init(
        _ catalogue: Catalogue, _ live: [String: LiveTable], silos: [String: Silo] = [:], confirmed: [String: String]
    ) {
        self.catalogue = catalogue
        self.live = live
        self.silos = silos
        self.confirmed = confirmed
        for (model, table) in catalogue.fullOrder where live[table] != nil {
            guard let known = catalogue.model(model) else { continue }
            owners[table] = (model, known.scopes, known.silo)
        }
    }

    /// Learns the models in an order in which what is referred to comes first.
    public mutating func learn(_ requests: [LearnRequest]) -> [LearnedModel] {
        var tables: [(request: LearnRequest, table: String?)] = requests.map { ($0, table(of: $0)) }
        for (request, table) in tables {
            if let table, owners[table] == nil { owners[table] = (request.model, [], .region) }
        }
        var learned: [LearnedModel] = []
        while !tables.isEmpty {
            let open = Set(tables.compactMap(\.table))
            let next =
                tables.firstIndex { _, table in
                    guard let table else { return true }
                    return live[table]?.foreignKeys.values.allSatisfy { $0 == table || !open.contains($0) } ?? true
                } ?? 0
            let (request, table) = tables.remove(at: next)
            learned.append(learn(request, table))
        }
        return learned
    }

    // MARK: - The table

    /// By its name, else by its columns.
    private func table(of request: LearnRequest) -> String? {
        let usual = request.model.split(separator: ".").joined(separator: "_")
        let free = live.filter { owners[$0.key] == nil && catalogue.table($0.key) == nil }
        if free[usual] != nil { return usual }
        let plain = Self.plain(usual)
        let alike = free.keys.filter { Self.plain($0) == plain || Self.plain($0) == plain + "s" }
        if alike.count == 1 { return alike.first }
        let scores = free.map { (table: $0.key, score: score(request, $0.value)) }
            .sorted { ($1.score, $0.table) < ($0.score, $1.table) }
        guard let best = scores.first, best.score >= 0.8, scores.count < 2 || scores[1].score < best.score - 0.1 else {
            return nil
        }
        return best.table
    }

    /// Whether the notation of the catalogue takes the name.
    private static func isPlain(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            UInt8(ascii: "a") <= byte && byte <= UInt8(ascii: "z")
                || UInt8(ascii: "A") <= byte && byte <= UInt8(ascii: "Z")
                || UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: ".")
        }
    }

    private static func plain(_ name: String) -> String { String(name.filter { $0 != "_" }) }

    private func score(_ request: LearnRequest, _ table: LiveTable) -> Double {
        let fields = Set(request.fields.keys)
        let known = table.columns.keys.filter { $0 != "id" }
        let common = known.count { field(of: $0, fields) != nil }
        return Double(common) / Double(max(fields.count + known.count - common, 1))
    }

    private func field(of column: String, _ fields: Set<String>) -> String? {
        if fields.contains(column) { return column }
        let base = column.hasSuffix("_id") ? String(column.dropLast(3)) : column
        return fields.contains(base) ? base : nil
    }

    // MARK: - The model

    private mutating func learn(_ request: LearnRequest, _ name: String?) -> LearnedModel {
        guard let name, let table = live[name] else {
            return Self.failed(
                request, "the destination has no table for it: neither its name nor its fields tell one")
        }
        guard ([request.model, name] + request.fields.keys + table.columns.keys).allSatisfy(Self.isPlain) else {
            return Self.failed(
                request, "a name holds other characters than letters, digits, dots and underscores")
        }
        var reading = Reading(request: request, table: table)
        if table.columns["id"] == nil { reading.model.problems.append("\(name) has no column id") }
        for (column, found) in table.columns.sorted(by: { $0.key < $1.key }) { read(column, found, &reading) }
        let missing = Set(request.fields.keys).subtracting(reading.fields).sorted()
        if !missing.isEmpty {
            reading.model.problems.append("\(name) has no column for \(missing.joined(separator: ", "))")
        }
        let scope = scope(of: reading.targets)
        let silo = silo(of: name, table)
        owners[name] = (request.model, [scope], silo)
        let heading =
            "model \(index(after: reading.targets)) \(request.model) \(name) \(scope.rawValue) \(silo.rawValue)"
        var model = reading.model
        (model.table, model.scope, model.silo) = (name, scope.rawValue, silo.rawValue)
        model.uniques = Self.uniques(table)
        let uniques = model.uniques.map { "  unique \($0.joined(separator: ","))" }
        model.text = ([heading] + reading.lines + uniques).joined(separator: "\n")
        return model
    }

    private static func failed(_ request: LearnRequest, _ problem: String) -> LearnedModel {
        var model = LearnedModel(request.model, rows: request.rows)
        model.problems = [problem]
        return model
    }

    private struct Reading {
        let request: LearnRequest
        let table: LiveTable
        var lines: [String] = []
        var fields: Set<String> = []
        /// Models that it refers to.
        var targets: Set<String> = []
        var model: LearnedModel

        init(request: LearnRequest, table: LiveTable) {
            self.request = request
            self.table = table
            model = LearnedModel(request.model, rows: request.rows)
        }
    }

    private func read(_ name: String, _ column: LiveColumn, _ reading: inout Reading) {
        guard let type = ColumnType(live: column.type) else {
            return reading.model.problems.append("\(name) is \(column.type), a type that no model has")
        }
        var shown = LearnedModel.Column(name, type: type.notation, isNullable: column.isNullable && name != "id")
        var line = "  \(name) \(type.notation)\(shown.isNullable ? "?" : "")"
        if name == "id" {
            shown.field = "pk"
            reading.model.columns.insert(shown, at: 0)
            return reading.lines.insert(line + (reading.table.hasSequence ? "" : " no-identity"), at: 0)
        }
        guard let field = field(of: name, Set(reading.request.fields.keys)) else {
            if !column.isNullable, !column.hasDefault {
                reading.model.problems.append("\(name) needs a value, and the file has none")
            }
            reading.model.columns.append(shown)
            return reading.lines.append(line + " database-only")
        }
        reading.fields.insert(field)
        if let encoding = Self.encoding(type, reading.request.fields[field] ?? .unknown) {
            line += " \(encoding.rawValue)"
        }
        let (reference, isOwned) = reference(of: name, field, type, &reading)
        (shown.field, shown.reference) = (field, reference)
        reading.model.columns.append(shown)
        if let target = reference?.model, reference?.isConfirmed == true {
            line += isOwned ? " F:\(target) fk" : " H:\(target)"
            reading.targets.insert(target)
            let usual = isOwned && name.hasSuffix("_id") ? String(name.dropLast(3)) : name
            if usual != field { line += " field=\(field)" }
        } else if field != name {
            line += " field=\(field)"
        }
        reading.lines.append(line)
    }

    /// How the file writes the values, if the type does not tell.
    private static func encoding(_ type: ColumnType, _ kind: LearnRequest.ValueKind) -> FieldEncoding? {
        switch (type, kind) {
        case (.bigint, .text), (.integer, .text), (.smallint, .text): .flags
        case (.text, .object), (.text, .list), (.varchar, .object), (.varchar, .list): .nestedJSON
        case (.json, .jsonText), (.jsonb, .jsonText): .jsonText
        default: nil
        }
    }

    /// What a column refers to, by its constraint or because an operator says so, and whether that is a model of ours with
    /// a constraint.
    private func reference(
        of column: String, _ field: String, _ type: ColumnType, _ reading: inout Reading
    ) -> (LearnedModel.Reference?, isOwned: Bool) {
        let place = "\(reading.request.model).\(field)"
        let target = confirmed[place]
        if let table = reading.table.foreignKeys[column] {
            let owner = owners[table]?.model
            let model = owner ?? catalogue.fullOrder.first { $0.table == table }?.model
            if let target, target != model { contradict(place, target, "its constraint refers to \(table)", &reading) }
            return (model.map { .init($0, .constraint, isConfirmed: true) }, owner != nil)
        }
        guard type.integerRange != nil else {
            if let target, target != "none" { contradict(place, target, "a \(type.notation) is no id", &reading) }
            return (nil, false)
        }
        if let target { return (word(target, place, &reading), false) }
        guard column.hasSuffix("_id"), let guess = likely(String(column.dropLast(3))) else { return (nil, false) }
        reading.model.problems.append(
            "\(field) may refer to \(guess): confirm with --learn-reference \(place)=\(guess), or deny with \(place)=none"
        )
        return (.init(guess, .name, isConfirmed: false), false)
    }

    private func contradict(_ place: String, _ target: String, _ why: String, _ reading: inout Reading) {
        reading.model.problems.append("--learn-reference \(place)=\(target): \(why); leave this word out")
    }

    /// What an operator says of a reference.
    private func word(_ target: String, _ place: String, _ reading: inout Reading) -> LearnedModel.Reference {
        if target == "none" { return .init(nil, .name, isConfirmed: true) }
        let isKnown = catalogue.model(target) != nil || owners.values.contains { $0.model == target }
        if !isKnown {
            reading.model.problems.append(
                "--learn-reference \(place)=\(target): neither the catalogue nor the destination knows that model")
        }
        return .init(target, .name, isConfirmed: isKnown)
    }

    /// The model that a name like `created_by_user` tells of.
    private func likely(_ base: String) -> String? {
        let names = catalogue.models.map { ($0.name, String($0.name.split(separator: ".").last ?? "")) }
        let found = names.filter { base == $0.1 || base.hasSuffix("_\($0.1)") }.max { $0.1.count < $1.1.count }
        if let found { return found.0 }
        return ["created_by", "owner", "inviter", "requester", "creator"].contains(base) ? "sentry.user" : nil
    }

    private static func uniques(_ table: LiveTable) -> [[String]] {
        table.uniques.compactMap { unique in
            let columns = unique.columns.compactMap(\.self)
            guard !unique.isPrimaryKey, unique.condition == nil, columns.count == unique.columns.count else {
                return nil
            }
            return columns
        }
    }

    // MARK: - Where it belongs

    /// By reachability: what leads to an organization, else to a user, else the whole installation.
    private func scope(of targets: Set<String>) -> RelocationScope {
        let scopes = targets.flatMap { name in
            catalogue.model(name)?.scopes ?? owners.values.first { $0.model == name }?.scopes ?? []
        }
        for scope in [RelocationScope.organization, .user, .config] where scopes.contains(scope) { return scope }
        return .global
    }

    /// That of its database, else that of the tables which it is tied to by constraints.
    private func silo(of name: String, _ table: LiveTable) -> Silo {
        if let silo = silos[name] { return silo }
        let tied = table.foreignKeys.values.filter { $0 != name }.compactMap { owners[$0]?.silo }
        if let silo = tied.first { return silo }
        let behind = live.filter { $0.value.foreignKeys.values.contains(name) }.keys.sorted()
        return behind.compactMap { owners[$0]?.silo }.first ?? .region
    }

    /// Right after what it refers to.
    private func index(after targets: Set<String>) -> Int {
        targets.compactMap { catalogue.model($0)?.index }.max() ?? 0
    }
}

extension ColumnType {
    /// As the catalogue writes it.
    var notation: String {
        switch self {
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .boolean: "boolean"
        case .double: "double"
        case .varchar(let length): length.map { "varchar(\($0))" } ?? "varchar"
        case .text: "text"
        case .citext: "citext"
        case .inet: "inet"
        case .uuid: "uuid"
        case .timestamptz: "timestamptz"
        case .timestamp: "timestamp"
        case .json: "json"
        case .jsonb: "jsonb"
        case .textArray: "text[]"
        case .doubleArray: "double[]"
        }
    }
}
