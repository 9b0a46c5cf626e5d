import Catalogue
package import Queue

/// What a relocation waits for, or who works on it.
package enum Situation: Equatable {
    /// A worker holds it: milliseconds until its lease ends.
    case leased(Int64)
    /// Its worker is gone: milliseconds until another may take it over, and how many could.
    case orphaned(Int64, heirs: Int)
    case uploading
    /// Its enqueuer has ended before all tasks were there: workers never see it.
    case abandoned
    /// An operator holds the queue of its destination.
    case held(DestinationHold)
    /// Nobody serves its destination.
    case unserved
    /// All who serve its destination were told to take nothing: the names of these workers.
    case quiet([String])
    /// Only a worker that knows this kind of task can go on.
    case needs(String)
    /// Milliseconds until the next attempt.
    case backingOff(Int64)
    /// So many workers can take it; nil if they were not asked.
    case waiting(workers: Int?)
    /// It waits for an operator, or for nobody.
    case settled

    /// - Parameter now: milliseconds since 1970 on Redis' clock
    init(_ status: RelocationStatus, _ workforce: Workforce?, now: Int64) {
        self =
            switch status.status {
            case .success, .failure, .paused, .unknown: .settled
            case .inProgress where status.isUploading: Self.uploaded(status, now)
            case .inProgress where !status.owner.isEmpty: Self.owned(status, workforce, now)
            case .inProgress: Self.waiting(status, workforce, now)
            }
    }

    private static func uploaded(_ status: RelocationStatus, _ now: Int64) -> Situation {
        status.uploadExpiresAt > 0 && status.uploadExpiresAt <= now ? .abandoned : .uploading
    }

    private static func owned(_ status: RelocationStatus, _ workforce: Workforce?, _ now: Int64) -> Situation {
        let left = status.leaseExpiresAt.saturatedSubtracting(now)
        let isGone = workforce?.worker(named: status.owner).map { workforce?.isGone($0) == true } ?? false
        guard left <= 0 || isGone else { return .leased(left) }
        return .orphaned(max(0, left), heirs: workforce?.serving(status).count ?? 0)
    }

    private static func waiting(_ status: RelocationStatus, _ workforce: Workforce?, _ now: Int64) -> Situation {
        if let hold = workforce?.holds[status.destinationName] { return .held(hold) }
        let workers = workforce?.serving(status).count
        if workers == 0 { return unserved(workforce?.quiet(status) ?? []) }
        if !status.needs.isEmpty { return .needs(status.needs) }
        if status.nextAttemptAt > now { return .backingOff(status.nextAttemptAt.saturatedSubtracting(now)) }
        return .waiting(workers: workers)
    }

    private static func unserved(_ quiet: [WorkerEntry]) -> Situation {
        quiet.isEmpty ? .unserved : .quiet(quiet.map(\.name))
    }

    /// Whether it waits for a worker, and none is there.
    var lacksWorkers: Bool {
        switch self {
        case .unserved, .orphaned(_, heirs: 0): true
        case .leased, .orphaned, .uploading, .abandoned, .held, .quiet, .needs, .backingOff, .waiting, .settled: false
        }
    }
}

extension Situation {
    /// For people; nil if the relocation's status says all.
    ///
    /// - Parameter time: how a time is written
    package func words(_ status: RelocationStatus, time: (Int64) -> String? = Timestamp.optional) -> String? {
        switch self {
        case .settled: nil
        case .leased(let left): "\(status.owner), its lease ends in \(Self.seconds(left))"
        case .orphaned(let left, let heirs): "\(status.owner) is gone; \(Self.heir(left, heirs, status))"
        case .uploading: "for its enqueuer to finish"
        case .abandoned: "its enqueuer is gone, and no worker takes half of a file"
        case .held(let hold): "the queue of \(Self.name(status)) is held\(hold.words(time))"
        case .unserved: "no worker serves \(Self.name(status))"
        case .quiet(let names):
            "every worker of \(Self.name(status)) is quiet (\(names.joined(separator: ", "))); SIGUSR2 lets it go on"
        case .needs(let kind): "for a worker that knows tasks of the kind \"\(kind)\""
        case .backingOff(let left): "for its next attempt in \(Self.seconds(left))"
        case .waiting(let workers):
            "for a worker" + (workers.map { $0 == 1 ? "; 1 serves it" : "; \($0) serve it" } ?? "")
        }
    }

    private static func heir(_ left: Int64, _ heirs: Int, _ status: RelocationStatus) -> String {
        if heirs == 0 { return "no worker serves \(name(status))" }
        return left > 0 ? "taken over in \(seconds(left))" : "the next free worker takes over"
    }

    /// The destination, with its database once a worker has served it.
    private static func name(_ status: RelocationStatus) -> String {
        let database = status.destinationAddress.isEmpty ? "" : " (\(status.destinationAddress))"
        return "the destination \(status.destinationName)\(database)"
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds.saturatedAdding(999) / 1_000) s"
    }
}

extension DestinationHold {
    /// ` by ada@host since 2024-05-06T07:08:09.123Z`
    func words(_ time: (Int64) -> String?) -> String {
        (by.isEmpty ? "" : " by \(by)") + (time(since).map { " since \($0)" } ?? "")
    }
}
