import Foundation
import TestSupport

/// The result of an undisturbed run of the workload. Each disturbed run must have the same.
struct Expectation {
    /// One per site.
    let states: [EndState]
    let outcomes: [String: Outcome]
    let orders: [String: [String]]
    let seconds: Double

    init(_ setting: Setting, _ workload: Workload, _ server: DestinationServer) throws {
        let began = Date()
        let installation = try Installation(setting, workload, server, isDisturbed: false)
        installation.simulatedOperator.begin(threads: 2)
        let deadline = Date().addingTimeInterval(setting.patience)
        while !installation.isFinished {
            try installation.turn()
            guard Date() < deadline else { throw SystemFailure("the undisturbed run does not end") }
            usleep(20_000)
        }
        _ = installation.end()
        states = try installation.sites.map { try EndState($0.databaseURL, texts: workload.texts, began: began) }
        outcomes = installation.sites.reduce(into: [:]) { $0.merge($1.outcomes) { first, _ in first } }
        let log = WorkLog(installation.logs)
        orders = Dictionary(uniqueKeysWithValues: outcomes.keys.map { ($0, log.order(of: $0)) })
        seconds = Date().timeIntervalSince(began)
        for site in installation.sites { try server.drop(site.databaseURL) }
        try check(workload)
    }

    /// Throws if the undisturbed run itself is wrong, which makes comparisons worthless.
    private func check(_ workload: Workload) throws {
        for plan in workload.kept + workload.globals {
            guard let outcome = outcomes[plan.uuid] else { throw SystemFailure("\(plan.uuid) has no outcome") }
            let wanted = plan.end == .success ? "SUCCESS" : "FAILURE"
            guard outcome.status == wanted else {
                throw SystemFailure("undisturbed, \(plan.file) ended as \(outcome.status): \(outcome.reason)")
            }
            let tasks = orders[plan.uuid] ?? []
            // In one transaction the worker keeps follow-up tasks to itself: the list does not count them.
            let isComplete =
                plan.isOneTransaction ? tasks.count >= outcome.chunksTotal : tasks.count == outcome.chunksTotal
            // Those with steps have tasks that log nothing.
            guard plan.end == .failure || plan.hasSteps || isComplete else {
                throw SystemFailure("undisturbed, \(plan.file) shows \(tasks.count) of \(outcome.chunksTotal) tasks")
            }
        }
        guard states.allSatisfy({ $0.chunkFaults.isEmpty && $0.misordered.isEmpty }) else {
            throw SystemFailure("undisturbed, the chunk rows are wrong: \(states.flatMap(\.chunkFaults))")
        }
    }
}

/// One run of the workload under faults.
struct Leg {
    private let setting: Setting
    private let workload: Workload
    private let installation: Installation
    private let injector: Injector
    private var schedule: FaultSchedule
    private let target: Int

    /// The number of open relocations at which faults stop. Otherwise all faults hit the last few, which wait in back-off.
    private var tail: Int { max(4, (setting.relocations + setting.globals) / 8) }
    /// Seconds between two lines of progress.
    private static let noteSeconds = 30.0

    init(
        _ number: Int, _ setting: Setting, _ workload: Workload, _ server: DestinationServer, target: Int
    ) throws {
        self.setting = setting
        self.workload = workload
        self.target = target
        installation = try Installation(setting, workload, server, isDisturbed: true)
        injector = Injector(installation, setting)
        schedule = FaultSchedule(seed: setting.seed, leg: number, setting)
    }

    mutating func run(against expectation: Expectation) throws -> LegResult {
        let began = Date()
        let watch = Watch(installation, injector)
        watch.begin()
        installation.simulatedOperator.begin(threads: 3)
        injectFaults()
        let faultsEnded = Date()
        waitForCalm()
        let secondsOfCalm = Date().timeIntervalSince(faultsEnded)
        watch.end()
        let records = installation.sites.map { $0.unfinishedRecords(installation.client) }
        let stubborn = installation.end()
        var result = try checkState(expectation, began, records)
        result.stubborn = stubborn
        result.secondsOfFaults = faultsEnded.timeIntervalSince(began)
        result.secondsOfCalm = secondsOfCalm
        for site in installation.sites where result.isClean { try installation.server.drop(site.databaseURL) }
        keepLogs(result)
        return result
    }

    /// Injects faults until enough have met work, or few relocations are left.
    private mutating func injectFaults() {
        var noted = Date()
        while injector.metTotal < target, installation.unfinished > tail {
            let fault = schedule.next()
            usleep(UInt32(fault.gap * 1e6))
            if setting.isVerbose { note(fault.kind.rawValue) }
            if Date().timeIntervalSince(noted) > Self.noteSeconds {
                noted = Date()
                note("Under way")
            }
            injector.inject(fault)
        }
    }

    /// Waits until the last faults have ended and all relocations are finished, or patience runs out.
    private func waitForCalm() {
        _ = eventually(within: 60) { injector.running == 0 }
        if setting.isVerbose { note("no more faults") }
        _ = eventually(within: setting.patience) { installation.isFinished }
    }

