internal import Catalogue

/// How statements name a table. Our own tables have a schema: SQLite knows none, so there it is a prefix.
extension Table {
    /// For PostgreSQL, quoted.
    var postgresName: String {
        guard let schema else { return SQLText.quoted(name) }
        return "\(SQLText.quoted(schema)).\(SQLText.quoted(String(name.dropFirst(schema.count + 1))))"
    }

    /// For SQLite and for names made of it, not quoted.
    var flatName: String {
        guard let schema else { return name }
        return "\(schema)_\(name.dropFirst(schema.count + 1))"
    }
}
