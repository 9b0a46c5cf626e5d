/// A piece of the program that reads what others have written, fed with any bytes. It must refuse or take them: a
/// trap, a hang or an answer that contradicts itself is a bug.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// An export's JSON text: both passes, chunks and rows.
    case reader
    /// A tarball with its key.
    case tarball
    /// A Fernet token, damaged or signed again.
    case fernet
    /// Arrays as old exports write them.
    case pythonlist
    /// What Redis answers to scripts, and the elements of its lists.
    case replies
    /// A filter, a line end, and the export it is applied to.
    case filters

    /// What libFuzzer's callback, which captures nothing, feeds. Set once, before the first input.
    nonisolated(unsafe) public static var chosen = FuzzTarget.reader

    /// Feeds one input; traps where the program contradicts itself.
    public func run(_ input: UnsafeRawBufferPointer) {
        switch self {
        case .reader: ReaderFuzz.run(input, filter: nil)
        case .tarball: TarballFuzz.run(input)
        case .fernet: FernetFuzz.run(input)
        case .pythonlist: PythonListFuzz.run(input)
        case .replies: RepliesFuzz.run(input)
        case .filters: FiltersFuzz.run(input)
        }
    }
}

/// What a target found out about itself.
func mustHold(_ condition: Bool, _ claim: @autoclosure () -> String) {
    if !condition { fatalError("does not hold: \(claim())") }
}
