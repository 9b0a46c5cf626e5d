internal import Foundation

/// What an operator asked of an import: written by the enqueuer into the relocation's record, read by the worker.
public struct RelocationOptions: Sendable, Equatable, Codable {
    public var mergeUsers = false
    public var overwriteConfigs = false
    public var hideOrganizations = false
    /// One transaction for the whole relocation.
    public var atomic = false
    /// Ordinals a chunk spans.
    public var chunkSize = RelocationOptions.defaultChunkSize
    /// The version of this record. 1: the enqueuer orders the list and queues what follows the rows. 2: workers do.
    public private(set) var format = RelocationOptions.currentFormat

    public static let currentFormat = 2

    public static let defaultChunkSize = 3000
    public static let chunkSizeLimits = 1...100_000

    public init() {}

    /// Whether workers move chunks and add what follows the rows.
    public var workersOrderTasks: Bool { format >= 2 }

    /// Fields that are missing have their defaults, unknown ones are passed over: records outlive a version.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func flag(_ key: CodingKeys) throws -> Bool { try fields.decodeIfPresent(Bool.self, forKey: key) ?? false }
        mergeUsers = try flag(.mergeUsers)
        overwriteConfigs = try flag(.overwriteConfigs)
        hideOrganizations = try flag(.hideOrganizations)
        atomic = try flag(.atomic)
        chunkSize = try fields.decodeIfPresent(Int.self, forKey: .chunkSize) ?? Self.defaultChunkSize
        format = try fields.decodeIfPresent(Int.self, forKey: .format) ?? 1
    }

    /// The record's text.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Six plain fields always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Reads the record's text; nil where it is not ours.
    public init?(json: String) {
        // A record that cannot be read is reported by the caller, who knows whose it is.
        guard let options = try? JSONDecoder().decode(RelocationOptions.self, from: Data(json.utf8)) else { return nil }
        self = options
    }
}
