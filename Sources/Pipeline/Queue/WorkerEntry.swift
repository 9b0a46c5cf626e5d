internal import FoundationEssentials

/// What a worker process tells of itself.
// More than eight properties: one per field of its entry.
public struct WorkerEntry: Sendable, Equatable {
    /// The owner of the leases that it holds.
    public var name: String
    /// Tells processes apart that have the same name one after the other.
    public var instance: String
    public var host: String
    public var pid: Int
    public var version = ""
    /// The name of the destination that it serves.
    public var destinationName = DestinationName.standard.text
    /// Where the database is, for people.
    public var destinationAddress = ""
    public var concurrency = 1
    /// What the slots work on; idle ones are missing.
    public var slots: [SlotWork] = []
    /// It takes no more until it is told to go on.
    public var isQuiet = false
    /// It ends once nothing is left that can go on.
    public var isDraining = false
    /// It ends after the current chunks.
    public var isStopping = false
    /// What keeps it from working; empty if nothing does.
    public var trouble = ""
    /// Milliseconds between two signs of life.
    public var everyMilliseconds = 1_000
    /// Its first and its last sign of life: milliseconds since 1970 on Redis' clock. Redis sets both.
    public var since: Int64 = 0
    public var heartbeatAt: Int64 = 0

    public init(name: String, instance: String, host: String, pid: Int) {
        self.name = name
        self.instance = instance
        self.host = host
        self.pid = pid
    }

    /// The member of the sorted set.
    var id: String { "\(name):\(instance)" }
}

/// What one slot of a worker works on.
public struct SlotWork: Sendable, Equatable, Codable {
    public var slot: Int
    public var uuid: String
    /// The task at hand, for people; empty between tasks.
    public var task = ""
    /// Milliseconds for which it has worked on this relocation.
    public var milliseconds: Int64 = 0
    /// Rows that it has worked meanwhile, written or not yet.
    public var rows = 0

    public init(slot: Int, uuid: String) {
        self.slot = slot
        self.uuid = uuid
    }

    /// Members that are missing have defaults, those that are not known are passed over.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        slot = try members.decodeIfPresent(Int.self, forKey: .slot) ?? 0
        uuid = try members.decodeIfPresent(String.self, forKey: .uuid) ?? ""
        task = try members.decodeIfPresent(String.self, forKey: .task) ?? ""
        milliseconds = RecordFields.bounded(time: try members.decodeIfPresent(Int64.self, forKey: .milliseconds) ?? 0)
        rows = RecordFields.bounded(number: try members.decodeIfPresent(Int64.self, forKey: .rows) ?? 0)
    }
}

extension WorkerEntry {
    /// As Redis holds it: names and values of a hash.
    var fields: [RedisArgument] {
        [
            "name", .text(name), "instance", .text(instance), "host", .text(host), "pid", .number(pid),
            "version", .text(version), "destinationName", .text(destinationName), "destinationAddress",
            .text(destinationAddress),
            "concurrency", .number(concurrency), "slots", .text(slotsText), "quiet", isQuiet ? "1" : "0",
            "draining", isDraining ? "1" : "0", "stopping", isStopping ? "1" : "0",
            "trouble", .text(RelocationQueue.cut(trouble, RelocationQueue.reasonBytes)),
            "everyMilliseconds", .number(everyMilliseconds),
        ]
    }

    private var slotsText: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts and whole numbers always encode.
        return (try? encoder.encode(slots)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }

    /// From the hash. A field that is missing or cannot be read has its default.
    init(id: String, _ record: RecordFields) {
        self.init(
            name: record.text("name", default: id), instance: record.text("instance"), host: record.text("host"),
            pid: record.number("pid"))
        version = record.text("version")
        destinationName = record.text("destinationName", default: destinationName)
        destinationAddress = record.text("destinationAddress")
        concurrency = record.number("concurrency", default: concurrency)
        // Slots that cannot be read are not shown.
        slots = (try? JSONDecoder().decode([SlotWork].self, from: Data(record.text("slots").utf8))) ?? []
        isQuiet = record.text("quiet") == "1"
        isDraining = record.text("draining") == "1"
        isStopping = record.text("stopping") == "1"
        trouble = record.text("trouble")
        everyMilliseconds = record.number("everyMilliseconds", default: everyMilliseconds)
        since = record.time("since")
        heartbeatAt = record.time("heartbeatAt")
    }
}
