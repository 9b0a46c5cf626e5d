import TaskFormat

/// The handlers of all kinds of tasks that this version knows.
enum TaskHandlers {
    private static let all: [any TaskHandler] = [
        ChunkHandler(), LateChunkHandler(), FinishHandler(), ProvisionHandler(), DeriveHandler(), VerifyHandler(),
        FlowHandler(), PlanHandler(), EventsHandler(), ExportHandler(),
    ]

    private static let byKind = Dictionary(all.map { ($0.kind.rawValue, $0) }, uniquingKeysWith: { first, _ in first })

    static var kinds: Set<String> { Set(byKind.keys) }

    /// nil for a kind that only a newer version knows.
    static func handler(of kind: String) -> (any TaskHandler)? { byKind[kind] }
}
