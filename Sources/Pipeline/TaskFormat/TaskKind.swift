/// Kinds of tasks in a relocation's list.
public enum TaskKind: String, Sendable {
    /// Rows of one model.
    case chunk
    /// Organizations get their slugs for good.
    case provision
    /// Rows that mirror the imported ones in other tables.
    case derive
}
