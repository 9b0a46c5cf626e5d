// What the queue asks of the server itself.
extension RelocationQueue {
    /// What an operator should know of this Redis before trusting it.
    public func serverReport() throws(QueueError) -> ServerReport {
        let info = RelocationQueue.fields(ofInfo: try connection.call(["INFO"]).text ?? "")
        let isReplica = info["role"] == "slave"
        return ServerReport(
            version: info["redis_version"] ?? "", maxMemory: info["maxmemory"].flatMap { Int($0) } ?? 0,
            usedMemory: info["used_memory"].flatMap { Int($0) } ?? 0,
            evictionPolicy: info["maxmemory_policy"] ?? "noeviction",
            hasPersistence: info["aof_enabled"] == "1" ? true : try hasSavePoints(),
            isReplica: isReplica, isReadOnly: isReplica && info["slave_read_only"] != "0")
    }

    /// Memory in use and its limit.
    func memoryReport() throws(QueueError) -> (usedMemory: Int, maxMemory: Int) {
        let info = RelocationQueue.fields(ofInfo: try connection.call(["INFO", "memory"]).text ?? "")
        return (info["used_memory"].flatMap { Int($0) } ?? 0, info["maxmemory"].flatMap { Int($0) } ?? 0)
    }

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
