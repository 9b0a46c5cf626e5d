import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Operations
import Queue
import Reporting
import TaskFormat
import Traces

internal import Foundation

/// What `plan` does with its arguments.
struct PlanningRun {
    let arguments: PlanCommand

    func run() throws {
        let console = Console(isSilent: arguments.silent)
        let findings = try arguments.findingsFile.map { path throws(CommandFailure) in try FindingsFile(path) }
        if let out = arguments.out { try OutputGuard.requireUnread(out, "The plan") }
        do {
            try arguments.traces.during(console) { try run(console, findings) }
        } catch let error as ExportError {
            if let finding = error.finding {
                try findings?.write([finding])
                console.say(finding.description)
            }
            throw CommandFailure(error)
        } catch let error as TaskFormatError {
            throw CommandFailure(error)
        }
    }

    private func run(_ console: Console, _ findings: FindingsFile?) throws {
        try StandardStreams.requireOutput()
        let job = try job()
        let configuration = try arguments.redis.configuration()
        let survey = try Traces.span(.enqueue) { try enqueue(job, configuration, console, findings) }
        console.say("A worker of \(job.destination.text) plans the import: \(job.uuid)")
        var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
        let report = try loop.waitForEnd()
        if let trouble = report.schemaTrouble {
            throw CommandFailure(
                .badSchema,
                "\(job.destination.text): \(trouble)\nThe plan \(job.uuid) waits for another schema; cancel ends it.")
        }
        try findings?.write(report.findingsFile)
        try tell(PlanDocument(report.status, survey, keyring: job.keyring), report.status.failureReason)
    }

    private func enqueue(
        _ job: EnqueueJob, _ configuration: QueueConfiguration, _ console: Console, _ findings: FindingsFile?
    ) throws -> ExportSurvey {
        try EnqueueJob.ask(configuration)
        let source = try open(job, findings)
        let progress = ReadingProgress(source, filtered: job.filter != nil, console)
        let survey = try progress.during { report throws(ExportError) in try job.check(source, onProgress: report) }
        for warning in survey.warnings { console.warn(warning) }
        _ = try job.queue(source, survey, configuration, observer: .onTerminal(console))
        return survey
    }

    /// Opens the export; that of a relocation with steps is scanned first.
    private func open(_ job: EnqueueJob, _ findings: FindingsFile?) throws -> ExportSource {
        guard job.options.relocate != nil else { return try job.open() }
        let (source, report) = try job.scanned()
        if let source, report.refusal == nil { return source }
        try findings?.write([])
        let reason = report.refusal ?? ""
        if arguments.json {
            let members = ["possible": JSONValue.flag(false), "refusal": .text(reason)]
            Console.print(JSONValue.object(members).prettyText)
        }
        throw CommandFailure(
            .failure, "The scan would refuse this relocation: \(reason)" + (report.explanation.map { " (\($0))" } ?? "")
        )
    }

    private func tell(_ document: PlanDocument, _ reason: String) throws {
        if let out = arguments.out { try PlanFile.write(document, to: out) }
        Console.print(arguments.json ? String(document.json.dropLast()) : PlanWords(document).text)
        if !document.possible { throw CommandFailure(.failure, "The import would fail: \(reason)") }
    }

    private func job() throws -> EnqueueJob {
        var flags = RelocationOptions()
        flags.mergeUsers = arguments.mergeUsers
        flags.overwriteConfigs = arguments.overwriteConfigs
        flags.plans = true
        flags.relocate = arguments.request
        flags.hideOrganizations = flags.relocate != nil
        var job = try arguments.file.job(
            arguments.export.source, arguments.scope, UUID().uuidString.lowercased(), flags)
        job.filter = try arguments.filter()
        job.destination = try arguments.destinationName.name()
        job.keyring = try arguments.payloadKeys.keyring()
        return job
    }
}
