public import Catalogue

/// The databases that an import writes to: one, or one per silo. Lives on the executor of its connections.
public final class Destination {
    public let region: any Database
    public let control: any Database
    /// The tables that lie in another way than in the catalogue.
    public let layouts: [String: TableLayout]
    private var knowsLedger = false

    /// One database for both silos.
    public init(_ database: any Database) {
        region = database
        control = database
        layouts = [:]
    }

    /// A database for each silo.
    public init(region: any Database, control: any Database) {
        self.region = region
        self.control = control
        layouts = [:]
    }

    /// Databases that stand for another destination's: the same tables lie in another way.
    ///
    /// - Parameter control: nil if one database is for both silos
    public init(region: any Database, control: (any Database)?, over other: Destination) {
        self.region = region
        self.control = control ?? region
        layouts = other.layouts
    }

    /// The same databases as the catalogue of the fit has them.
    public init(_ other: Destination, by fit: SchemaFit) {
        guard !fit.layouts.isEmpty else {
            (region, control, layouts) = (other.region, other.control, other.layouts)
            return
        }
        layouts = fit.layouts
        let adapted = AdaptedDatabase(other.region, fit.layouts)
        region = adapted
        control = other.isSplit ? AdaptedDatabase(other.control, fit.layouts) : adapted
    }

    /// Another connection to one of the databases, as the catalogue has it.
    public func adapted(_ database: any Database) -> any Database {
        layouts.isEmpty ? database : AdaptedDatabase(database, layouts)
    }

    public var isSplit: Bool { region !== control }

    public func database(of silo: Silo) -> any Database {
        switch silo {
        case .region: region
        case .control: control
        }
    }

    /// The identities of both databases; a relocation is bound to them.
    public var identity: String {
        isSplit ? "\(region.identity)+\(control.identity)" : region.identity
    }

    /// Whether the region's database has a ledger. One that appears is noticed, one that vanishes is not.
    public func hasLedger() throws(StorageError) -> Bool {
        if !knowsLedger { knowsLedger = try region.schema.hasTable(OwnTables.standard.imports.name) }
        return knowsLedger
    }

    /// The identities that versions before named destinations gave both databases.
    public var formerIdentity: String {
        isSplit ? "\(region.formerIdentity)+\(control.formerIdentity)" : region.formerIdentity
    }

    /// Sets the hook that runs before every statement of either database.
    public func setBeforeStatement(_ hook: (() throws(StorageError) -> Void)?) {
        region.beforeStatement = hook
        if isSplit { control.beforeStatement = hook }
    }

    public func rollback() {
        region.rollback()
        if isSplit { control.rollback() }
    }
}
