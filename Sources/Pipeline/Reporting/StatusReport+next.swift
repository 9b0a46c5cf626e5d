import Queue

extension StatusReport {
    /// The command that helps, complete but for a file's name; nil if nothing waits for an operator.
    public var next: String? {
        switch status.status {
        case .paused: "relocation-enqueue unpause \(status.uuid)"
        case .failure: afterFailure
        case .inProgress: whileInProgress
        case .success, .unknown: nil
        }
    }

    /// What keeps it waiting: an operator, the destination, or that no worker is there.
    private var whileInProgress: String? {
        let situation = situation(now: Timestamp.now())
        switch situation {
        case .held: return "relocation-enqueue unpause --all" + named
        case .abandoned: return again
        case .quiet: return "relocation-enqueue workers"
        case .needs: return "relocation-worker run" + named
        case .leased, .orphaned, .uploading, .unserved, .backingOff, .waiting, .settled: break
        }
        // Also while a worker holds it, which tries now and then: what helps must not come and go.
        if !status.destinationTrouble.isEmpty { return "relocation-worker check" + named }
        return situation.lacksWorkers ? "relocation-worker run" + named : nil
    }

    /// The option that names the destination; empty for the standard one.
    private var named: String {
        status.destinationName == DestinationName.standard.text
            ? "" : " --destination \(PlainText.line(status.destinationName))"
    }

    /// That no worker will take it, and what helps; nil if one will, or if the workers were not asked for.
    package var lackOfWorkers: String? {
        let situation = situation(now: Timestamp.now())
        guard situation.lacksWorkers, let words = situation.words(status), let nextText else { return nil }
        return "\(words); \(nextText)"
    }

    /// Tasks that were deleted or lost come back with the file, and so do rows that the destination has lost.
    private var afterFailure: String? {
        let scope = PlainText.line(status.scope)
        if status.step == .undoing, status.endedBy != .undo {
            return "relocation-enqueue undo \(status.uuid) --no-prompt"
        }
        if let verification {
            return verification.next(findings: !status.findings.isEmpty, canRetry: canRetry, status.uuid)
        }
        if let afterFlowFailure { return afterFlowFailure }
        if status.failureCause == .brokenPlan { return "relocation-enqueue plan \(scope)\(named) FILE" }
        if isPlan { return "relocation-enqueue findings \(status.uuid)" }
        if canRetry { return "relocation-enqueue retry \(status.uuid)" }
        if status.failureCause == .otherImport {
            return status.replaces.isEmpty ? "\(enqueue) FILE" : replacement
        }
        return again
    }

    /// The same file once more: what is written already is not written again.
    private var again: String {
        if let verification { return "relocation-enqueue verify \(verification.importUUID) FILE" }
        if status.flow != nil, status.status == .failure { return relocateAgain }
        return "\(enqueue) --import-uuid \(status.uuid) FILE"
    }

    /// Goes on with a file in which what cannot be imported is corrected.
    private var replacement: String {
        "\(enqueue) --import-uuid \(status.uuid) --replace-file FILE"
    }

    /// A script has nobody to answer: `global` asks otherwise.
    private var enqueue: String {
        let command = status.flow == nil ? PlainText.line(status.scope) : "relocate"
        return "relocation-enqueue \(command)\(named)" + (command == "global" ? " --no-prompt" : "")
    }

    /// Whether it only plans an import.
    package var isPlan: Bool { status.option("plans") == .flag(true) }

    package var canRetry: Bool { status.payloadBytes > 0 && status.failureCause == nil }

    /// What a command is for while the relocation waits.
    private func words(_ next: String) -> String {
        switch situation(now: Timestamp.now()) {
        case .held, .uploading, .settled: next
        case .abandoned: "enqueue the file again, with the flags of before: \(next)"
        case .quiet: "see which workers are quiet, and send them SIGUSR2: \(next)"
        case .needs: "start a worker of a newer version: \(next)"
        case .leased, .orphaned, .unserved, .backingOff, .waiting:
            next.hasPrefix("relocation-worker check")
                ? "see what the destination lacks: \(next)" : "start a worker: \(next)"
        }
    }

    /// The same for people, with what must come first.
    package var nextText: String? {
        guard let next else { return nil }
        if case .inProgress = status.status {
            return words(next)
        }
        guard status.status == .failure, canRetry, verification == nil, afterFlowFailure == nil, !isPlan else {
            return next
        }
        let retry = "remove the cause, then: \(next)"
        guard let task = TaskNote(json: status.failedTask), ["chunk", "late"].contains(task.kind) else { return retry }
        let rows = task.rows == 1 ? "1 row" : "\(task.rows) rows"
        let row =
            task.row.map {
                "\n      to leave out \(PlainText.line($0.text)) instead: \(next) --skip-row --accept-loss"
            } ?? ""
        // A relocation with steps takes no other file under its UUID.
        let file =
            status.flow == nil
            ? "\n      to go on with a corrected file instead (other flags as before): \(replacement)" : ""
        return "\(retry)\(file)\(row)\n      to leave out its \(rows) instead: \(next) --skip-chunk --accept-loss"
    }
}
