/// The kinds of tasks in a relocation's list. The enqueuer queues the chunks in file order and one `finish` after them.
/// Workers add the tasks that follow.
public enum TaskKind: String, Sendable {
    /// Rows of one model.
    case chunk
    /// A chunk of a model that is imported after all others. A worker has moved it to the end of the list.
    case late
    /// All rows of the file are imported. The worker finishes them and adds further tasks as needed.
    case finish
    /// Gives organizations their final slugs. Only enqueuers that write options of format 1 queue it.
    case provision
    /// Writes the derived rows of a model and the rows that mirror it.
    case derive
    /// One of the ordered tasks of a relocation with steps: its name says which.
    case flow
    /// Rows of one model that an earlier import has written: they are compared with the destination's.
    case verify
    /// Rows of one model of which a plan is to be made. Without rows: the first task of an import that holds to a plan, with
    /// that plan as its payload.
    case plan
    /// Events of one project of the source.
    case events
    /// Organizations of this destination are exported for a relocation of another one.
    case export

    /// Whether a task of this kind holds source rows.
    public var carriesRows: Bool { self == .chunk || self == .late || self == .verify || self == .plan }

    /// The kind under which the payload is sealed: moving a chunk does not change its payload.
    public var sealedKind: TaskKind { self == .late || self == .plan ? .chunk : self }
}
