internal import FoundationEssentials

/// What an import would do with each row of its file, told by a worker before anything is written. It is stored: unknown
/// members are passed over, missing ones have their defaults.
// More than eight properties: a report, and operators read each figure.
public struct ImportPlan: Sendable, Equatable, Codable {
    /// Rows of one model.
    public struct Counts: Sendable, Equatable, Codable {
        public var inserted = 0
        /// Rows that become the same as one that is there; a user is then merged.
        public var existing = 0
        public var overwritten = 0
        /// Of those inserted: rows that get another name.
        public var renamed = 0
        /// Reason text → rows; see ``DropReason``.
        public var dropped: [String: Int] = [:]
        /// Tells what becomes of each row, so that two plans with the same counts can differ.
        public var digest = ""

        public init() {}

        public var droppedTotal: Int { dropped.values.reduce(0) { $0.saturatedAdding($1) } }
    }

    /// A row that gets another name.
    public struct Rename: Sendable, Hashable, Codable {
        public let model: String
        public let sourcePK: Int64?
        public let from: String
        public let to: String
    }

    /// A user or organization whose name is taken.
    public struct Collision: Sendable, Hashable, Codable {
        public let model: String
        public let sourcePK: Int64?
        public let name: String
        /// The row that has the name; nil if it is reserved, or another row of the file has it.
        public let id: Int64?
        /// The name that it gets; nil if it is merged.
        public let newName: String?

        public init(model: String, sourcePK: Int64?, name: String, id: Int64?, newName: String?) {
            self.model = model
            self.sourcePK = sourcePK
            self.name = name
            self.id = id
            self.newName = newName
        }
    }

    /// Space in one database.
    public struct Room: Sendable, Equatable, Codable {
        /// What holds the database, for people.
        public let database: String
        public let bytesNeeded: Int64
        /// nil if the database does not tell.
        public let bytesFree: Int64?

        public init(database: String, bytesNeeded: Int64, bytesFree: Int64?) {
            self.database = database
            self.bytesNeeded = bytesNeeded
            self.bytesFree = bytesFree
        }

        /// nil if it is not known.
        public var isEnough: Bool? { bytesFree.map { $0 > bytesNeeded } }
    }

    /// Model → what becomes of its rows.
    public var models: [String: Counts] = [:]
    /// The first ones.
    public var renamed: [Rename] = []
    public var renamedTotal = 0
    /// The first ones.
    public var collisions: [Collision] = []
    public var collisionsTotal = 0
    /// Models that no catalogue knows, as they are learned from the destination.
    public var learned: [LearnedModel] = []
    /// What happens to written rows because the destination is another version → rows.
    public var adapted: [String: Int] = [:]
    /// Rules that the destination will not run, the first ones.
    public var idleRules: [IdleRule] = []
    public var idleRulesTotal = 0
    /// Table → rows that are inserted, those that follow from others included.
    public var tables: [String: Int] = [:]
    public var room: [Room] = []
    /// How long the import takes on this worker, roughly.
    public var seconds = 0
    /// Why the import would fail, an object in the form of a findings file; nil if it would not.
    public var finding: String?

    /// Renames, collisions, and rules that are not run, that a plan lists.
    public static let listed = 1_000

    public init() {}

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        models = try fields.decodeIfPresent([String: Counts].self, forKey: .models) ?? [:]
        renamed = try fields.decodeIfPresent([Rename].self, forKey: .renamed) ?? []
        renamedTotal = try fields.decodeIfPresent(Int.self, forKey: .renamedTotal) ?? renamed.count
        collisions = try fields.decodeIfPresent([Collision].self, forKey: .collisions) ?? []
        collisionsTotal = try fields.decodeIfPresent(Int.self, forKey: .collisionsTotal) ?? collisions.count
        learned = try fields.decodeIfPresent([LearnedModel].self, forKey: .learned) ?? []
        adapted = try fields.decodeIfPresent([String: Int].self, forKey: .adapted) ?? [:]
        idleRules = try fields.decodeIfPresent([IdleRule].self, forKey: .idleRules) ?? []
        idleRulesTotal = try fields.decodeIfPresent(Int.self, forKey: .idleRulesTotal) ?? idleRules.count
        tables = try fields.decodeIfPresent([String: Int].self, forKey: .tables) ?? [:]
        room = try fields.decodeIfPresent([Room].self, forKey: .room) ?? []
        seconds = try fields.decodeIfPresent(Int.self, forKey: .seconds) ?? 0
        finding = try fields.decodeIfPresent(String.self, forKey: .finding)
    }

    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// nil for a text of another form.
    public init?(json: String) {
        // The caller says that there is no plan.
        guard let plan = try? JSONDecoder().decode(ImportPlan.self, from: Data(json.utf8)) else { return nil }
        self = plan
    }

    /// Adds what became of rows.
    public mutating func add(_ account: RowAccount) {
        for (model, counts) in account.models {
            models[model, default: Counts()].inserted.addSaturated(counts.inserted)
            models[model, default: Counts()].existing.addSaturated(counts.existing)
            models[model, default: Counts()].overwritten.addSaturated(counts.overwritten)
            models[model, default: Counts()].dropped.merge(counts.dropped) { $0.saturatedAdding($1) }
            for (what, rows) in counts.adapted { adapted["\(model).\(what)", default: 0].addSaturated(rows) }
        }
    }

    public mutating func add(_ rule: IdleRule) {
        idleRulesTotal += 1
        if idleRules.count < Self.listed { idleRules.append(rule) }
    }

    /// Takes rows back that were added.
    public mutating func remove(_ account: RowAccount) {
        for (model, counts) in account.models {
            var rest = models[model] ?? Counts()
            for (reason, rows) in counts.dropped {
                let left = (rest.dropped[reason] ?? 0) - rows
                rest.dropped[reason] = left > 0 ? left : nil
            }
            models[model] = rest == Counts() ? nil : rest
        }
    }

    public mutating func add(_ row: RenamedRow) {
        models[row.model, default: Counts()].renamed += 1
        renamedTotal += 1
        if renamed.count < Self.listed {
            renamed.append(Rename(model: row.model, sourcePK: row.sourcePK, from: row.from, to: row.to))
        }
    }

    /// A listed row gets another name after all.
    public mutating func rename(at place: Int, to name: String) {
        let row = renamed[place]
        renamed[place] = Rename(model: row.model, sourcePK: row.sourcePK, from: row.from, to: name)
    }

    public mutating func add(_ collision: Collision) {
        collisionsTotal += 1
        if collisions.count < Self.listed { collisions.append(collision) }
    }

    /// All models together.
    public var totals: Counts {
        models.values.reduce(into: Counts()) { sum, counts in
            sum.inserted.addSaturated(counts.inserted)
            sum.existing.addSaturated(counts.existing)
            sum.overwritten.addSaturated(counts.overwritten)
            sum.renamed.addSaturated(counts.renamed)
            sum.dropped.merge(counts.dropped) { $0.saturatedAdding($1) }
        }
    }
}
