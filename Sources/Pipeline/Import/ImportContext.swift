public import Catalogue

/// What an operator chose for an import.
public struct ImportFlags: Sendable, Equatable {
    /// A user whose name exists already is taken to be that user; otherwise the imported name gets a suffix.
    public var mergeUsers: Bool
    /// A configuration row that exists already takes the imported values; otherwise it is left alone.
    public var overwriteConfigs: Bool
    /// Imported organizations wait for approval.
    public var hideOrganizations: Bool

    public init(mergeUsers: Bool = false, overwriteConfigs: Bool = false, hideOrganizations: Bool = false) {
        self.mergeUsers = mergeUsers
        self.overwriteConfigs = overwriteConfigs
        self.hideOrganizations = hideOrganizations
    }
}

/// What the destination installation calls itself.
public struct InstanceSettings: Sendable, Equatable {
    /// The public address that minted organization tokens carry; without one such tokens are dropped.
    public var urlPrefix: String?
    /// The region's address in minted tokens; the prefix where nil.
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
    /// Dashed, lower case: the idempotency key of every chunk row.
    public let importUUID: String
    public let scope: ImportScope
    public let flags: ImportFlags
    public let instance: InstanceSettings

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
