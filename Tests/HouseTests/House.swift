/// The rules of the house: the order of the rooms, and which room may import which C library.
enum House {
    /// From the bottom up. A room knows only rooms that stand before it here.
    static let rooms = [
        "TextForms", "Catalogue", "Failpoints", "ExportFormat", "EventFormat", "Comparison", "Sanitizing", "Adaptation",
        "TaskFormat", "Cutting", "TLS", "Sockets", "Traces", "Queue", "Flow", "Reporting", "Intake", "Storage",
        "Extraction", "Ledger",
        "Import",
        "Events", "EventSinks", "Verification", "Undo", "Relocation", "Steps", "Notification", "WorkerRuntime",
        "Operations", "CommandLine", "Page", "Server", "Enqueue", "Worker",
    ]

    /// Rooms with a narrower rule than their place gives them: the rooms that they may know.
    static let narrow: [String: Set<String>] = [
        // Redis holds opaque payloads: the queue knows nothing of models.
        "Queue": ["TextForms", "TLS", "Failpoints"],
        // The rules of the steps are pure: they know what a record says, and nothing else.
        "Flow": ["Queue"],
        // Storage knows tables, but not files, tasks or the queue.
        "Storage": ["TextForms", "Catalogue", "Failpoints"],
        // The format of tasks does not depend on the file format.
        "TaskFormat": ["TextForms"],
        // Mails and webhooks know what they say, not where it comes from.
        "Notification": ["TextForms", "TLS", "Sockets"],
        // What a program says of its own course knows nothing of what it works on.
        "Sockets": ["TLS"], "Traces": ["TextForms", "Sockets"],
    ]

    /// Rooms that need a database library, and so must not be reached from `relocation-enqueue`.
    static let databaseRooms: Set<String> = [
        "Storage", "Extraction", "Ledger", "Import", "Events", "EventSinks", "Verification", "Undo", "Relocation",
        "Steps", "WorkerRuntime",
    ]

    /// C module → the only rooms that import it.
    static let cModules: [String: Set<String>] = [
        "CHiredis": ["Queue"], "CPQ": ["Storage"], "CSQLite": ["Storage"], "CArchive": ["ExportFormat"],
        "CSimdJSON": ["ExportFormat"], "CZstd": ["TaskFormat"],
        "CZlib": ["ExportFormat"], "CMalloc": ["Worker"], "COpenSSL": ["TLS"], "CRdKafka": ["EventSinks"],
    ]

    /// Whether one room may know another.
    static func allows(_ room: String, toKnow other: String) -> Bool {
        guard let place = rooms.firstIndex(of: room), let otherPlace = rooms.firstIndex(of: other) else { return false }
        return otherPlace < place && narrow[room]?.contains(other) ?? true
    }
}
