// What an enqueuer does.
extension RelocationQueue {
    /// Elements of one script run while pushing.
    static let tasksPerBatch = 1_000
    /// Bytes of tasks pushed before Redis is asked again how much room it has.
    static let bytesBetweenReports = 4 << 20
    /// Bytes of one script run while pushing, unless a single task is larger.
    static let bytesPerBatch = 1 << 20
    /// What Redis needs for a payload beyond its bytes, in percent.
    static let overheadPercent = 10
    /// Relocations of one file that are remembered as such.
    static let sameFileLimit = 8

    /// Begins a relocation: its tasks can then be pushed, and no worker sees it before `publish`.
    ///
    /// An upload whose enqueuer is gone starts again from the beginning; one whose enqueuer is alive is refused with
    /// `conflict`. A finished relocation is replaced only if `replacing`; one that gets another file only if it has failed or
    /// is paused. Everything else is reported as `exists`. For an owner who must be free it begins only if nobody else's
    /// `begin` was faster: of many at once one wins.
    public func begin(_ relocation: NewRelocation, replacing: Bool = false) throws(QueueError) -> Begin {
        let uuid = relocation.uuid
        let fields = relocation.fields
        let counters = relocation.counters.flatMap { [RedisArgument.text($0.key), .number($0.value)] }
        let answer = try run(
            try callFor(
                .begin, uuid, keys: [keys.index, keys.fence, keys.file(relocation.digest)],
                [
                    .number(configuration.timeouts.uploadLeaseMilliseconds),
                    .number(configuration.retentionSeconds * 1_000),
                    !replacing ? "0" : relocation.replaces.isEmpty ? "1" : "2", .text(RelocationQueue.randomDigits()),
                    .text(relocation.destination.text), .text(relocation.owner?.name ?? ""),
                    relocation.owner?.mustBeFree == true ? "1" : "0", .number(fields.count),
                ] + fields + counters))
        switch answer.word {
        case "exists":
            guard let status = RelocationStatus(uuid, snapshot: try answer.element(0)) else { throw answer.unexpected }
            return .exists(status)
        case "owner":
            return .ownerIsBusy(with: try answer.text(0))
        case "uploading":
            throw .stillUploading(uuid, milliseconds: try answer.integer(0))
        default:
            let token = try answer.accepted(uuid).integer(0)
            pushed[token] = 0
            return .staged(uploadToken: token)
        }
    }

    /// The newest relocation of the same file under another UUID; nil if none is known any more.
    public func earlier(than uuid: String, digest: String) throws(QueueError) -> RelocationStatus? {
        let answer = try run(try callFor(.sameFile, uuid, keys: [keys.file(digest)])).accepted(uuid)
        guard let newest = try answer.element(0).array?.last?.text else { return nil }
        return try status(newest)
    }

    /// Appends tasks, in order. After a transient error the same tasks may be pushed again on this object.
    ///
    /// Throws `full` when the payload would not fit Redis' `maxmemory`, `leaseLost` when another enqueuer has begun
    /// the relocation again.
    public func push(_ tasks: [QueueTask], uuid: String, token: Int64) throws(QueueError) {
        var elements: [[UInt8]] = []
        elements.reserveCapacity(tasks.count)
        for task in tasks { elements.append(try TaskFrame.encode(task)) }
        try refuseUnlessFits(bytes: elements.reduce(0) { $0 + $1.count })
        var first = pushed[token] ?? 0
        var batches: [ScriptCall] = []
        var batchBytes = 0
        for batch in RelocationQueue.batches(elements) {
            let bytes = batch.reduce(0) { $0 + $1.count }
            batches.append(try pushCall(batch, bytes, uuid, token, after: first))
            first += batch.count
            batchBytes += bytes
            // What is not sent yet is held in memory: keep it small.
            if batchBytes >= 4 * RelocationQueue.bytesPerBatch {
                try send(batches, uuid)
                batches = []
                batchBytes = 0
            }
        }
        try send(batches, uuid)
        pushed[token] = first
    }

