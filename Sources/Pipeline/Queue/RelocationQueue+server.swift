// What the queue asks of the server itself.
extension RelocationQueue {
    /// What an operator should know of this Redis before trusting it.
    public func serverReport() throws(QueueError) -> ServerReport {
        let info = RelocationQueue.fields(ofInfo: try connection.call(["INFO"]).text ?? "")
        var report = ServerReport(version: info["redis_version"] ?? "")
        report.maxMemory = RelocationQueue.bytes(info["maxmemory"])
        report.usedMemory = RelocationQueue.bytes(info["used_memory"])
        report.evictionPolicy = info["maxmemory_policy"] ?? report.evictionPolicy
        report.hasPersistence = info["aof_enabled"] == "1" ? true : try hasSavePoints()
        report.isReplica = info["role"] == "slave"
        report.isReadOnly = report.isReplica && info["slave_read_only"] != "0"
        let written = ["rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"]
        report.hasDiskTrouble = written.contains { info[$0] == "err" }
        return report
    }

    /// Memory in use and its limit.
    func memoryReport() throws(QueueError) -> (usedMemory: Int, maxMemory: Int) {
        let info = RelocationQueue.fields(ofInfo: try connection.call(["INFO", "memory"]).text ?? "")
        return (RelocationQueue.bytes(info["used_memory"]), RelocationQueue.bytes(info["maxmemory"]))
    }

    private static func bytes(_ text: String?) -> Int { text.flatMap(RecordFields.number) ?? 0 }

    /// Nil when this user may not ask.
    private func hasSavePoints() throws(QueueError) -> Bool? {
        let reply = try connection.exchange(RedisCommands(["CONFIG", "GET", "save"]))[0]
        guard let points = reply.fields["save"] else { return nil }
        return !points.isEmpty
    }

    /// The `name:value` lines of INFO.
    private static func fields(ofInfo text: String) -> [String: String] {
        var out: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { out[String(parts[0])] = String(parts[1]) }
        }
        return out
    }
}
