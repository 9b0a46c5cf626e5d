public import Catalogue

/// What an operator chose for an import.
public struct ImportFlags: Sendable, Equatable {
    /// Whether a user whose name exists is merged into that user; otherwise the imported name gets a suffix.
    public var mergeUsers: Bool
    /// Whether a configuration row that exists takes the imported values; otherwise it stays as it is.
    public var overwriteConfigs: Bool
    /// Whether imported organizations wait for approval.
    public var hideOrganizations: Bool

    public init(mergeUsers: Bool = false, overwriteConfigs: Bool = false, hideOrganizations: Bool = false) {
        self.mergeUsers = mergeUsers
        self.overwriteConfigs = overwriteConfigs
        self.hideOrganizations = hideOrganizations
    }
}

/// What the destination installation calls itself.
public struct InstanceSettings: Sendable, Equatable {
    /// The public address that minted organization tokens carry. Without it such tokens are dropped.
    public var urlPrefix: String?
    /// The region's address in minted tokens; nil stands for the prefix.
    public var regionURL: String?
    public var regionName: String

    public init(urlPrefix: String? = nil, regionURL: String? = nil, regionName: String = "--monolith--") {
        self.urlPrefix = urlPrefix
        self.regionURL = regionURL
        self.regionName = regionName
    }
}

/// What stays the same for all chunks of a relocation.
public struct ImportContext: Sendable {
    /// Dashed, in lower case: every chunk row carries it, so that a replay finds its own.
    public let importUUID: String
    public let scope: ImportScope
    public let flags: ImportFlags
    public let instance: InstanceSettings
    /// What new names follow from, where names are taken; nil if they are random.
    public var nameSeed: String?

    public init(
        importUUID: String, scope: ImportScope, flags: ImportFlags = ImportFlags(),
        instance: InstanceSettings = InstanceSettings()
    ) {
        self.importUUID = importUUID
        self.scope = scope
        self.flags = flags
        self.instance = instance
    }
}
