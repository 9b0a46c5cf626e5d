/// A reader of foreign bytes, fed with arbitrary bytes. It must accept or refuse them: a trap, a hang or a
/// contradictory result is a bug.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// An export's JSON text: both passes, chunks and rows.
    case reader
    /// A tarball with its key.
    case tarball
    /// A Fernet token, damaged or signed again.
    case fernet
    /// Arrays as old exports write them.
    case pythonlist
    /// A pickled value.
    case pickle
    /// What Redis answers to scripts, and the elements of its lists.
    case replies
    /// A filter, a line end, and the export it is applied to.
    case filters

    /// The target that libFuzzer's callback feeds. The callback captures nothing, so this is global. Set once, before
    /// the first input.
    nonisolated(unsafe) public static var chosen = FuzzTarget.reader

    /// Feeds one input; traps if the results contradict each other.
    public func run(_ input: UnsafeRawBufferPointer) {
        switch self {
        case .reader: ReaderFuzz.run(input, filter: nil)
        case .tarball: TarballFuzz.run(input)
        case .fernet: FernetFuzz.run(input)
        case .pythonlist: PythonListFuzz.run(input)
        case .pickle: PickleFuzz.run(input)
        case .replies: RepliesFuzz.run(input)
        case .filters: FiltersFuzz.run(input)
        }
    }
}

/// A contradiction that a target found.
func mustHold(_ condition: Bool, _ claim: @autoclosure () -> String) {
    if !condition { fatalError("does not hold: \(claim())") }
}
