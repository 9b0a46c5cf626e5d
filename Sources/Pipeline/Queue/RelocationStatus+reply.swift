extension RelocationStatus {
    /// From a script's snapshot: record, counters, skipped chunks, whereabouts. Nil when the answer is no snapshot. A field that is
    /// missing or cannot be read has its default; fields that this version does not know are passed over.
    init?(_ uuid: String, snapshot: RedisReply) {
        guard let parts = snapshot.array, parts.count >= 4 else { return nil }
        self.init(uuid, RecordFields(parts[0].fields))
        (counters, recordedRows, recordChanged) = RecordedRows.split(parts[1].fields)
        skipped = (parts[2].array ?? []).compactMap(\.text)
        let whereabouts = (parts[3].array ?? []).map { $0.text ?? "" }
        (destinationAddress, destinationTrouble) = (whereabouts.first ?? "", whereabouts.dropFirst().first ?? "")
    }

    /// From a record alone.
    init(_ uuid: String, _ record: RecordFields) {
        self.init(uuid: uuid, scope: record.text("scope"))
        status = RelocationState(rawValue: record.text("status"))
        step = RelocationStep(rawValue: record.text("step"))
        readCourse(record)
        readOrigin(record)
        readTimes(record)
    }

    /// What workers and operators did.
    private mutating func readCourse(_ record: RecordFields) {
        undo = UndoRecord(record)
        flow = FlowPlace(record)
        isPublished = record.text("published") == "1"
        failures = record.number("failures")
        flowNotes = record.text("flowNotes")
        delivered = record.number("delivered")
        plan = PlanRecord(record)
        failureReason = record.text("failureReason")
        if status == .failure {
            endedBy = OperatorEnd(action: record.text("endedByAction"), failureReason: failureReason)
        }
        failureCause = FailureCause(rawValue: record.text("failureCause"))
        findings = TextList.decode(record.text("findings"))
        // The record keeps how it ended before it is undone, for the case that it stays.
        if status == .inProgress, step == .undoing { (failureReason, failureCause, findings) = ("", nil, []) }
        failedTask = record.text("failedTask")
        skippedRows = RowPlace.list(record.text("skippedRows"))
        chunksTotal = record.number("chunksTotal")
        chunksDone = max(record.number("chunksDone"), record.number("progress"))
        rowsUncommitted = record.number("progressRows")
        doing = record.text("doing")
        renamed = record.number("renamed")
        attempts = record.number("attempts")
        maxAttempts = record.number("maxAttempts")
        outages = record.number("outages")
        takeovers = record.number("takeovers")
        consecutiveCrashes = record.number("losses")
        lastError = record.text("lastTrouble")
        destination = record.text("destination")
        destinationName = record.text("destinationName", default: destinationName)
        owner = record.text("owner")
        needs = record.text("needs")
        pauseRequested = record.text("pauseRequested") == "1"
        cancelRequested = record.text("cancelRequested") == "1"
    }

    /// What the enqueuer wrote.
    private mutating func readOrigin(_ record: RecordFields) {
        format = record.number("format", default: 1)
        rowsSource = record.number("rowsSource")
        options = record.text("options")
        destinationName = record.text("destinationName", default: destinationName)
        digest = record.text("digest")
        sourceName = record.text("sourceName")
        keyBounds = record.text("keyBounds")
        replaces = record.text("replaces")
        enqueuedBy = record.text("enqueuedBy")
        toolVersion = record.text("toolVersion")
        traceParent = record.text("traceParent")
        warnings = TextList.decode(record.text("warnings"))
        losses = TextList.decode(record.text("silentLosses"))
        adapted = record.text("adapted")
        adaptedRows = TextList.decode(record.text("adaptedRows"))
        payloadBytes = record.number("payloadBytes")
    }

    private mutating func readTimes(_ record: RecordFields) {
        nextAttemptAt = record.time("nextAttemptAt")
        leaseExpiresAt = record.time("leaseExpiresAt")
        uploadExpiresAt = record.time("uploadExpiresAt")
        createdAt = record.time("createdAt")
        updatedAt = record.time("updatedAt")
        readyAt = record.time("readyAt")
        startedAt = record.time("startedAt")
        completedAt = record.time("completedAt")
    }
}
