extension QueueError {
    /// What an error answer means. Only its code is shown, and the name of a refused command: the rest may repeat
    /// arguments.
    ///
    /// - Parameter caller: nil if it is not known here
    init(serverError text: String, caller: RedisCaller? = nil) {
        if let refusal = ServerRefusal(text) {
            self.init(refusal, caller: caller)
            return
        }
        let code = String(text.prefix { $0 != " " && $0 != ":" })
        switch code {
        case "NOAUTH", "WRONGPASS":
            self.init(
                .authentication, "Redis refuses this user and password.", remedy: "Check the Redis URL's credentials.")
        case "READONLY": self = .replica
        case "MISCONF":
            self.init(.readOnly, "Redis refuses writes because its disk fails.", remedy: "Check the log of Redis.")
        case "NOREPLICAS":
            self.init(.readOnly, "Redis refuses writes for lack of replicas.", remedy: "Start its replicas.")
        case "OOM":
            self.init(.full, "Redis is full.", remedy: "Raise its maxmemory, or wait until relocations are done.")
        case "LOADING", "BUSY", "MASTERDOWN", "UNBLOCKED":
            self.init(.unavailable, "Redis is not ready (\(code)).", remedy: "Try again in a moment.")
        case "MOVED", "ASK", "CROSSSLOT", "CLUSTERDOWN", "TRYAGAIN":
            self = .cluster
        case "WRONGTYPE":
            self.init(
                .protocolError, "A key of the queue belongs to something else.", remedy: "Use another Redis prefix.")
        default:
            self.init(unclassified: text, code: code)
        }
    }

    private init(unclassified text: String, code: String) {
        if text.hasPrefix("ERR This instance has cluster support disabled") || text.hasSuffix("in cluster mode") {
            self = .cluster
        } else if text.hasPrefix("ERR max number of clients") {
            self.init(.unavailable, "Redis has too many clients.", remedy: "Raise its maxclients.")
        } else if text.hasPrefix("ERR Error compiling script") {
            self = .unknown([])
        } else {
            let isCode = !code.isEmpty && code.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            self.init(.protocolError, "Redis answered with an unexpected error (\(isCode ? code : "no code")).")
        }
    }

    static func unexpectedAnswer(to name: String) -> QueueError {
        QueueError(
            .protocolError, "Redis' answer to \(name) is not understood.",
            remedy: "Make sure that all workers and commands are of one version.")
    }

    /// Writes are for the primary.
    public static let replica = QueueError(
        .readOnly, "Redis is a read-only replica.",
        remedy: "Use its primary: the Redis URL must name that server (INFO replication on the replica tells its "
            + "master_host).")

    static let cluster = QueueError(
        .unsupported, "Redis Cluster is not supported.", remedy: "Use one Redis, or a primary with replicas.")

    static func notFound(_ uuid: String) -> QueueError {
        QueueError(
            .notFound, "There is no relocation \(uuid).",
            remedy: "`list` shows those there are. If Redis lost its data, enqueue the file again under this UUID.")
    }
}
