public import Catalogue
public import Import
public import Storage

/// The destination of imports, and what must hold before one starts.
public struct DestinationSettings: Sendable {
    public let region: DatabaseURL
    /// The control silo's database; nil if one database holds both silos.
    public let control: DatabaseURL?
    public let instance: InstanceSettings
    /// The tables that the destination must have.
    public var catalogue: Catalogue
    /// How long the databases may keep a worker waiting.
    public var timeouts = DatabaseTimeouts()

    public init(
        region: DatabaseURL, control: DatabaseURL? = nil, instance: InstanceSettings = InstanceSettings(),
        catalogue: Catalogue = .standard
    ) {
        self.catalogue = catalogue
        self.region = region
        self.control = control
        self.instance = instance
    }

    /// Where the databases are, for people. Holds no secret.
    public var address: String { control.map { "\(region) and \($0)" } ?? "\(region)" }

    /// Opens the databases and creates nothing.
    public func open() throws(StorageError) -> Destination {
        let regionDatabase = try DatabaseConnector.open(region, timeouts: timeouts)
        guard let control else { return Destination(regionDatabase) }
        return Destination(region: regionDatabase, control: try DatabaseConnector.open(control, timeouts: timeouts))
    }
}

extension Destination {
    /// What the ledger lacks; nil if nothing.
    public func ledgerMismatch() throws(StorageError) -> SchemaMismatch? { try LedgerAdmin(region).mismatch() }

    /// What the users of the databases may not do with the tables of an import and the ledger.
    public func missingGrants(for catalogue: Catalogue) throws(StorageError) -> [MissingGrant] {
        let (own, cleared) = (OwnTables.standard.all, catalogue.fullOrder.map(\.table))
        guard isSplit else {
            return try region.schema.missingGrants(for: catalogue.importTables(nil) + own, cleared: cleared)
        }
        // A Global import into split silos empties nothing.
        return try region.schema.missingGrants(for: catalogue.importTables(.region) + own, cleared: [])
            + control.schema.missingGrants(for: catalogue.importTables(.control), cleared: [])
    }
}