    /// Lists rows that are left out of the tasks, before any task is pushed. After a transient error the same rows may be
    /// listed again.
    ///
    /// - Parameter rows: descriptions of dropped rows, as workers list them
    public func list(leftOut rows: [String], uuid: String, token: Int64) throws(QueueError) {
        for start in stride(from: 0, to: rows.count, by: RelocationQueue.tasksPerBatch) {
            let lines = rows[start..<min(start + RelocationQueue.tasksPerBatch, rows.count)].map {
                RedisArgument.text(RelocationQueue.cut($0, RelocationQueue.listedRowBytes))
            }
            _ = try run(
                try callFor(
                    .listLeftOut, uuid,
                    [.integer(token), .number(configuration.retentionSeconds * 1_000), .number(start)] + lines)
            ).accepted(uuid)
        }
    }

    /// Tells that the enqueuer is alive, if it has nothing to push for longer than half an upload lease.
    public func keepUploading(uuid: String, token: Int64) throws(QueueError) {
        _ = try run(
            try callFor(
                .keepUploading, uuid, [.integer(token), .number(configuration.timeouts.uploadLeaseMilliseconds)])
        ).accepted(uuid)
    }

    /// Hands the complete relocation to the workers: from now on it can be claimed. Throws `conflict` when the number
    /// of tasks is not `chunksTotal`.
    public func publish(uuid: String, token: Int64, chunksTotal: Int) throws(QueueError) {
        _ = try run(try callFor(.publish, uuid, [.integer(token), .number(chunksTotal)])).accepted(uuid)
        pushed[token] = nil
    }

    /// Removes what was staged. Returns false if it no longer was the caller's.
    @discardableResult
    public func abandon(uuid: String, token: Int64) throws(QueueError) -> Bool {
        let answer = try run(try callFor(.abandon, uuid, keys: [keys.index], [.integer(token)]))
        pushed[token] = nil
        if answer.word == "lost" { return false }
        _ = try answer.accepted(uuid)
        return true
    }

    private func pushCall(
        _ batch: ArraySlice<[UInt8]>, _ bytes: Int, _ uuid: String, _ token: Int64, after first: Int
    ) throws(QueueError) -> ScriptCall {
        try callFor(
            .push, uuid,
            [
                .integer(token), .number(configuration.timeouts.uploadLeaseMilliseconds),
                .number(configuration.retentionSeconds * 1_000), .number(first), .number(bytes),
            ] + batch.map(RedisArgument.bytes))
    }

    private func send(_ batches: [ScriptCall], _ uuid: String) throws(QueueError) {
        guard !batches.isEmpty else { return }
        for reply in try replies(.push, batches) { _ = try ScriptAnswer(.push, reply).accepted(uuid) }
    }

    /// Cuts after so many tasks or bytes, always at the same places for the same tasks.
    private static func batches(_ elements: [[UInt8]]) -> [ArraySlice<[UInt8]>] {
        var out: [ArraySlice<[UInt8]>] = []
        var start = 0
        var bytes = 0
        for (index, element) in elements.enumerated() {
            if index > start, index - start == tasksPerBatch || bytes + element.count > bytesPerBatch {
                out.append(elements[start..<index])
                start = index
                bytes = 0
            }
            bytes += element.count
        }
        if start < elements.count { out.append(elements[start...]) }
        return out
    }

    func refuseUnlessFits(bytes: Int) throws(QueueError) {
        if bytes <= roomLeft {
            roomLeft -= bytes
            return
        }
        roomLeft = 0
        let report = try memoryReport()
        guard report.maxMemory > 0 else {
            roomLeft = RelocationQueue.bytesBetweenReports
            return
        }
        let needed = report.usedMemory + bytes + bytes / 100 * RelocationQueue.overheadPercent
        guard needed <= report.maxMemory else {
            throw QueueError(
                .full,
                "The tasks do not fit Redis: \(bytes) bytes more than the \(report.usedMemory) in use would pass its "
                    + "maxmemory of \(report.maxMemory).",
                remedy: "Raise its maxmemory, or wait until relocations are done.")
        }
        // Near the limit every push is checked.
        let isPlenty = report.maxMemory - needed >= 16 * RelocationQueue.bytesBetweenReports
        if isPlenty { roomLeft = RelocationQueue.bytesBetweenReports }
    }
}
