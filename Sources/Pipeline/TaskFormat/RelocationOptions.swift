internal import Foundation

/// The options that an operator chose for an import. The enqueuer writes them into the relocation's record, the worker
/// reads them.
// One property per member of the record.
public struct RelocationOptions: Sendable, Equatable, Codable {
    public var mergeUsers = false
    public var overwriteConfigs = false
    public var hideOrganizations = false
    /// Whether one transaction holds the whole relocation.
    public var atomic = false
    /// Ordinals that a chunk spans.
    public var chunkSize = RelocationOptions.defaultChunkSize
    /// A digest of the names that a filter selects, and of the UUID; nil without a filter. It tells one filter from
    /// another and names nobody.
    public var filter: String?
    /// The import that this relocation verifies: a UUID, dashed, lower case; nil for an import.
    public var verifies: String?
    /// Whether a verification writes the rows that it finds missing.
    public var repairs = false
    /// Whether this relocation only plans an import.
    public var plans = false
    /// The plan that an import holds to: a UUID, dashed, lower case; nil for none. New names follow from it.
    public var plan: String?
    /// What becomes of rows of other versions of Sentry: `strict` takes none, `adapted` all, a version those of that one;
    /// nil if that is not known.
    public var versions: String?
    /// Who owns a relocation with steps and what it wants; nil for a plain import.
    public var relocate: RelocateRequest?
    /// The version of Sentry that the rows are for, such as 26.6; nil for 24.9.
    public var destinationVersion: String?
    /// Models that no catalogue knows and that workers learn from the destination: model → field → what its values are.
    public var learn: [String: [String: String]]?
    /// `model.field` → the model that it refers to, as an operator has confirmed.
    public var learnReferences: [String: String]?
    /// Models that workers learn → rows in the file.
    public var learnRows: [String: Int64]?
    /// In the ledger: the models as they were learned, so that a replay is the same.
    public var learnedModels: [String]?
    /// What becomes of a file of events; nil for an import of rows.
    public var events: EventOptions?
    /// What another destination's relocation asks for; nil for an import.
    public var exports: ExportRequest?
    /// The version of this record. 1: the enqueuer orders the list and queues the tasks after the rows. 2: workers do.
    /// 3: the filter is told. 4: the versions are.
    public private(set) var format = RelocationOptions.currentFormat

    public static let currentFormat = 4

    public static let defaultChunkSize = 3000
    public static let chunkSizeLimits = 1...100_000

    public init() {}

    /// What the relocation is, if it is no import: such a one brings nothing.
    public var otherPurpose: String? {
        if let verifies { return "a verification of the import \(verifies)" }
        if let exports { return "an export for the relocation \(exports.relocation)" }
        return plans ? "a plan" : nil
    }

    /// Whether workers move late chunks and add the tasks after the rows.
    public var workersOrderTasks: Bool { format >= 2 }

    /// Whether a missing filter means that there is none.
    var tellsFilter: Bool { format >= 3 }

    /// Records outlive a version: missing fields get their defaults, unknown fields are ignored.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func flag(_ key: CodingKeys) throws -> Bool { try fields.decodeIfPresent(Bool.self, forKey: key) ?? false }
        mergeUsers = try flag(.mergeUsers)
        overwriteConfigs = try flag(.overwriteConfigs)
        hideOrganizations = try flag(.hideOrganizations)
        atomic = try flag(.atomic)
        chunkSize = try fields.decodeIfPresent(Int.self, forKey: .chunkSize) ?? Self.defaultChunkSize
        filter = try fields.decodeIfPresent(String.self, forKey: .filter)
        verifies = try fields.decodeIfPresent(String.self, forKey: .verifies)
        repairs = try flag(.repairs)
        plans = try flag(.plans)
        plan = try fields.decodeIfPresent(String.self, forKey: .plan)
        versions = try fields.decodeIfPresent(String.self, forKey: .versions)
        relocate = try fields.decodeIfPresent(RelocateRequest.self, forKey: .relocate)
        destinationVersion = try fields.decodeIfPresent(String.self, forKey: .destinationVersion)
        learn = try fields.decodeIfPresent([String: [String: String]].self, forKey: .learn)
        learnReferences = try fields.decodeIfPresent([String: String].self, forKey: .learnReferences)
        learnRows = try fields.decodeIfPresent([String: Int64].self, forKey: .learnRows)
        learnedModels = try fields.decodeIfPresent([String].self, forKey: .learnedModels)
        events = try fields.decodeIfPresent(EventOptions.self, forKey: .events)
        exports = try fields.decodeIfPresent(ExportRequest.self, forKey: .exports)
        format = try fields.decodeIfPresent(Int.self, forKey: .format) ?? 1
    }

    /// The options as JSON, for the record.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Plain fields always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Reads the JSON of a record; nil if it cannot be read.
    public init?(json: String) {
        // The caller reports an unreadable record, because it knows the relocation.
        guard let options = try? JSONDecoder().decode(RelocationOptions.self, from: Data(json.utf8)) else { return nil }
        self = options
    }
}

/// The options of a relocation of events.
public struct EventOptions: Sendable, Equatable, Codable {
    /// The import that has brought the projects: a UUID, dashed, lower case; nil with a map.
    public var relocation: String?
    /// Project of the source → project of the destination; nil without a map.
    public var projects: [String: Int64]?
    /// Whether events are saved that the destination's retention would remove at once.
    public var keepsOld = false
    /// Project of the source → the grouping configuration of its events, under which new events shall find the old issues.
    public var continuedGroupings: [String: String]?

    public init() {}

    /// Records outlive a version: missing fields get their defaults, unknown fields are ignored.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        relocation = try fields.decodeIfPresent(String.self, forKey: .relocation)
        projects = try fields.decodeIfPresent([String: Int64].self, forKey: .projects)
        keepsOld = try fields.decodeIfPresent(Bool.self, forKey: .keepsOld) ?? false
        continuedGroupings = try fields.decodeIfPresent([String: String].self, forKey: .continuedGroupings)
    }
}
