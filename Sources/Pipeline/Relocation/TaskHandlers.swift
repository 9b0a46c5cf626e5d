import TaskFormat

/// The handler of every kind of task that this version works.
enum TaskHandlers {
    private static let all: [any TaskHandler] = [
        ChunkHandler(), LateChunkHandler(), FinishHandler(), ProvisionHandler(), DeriveHandler(),
    ]

    private static let byKind = Dictionary(all.map { ($0.kind.rawValue, $0) }, uniquingKeysWith: { first, _ in first })

    static var kinds: Set<String> { Set(byKind.keys) }

    /// nil for a kind of a newer version.
    static func handler(of kind: String) -> (any TaskHandler)? { byKind[kind] }
}
