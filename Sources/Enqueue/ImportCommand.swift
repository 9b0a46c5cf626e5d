import Catalogue
import CommandLine
import Reporting
import Cutting
import ExportFormat
import TaskFormat
import Operations
import Queue

/// What the import command of every scope does with its arguments.
struct ImportCommand {
    let scope: ImportScope
    let arguments: ImportOptions
    let flags: RelocationOptions
    let filter: () throws -> ExportFilter?

    func run() throws {
        let console = Console(isSilent: arguments.silent)
        let findings = try arguments.findingsFile.map { path throws(CommandFailure) in try FindingsFile(path) }
        do {
            try run(console, findings)
        } catch let error as ExportError {
            try report(error, console, findings)
        } catch let error as TaskFormatError {
            throw CommandFailure(error)
        }
    }

    private func run(_ console: Console, _ findings: FindingsFile?) throws {
        let job = try job()
        if arguments.check { return try CheckRun(job: job, arguments: arguments, console: console).run(findings) }
        // What would end the command anyway is reported before a long file is read.
        try StandardStreams.requireOutput()
        let configuration = try arguments.redis.configuration()
        try EnqueueJob.ask(configuration)
        let source = try job.open()
        let progress = ReadingProgress(source, filtered: job.filter != nil, console)
        let survey = try progress.during { report throws(ExportError) in try job.check(source, onProgress: report) }
        console.say(SurveyText.text(survey, name: SourceName.shown(arguments.source)))
        console.say(SurveyText.adapted(survey))
        console.say(SurveyText.learned(survey))
        for warning in survey.warnings { console.warn(warning) }
        let outcome = try job.queue(source, survey, configuration, observer: .onTerminal(console))
        console.say(words(outcome, job))
        try Console.printUUID(job.uuid, state: "is queued")
        if arguments.wait {
            var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
            try loop.run(findings)
        }
    }

    private func job() throws -> EnqueueJob {
        var job = EnqueueJob(scope: scope, source: arguments.source, uuid: arguments.uuid)
        job.opener = try arguments.decryption.opener()
        job.filter = try filter()
        job.options = flags
        job.versions = arguments.versions
        job.destinationVersion = arguments.destinationVersion ?? .current
        job.learns = arguments.learn
        job.learnReferences = try arguments.confirmedReferences()
        job.options.atomic = arguments.atomic
        job.options.chunkSize = arguments.chunkSize
        job.destination = try arguments.destinationName.name()
        job.replacesFile = arguments.replaceFile
        job.keyring = try arguments.payloadKeys.keyring()
        job.actor = .current()
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
        throw CommandFailure(error)
    }
}
