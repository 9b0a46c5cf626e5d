/// An element of a relocation's list. Whatever stands there, reading it never fails as a whole.
public enum TaskElement: Sendable, Equatable {
    case task(QueueTask)
    /// A frame of a newer version than this one can read.
    case newer(version: Int)
    /// Something that no version of ours has written, and why it cannot be read.
    case malformed(String)
}
