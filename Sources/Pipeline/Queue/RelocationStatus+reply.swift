extension RelocationStatus {
    /// From a script's snapshot: record, counters, skipped chunks. Nil when it is no relocation.
    init?(_ uuid: String, snapshot: RedisReply) {
        guard let parts = snapshot.array, parts.count == 3 else { return nil }
        let record = parts[0].fields
        guard let state = record["status"].flatMap(RelocationState.init(rawValue:)),
            let step = record["step"].flatMap(RelocationStep.init(rawValue:))
        else { return nil }
        func text(_ name: String) -> String { record[name] ?? "" }
        func number(_ name: String) -> Int { record[name].flatMap { Int($0) } ?? 0 }
        func time(_ name: String) -> Int64 { record[name].flatMap { Int64($0) } ?? 0 }
        self.init(
            uuid: uuid, scope: text("scope"), status: state, step: step, failureReason: text("failureReason"),
            findings: TextList.decode(text("findings")), chunksTotal: number("chunksTotal"),
            chunksDone: max(number("chunksDone"), number("progress")), rowsSource: number("rowsSource"),
            counters: parts[1].fields.compactMapValues { Int($0) }, attempts: number("attempts"),
            nextAttemptAt: time("nextAttemptAt"), lastTrouble: text("lastTrouble"),
            destination: text("destination"), owner: text("owner"), leaseExpiresAt: time("leaseExpiresAt"),
            options: text("options"), digest: text("digest"), sourceName: text("sourceName"),
            warnings: TextList.decode(text("warnings")), createdAt: time("createdAt"), updatedAt: time("updatedAt"),
            startedAt: time("startedAt"), completedAt: time("completedAt"), payloadBytes: number("payloadBytes"),
            skipped: (parts[2].array ?? []).compactMap(\.text), failedTask: text("failedTask"),
            takeovers: number("takeovers"),
            losses: number("losses"), pauseRequested: text("pauseRequested") == "1",
            cancelRequested: text("cancelRequested") == "1")
    }
}

extension NewRelocation {
    /// The fields of the record that come from the enqueuer.
    var fields: [RedisArgument] {
        [
            "scope", .text(scope), "options", .text(options), "digest", .text(digest),
            "sourceName", .text(sourceName), "rowsSource", .number(rowsSource),
            "warnings", .text(TextList.encode(warnings)),
        ]
    }
}
