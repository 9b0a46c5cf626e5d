/// Kinds of tasks in a relocation's list. The enqueuer queues chunks in file order and one `finish` behind them; workers
/// add what follows.
public enum TaskKind: String, Sendable {
    /// Rows of one model.
    case chunk
    /// A chunk whose model comes after all others: a worker has moved it to the end of the list.
    case late
    /// The end of the file's rows: a worker decides what they need, does it or adds tasks that do.
    case finish
    /// Organizations get their slugs for good. Only enqueuers of the options' format 1 queue it.
    case provision
    /// What saving a model's rows makes, and the rows that mirror them.
    case derive

    /// Whether a task of this kind holds source rows.
    public var carriesRows: Bool { self == .chunk || self == .late }

    /// The kind under which the payload is sealed: moving a chunk leaves its payload as it is.
    public var sealedKind: TaskKind { self == .late ? .chunk : self }
}
