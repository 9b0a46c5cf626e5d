/// The answer to `begin`.
public enum Begin: Sendable, Equatable {
    /// The relocation is the caller's to fill: the token proves it in `push`, `publish` and `abandon`.
    case staged(uploadToken: Int64)
    /// Another relocation of the owner has not ended; nothing was changed.
    case ownerIsBusy(with: String)
    /// It is queued or finished already; nothing was changed.
    case exists(RelocationStatus)
}
