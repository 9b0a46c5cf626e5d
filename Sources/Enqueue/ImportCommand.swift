import Catalogue
import CommandLine
import Reporting
import Cutting
import ExportFormat
import TaskFormat
import Operations
import Queue
import Traces

/// What the import command of every scope does with its arguments.
struct ImportCommand {
    let scope: ImportScope
    /// The path of the export; `-` is standard input.
    let source: String
    let arguments: ImportOptions
    let flags: RelocationOptions
    let filter: () throws -> ExportFilter?

    /// - Parameters:
    ///   - autopause: of a relocation with steps: where it pauses
    ///   - again: the failed relocation that it repeats
    func run(autopause: RelocationStep? = nil, again: RelocationID? = nil) throws {
        let console = Console(isSilent: arguments.silent)
        let findings = try arguments.findingsFile.map { path throws(CommandFailure) in try FindingsFile(path) }
        do {
            try arguments.traces.during(console) { try run(console, findings, autopause, again) }
        } catch let error as ExportError {
            try report(error, console, findings)
        } catch let error as TaskFormatError {
            throw CommandFailure(error)
        }
    }

    private func run(
        _ console: Console, _ findings: FindingsFile?, _ autopause: RelocationStep?, _ again: RelocationID?
    ) throws {
        var job = try job()
        job.autopause = autopause
        if arguments.check { return try CheckRun(job: job, arguments: arguments, console: console).run(findings) }
        // What would end the command anyway is reported before a long file is read.
        try StandardStreams.requireOutput()
        let configuration = try arguments.redis.configuration()
        let outcome = try Traces.span(.enqueue) { try enqueue(&job, configuration, console, findings, again) }
        console.say(words(outcome, job))
        if job.plan != nil {
            var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
            try loop.waitForPlan(findings)
        }
        try Console.printUUID(job.uuid, state: "is queued")
        if arguments.wait {
            var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
            try loop.run(findings)
        }
    }

    private func enqueue(
        _ job: inout EnqueueJob, _ configuration: QueueConfiguration, _ console: Console, _ findings: FindingsFile?,
        _ again: RelocationID?
    ) throws -> EnqueueJob.Outcome {
        try EnqueueJob.ask(configuration)
        let source = try open(&job, configuration, console, findings)
        let progress = ReadingProgress(source, filtered: job.filter != nil, console)
        let survey = try progress.during { report throws(ExportError) in try job.check(source, onProgress: report) }
        console.say(SurveyText.text(survey, name: SourceName.shown(self.source)))
        console.say(SurveyText.adapted(survey))
        console.say(SurveyText.learned(survey))
        console.say(SurveyText.losses(survey))
        for warning in survey.warnings { console.warn(warning) }
        if let again {
            try RelocationAgain(again, in: RelocationQueue(configuration)).requireSame(survey.sha256)
        }
        try job.plan?.requireFit(job, survey)
        return try job.queue(source, survey, configuration, observer: .onTerminal(console))
    }

    /// Queues a relocation whose export a worker of another destination sends.
    func transfer(from source: DestinationName, autopause: RelocationStep?) throws {
        let console = Console(isSilent: arguments.silent)
        let findings = try arguments.findingsFile.map { path throws(CommandFailure) in try FindingsFile(path) }
        try arguments.traces.during(console) { try transfer(from: source, autopause, console, findings) }
    }

    private func transfer(
        from source: DestinationName, _ autopause: RelocationStep?, _ console: Console, _ findings: FindingsFile?
    ) throws {
        try StandardStreams.requireOutput()
        var job = try job()
        job.autopause = autopause
        let configuration = try arguments.redis.configuration()
        try EnqueueJob.ask(configuration)
        let sender = try RelocationQueue(configuration).destination(source)
        let outcome = try Traces.span(.enqueue) {
            try job.queueTransfer(configuration, observer: .onTerminal(console))
        }
        console.say(words(outcome, job))
        console.say("The export comes from \(source.words(sender)).")
        try Console.printUUID(job.uuid, state: "is queued")
        if arguments.wait {
            var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
            try loop.run(findings)
        } else {
            try findings?.write([])
        }
    }

    /// Opens the export; one with steps is scanned first. A refusal of the scan is queued, to be recorded, and thrown.
    private func open(
        _ job: inout EnqueueJob, _ configuration: QueueConfiguration, _ console: Console, _ findings: FindingsFile?
    ) throws -> ExportSource {
        guard job.options.relocate != nil else { return try job.open() }
        let (source, report) = try job.scanned()
        job.scan = report
        if let source, report.refusal == nil { return source }
        try findings?.write([])
        let reason = report.refusal ?? ""
        let outcome = try job.queueRefused(configuration, observer: .onTerminal(console))
        console.say(words(outcome, job))
        try Console.printUUID(job.uuid, state: "is recorded as failed")
        if arguments.wait {
            var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
            try loop.run(findings)
        }
        throw CommandFailure(
            .badData, "The scan refuses this relocation: \(reason)" + (report.explanation.map { " (\($0))" } ?? ""))
    }

    private func job() throws -> EnqueueJob {
        var job = try arguments.file.job(source, scope, arguments.uuid, flags)
        job.filter = try filter()
        job.destination = try arguments.destinationName.name()
        job.replacesFile = arguments.replaceFile
        job.keyring = try arguments.payloadKeys.keyring()
        job.plan = try arguments.planFile.map(PlanFile.read)
        return job
    }

    private func words(_ outcome: EnqueueJob.Outcome, _ job: EnqueueJob) -> String {
        switch outcome {
        case .queued(let tasks, let destination):
            "Queued \(tasks) \(tasks == 1 ? "task" : "tasks") for \(job.destination.words(destination)).\n"
                + "Follow with: relocation-enqueue status \(job.uuid)"
        case .already(let status):
            "This import is queued already (\(status.status.rawValue)). Nothing was added."
        }
    }

    /// Writes a refusal to the findings file and, in the reference's form, to standard error; sets the exit code.
    private func report(_ error: ExportError, _ console: Console, _ findings: FindingsFile?) throws {
        if let finding = error.finding {
            try findings?.write([finding])
            console.say(finding.description)
        }
        throw CommandFailure(CommandExit(error), error.description, next: next(after: error))
    }

    /// What --strict refuses may be adapted. A row with a fault is seldom the only one.
    private func next(after error: ExportError) -> String? {
        guard error.kind == .badData, error.finding != nil else { return nil }
        let command = "relocation-enqueue \(scope.rawValue)"
        return arguments.file.strict
            ? "take the file as one of another version, without --strict: \(command) FILE"
            : "see every fault: \(command) --check FILE"
    }
}
