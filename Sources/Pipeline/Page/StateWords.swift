internal import Queue
internal import Reporting

/// The state of a relocation in a word and a colour: neither stands alone.
struct StateWords {
    let word: String
    /// A class of the style sheet.
    let color: String

    init(_ word: String, _ color: String) {
        self.word = word
        self.color = color
    }

    var fields: Fields { ["word": word, "color": color] }
}

extension StatusReport {
    /// - Parameter now: milliseconds since 1970 on Redis' clock
    func stateWords(now: Int64) -> StateWords {
        switch status.status {
        case .success: StateWords("Done", "green square")
        case .paused: StateWords("Paused", "amber square")
        case .failure: failureWords
        case .inProgress: progressWords(now: now)
        case .unknown(let text): StateWords(text, "grey")
        }
    }

    private var failureWords: StateWords {
        guard let end = status.endedBy else { return StateWords("Failed", "red square") }
        return StateWords(end.words.prefix(1).uppercased() + end.words.dropFirst(), "grey square")
    }

    private func progressWords(now: Int64) -> StateWords {
        if status.cancelRequested { return StateWords("Cancelling", "amber") }
        if status.pauseRequested { return StateWords("Pausing", "amber") }
        return switch situation(now: now) {
        case .leased: StateWords(status.step == .undoing ? "Undoing" : "In progress", "blue")
        case .uploading: StateWords("Uploading", "blue open")
        case .abandoned: StateWords("Upload abandoned", "red open")
        case .orphaned: StateWords("Worker lost", "amber open")
        case .held: StateWords("Held", "amber open")
        case .unserved, .quiet, .needs: StateWords("No worker", "amber open")
        case .backingOff: StateWords("Trying again", "amber open")
        case .waiting, .settled: StateWords("Waiting", "blue open")
        }
    }

    /// How the bar is painted: a class of the style sheet.
    var barClass: String {
        switch status.status {
        case .success: "done"
        case .failure: status.endedBy == nil ? "bad" : "halt"
        case .paused, .unknown: "halt"
        case .inProgress: "fill"
        }
    }

    /// `7b1d0f3e`
    var short: String { String(status.uuid.prefix(8)) }
}