    private func note(_ text: String) {
        let worked = installation.sites.reduce(0) { $0 + $1.worked }
        say("\(text); \(injector.metTotal) met, \(installation.unfinished) unfinished, \(worked) worked on")
    }

    // MARK: Checks

    private func checkState(
        _ expectation: Expectation, _ began: Date, _ records: [[String: String]]
    ) throws -> LegResult {
        var result = LegResult()
        result.met = injector.met
        result.idle = injector.idle
        result.samples = installation.recovery.samples
        result.backedOff = installation.recovery.backedOff
        result.retries = installation.simulatedOperator.retries
        result.wrongSuccesses = installation.simulatedOperator.wrongSuccesses
        for site in installation.sites {
            for worker in site.workers { result.exits.merge(worker.exits, uniquingKeysWith: +) }
        }
        let log = WorkLog(installation.logs)
        reportUnfinished(records, log, &result)
        result.warnings = log.warnings
        if setting.isSabotaged { try Sabotage.commit(installation.sites[0].databaseURL) }
        try compareEndStates(expectation, began, &result)
        checkPlans(expectation, log, &result)
        try PeopleTold(installation, workload).check(&result)
        return result
    }

    private func reportUnfinished(_ records: [[String: String]], _ log: WorkLog, _ result: inout LegResult) {
        for (site, known) in zip(installation.sites, records) {
            for plan in site.unfinished {
                let story = [known[plan.uuid] ?? "Redis did not answer"] + log.lastLines(on: plan.uuid)
                let arguments = plan.arguments.joined(separator: " ")
                result.stuck.append("\(plan.uuid) (\(arguments)):\n    " + story.joined(separator: "\n    "))
            }
        }
    }

    private func compareEndStates(_ expectation: Expectation, _ began: Date, _ result: inout LegResult) throws {
        for (site, expected) in zip(installation.sites, expectation.states) {
            let state = try EndState(site.databaseURL, texts: workload.texts, began: began)
            let (lost, extra) = state.difference(from: expected)
            result.rows += state.rows
            result.lost += lost
            result.duplicated += extra + state.chunkFaults
            result.misordered += state.misordered
        }
    }

    private func checkPlans(_ expectation: Expectation, _ log: WorkLog, _ result: inout LegResult) {
        let outcomes = installation.sites.reduce(into: [:]) { $0.merge($1.outcomes) { first, _ in first } }
        let losses = installation.serverHealth.losses
        let mayMissLines = injector.met[.fileLimited] != nil
        let undone = Set(workload.plans.filter(\.isUndone).map(\.uuid))
        result.undone = outcomes.count { undone.contains($0.key) && $0.value.endedBy == "undo" }
        for uuid in outcomes.keys {
            for (time, text) in log.intrusions(on: uuid) {
                if Self.isNear(time, losses) { result.excused += 1 } else { result.intrusions.append(text) }
            }
        }
        for (uuid, outcome) in outcomes {
            guard let expected = expectation.outcomes[uuid] else { continue }
            if outcome.status != expected.status || outcome.reason != expected.reason {
                let story = [outcome.reason, outcome.trouble, outcome.finding].joined(separator: "; ")
                result.stuck.append("\(uuid) ended as \(outcome.status): \(story)")
            }
            if outcome.rows != expected.rows || outcome.status == "SUCCESS" && !outcome.isAccounted {
                result.unaccounted.append("\(uuid): \(outcome.rows) instead of \(expected.rows)")
            }
            let order = log.order(of: uuid)
            // If logs could not grow, a line may be missing, but none may be out of order.
            let complete = expectation.orders[uuid] ?? []
            let wanted = mayMissLines ? complete.filter(Set(order).contains) : complete
            if order != wanted, !injector.unlogged.contains(uuid) {
                result.misordered.append("\(uuid): \(order)")
            }
        }
    }

    /// Whether Redis lost data shortly before. Then it has also lost which worker holds what.
    private static func isNear(_ time: String, _ losses: [Date]) -> Bool {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let moment = try? Date(time, strategy: format) else { return false }
        return losses.contains { (-0.5...6).contains(moment.timeIntervalSince($0)) }
    }

    private func keepLogs(_ result: LegResult) {
        guard !result.isClean, let folder = setting.keepsLogs else { return }
        let place = folder + "/\(UUID().uuidString.prefix(8))"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try? FileManager.default.copyItem(atPath: installation.logs.path, toPath: place)
        say("Logs of this leg: \(place); \(installation.sites.map(\.databaseURL))")
    }
}

/// Calls the installation's `turn` again and again on a thread of its own.
private final class Watch: Sendable {
    private let installation: Installation
    private let injector: Injector
    private let stop = StopFlag()

    init(_ installation: Installation, _ injector: Injector) {
        self.installation = installation
        self.injector = injector
    }

    func begin() {
        Thread { [self] in
            var turn = 0
            while !stop.isSet {
                // An error now is retried at the next turn.
                try? installation.turn()
                if turn % 5 == 0 { injector.noteSize() }
                turn += 1
                usleep(20_000)
            }
            stop.setFinished()
        }.start()
    }

    func end() { stop.setAndWait() }
}
