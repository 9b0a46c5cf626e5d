/// The catalogue as text, in the notation that ``CatalogueReader`` reads.
///
/// A line in the first column begins a table; indented lines describe it.
/// ```
/// model <import index> <name> <table> <scope>[/<scope>] <silo> [dangling] [unverified]
/// table <table>
/// own <schema>.<table>
/// more <model>                    columns and indexes that a newer version adds
///   <column> <type>[?] [<encoding>] [<reference kind>:<model>] [fk] [option …]
///   bits <column> <name>,…        names of flag bits, lowest first, continued by further lines
///   unique <column>,… [where <condition>]
///   check <condition>
///   ordinal <field>,…             fields that number the rows in comparisons
///   after <model>,…               dependencies that no column shows
/// ```
/// `unverified` marks a model of which the scope was not read. A table `-` is the model's name with `_` for the dot. `?` marks a nullable column. An encoding is named if the type
/// does not imply it. Reference kinds are those of
/// ``ReferenceKind``; `fk` marks a database constraint. Options: `field=` the export's key if it is not the column
/// name (without `_id` for real foreign keys), `default=` a literal as JSON or one of `now`, `now+30d`, `now+10m`,
/// `json:{}`, `empty-list`, `hex64`, `alnum32`, `uuid4`, `pet-name`, `missing=` what an absent key becomes, `bounded`,
/// `email`, `url`, `ip`, `dbdefault=` the schema's own default, `references=` a table, `no-identity`,
/// `database-only`.
enum CatalogueText {
    static let models = [identityModels, organizationModels, projectModels, alertModels, platformModels]
    /// What comes on top in June 2026.
    static let newer = [newerColumns, workflowModels, newerModels]
    static let tables = [chunkTables, sideEffectTables, derivedTables, relocationFlowTables, eventTables, issueTables]
}
