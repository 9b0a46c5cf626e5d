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
        // A mistake in the queue's options is reported before the file is read.
        let configuration = arguments.check ? nil : try arguments.redis.configuration()
        let (source, survey) = try job.check()
        console.say(SurveyText.text(survey, name: SourceName.shown(arguments.source)))
        for warning in survey.warnings { console.warn(warning) }
        guard let configuration else { return }
        let outcome = try job.queue(source, survey, configuration, observer: observer(console))
        console.say(words(outcome, job))
        Console.print(job.uuid)
        if arguments.wait {
            var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
            try loop.run(findings)
        }
    }

    private func job() throws -> EnqueueJob {
        var job = EnqueueJob(scope: scope, source: arguments.source, uuid: arguments.uuid)
        job.privateKey = try arguments.privateKey()
        job.filter = try filter()
        job.options = flags
        job.options.atomic = arguments.atomic
        job.options.chunkSize = arguments.chunkSize
        job.enqueuedBy = Operator.currentPlace().name
        job.destination = try arguments.destinationName.name()
        job.keyring = try arguments.keyring()
        return job
    }

    private func observer(_ console: Console) -> EnqueueJob.Observer {
        var observer = EnqueueJob.Observer()
        observer.warn = console.warn
        observer.willStage = Interruption.noteFirstSignal
        observer.isInterrupted = { Interruption.isRequested }
        return observer
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
        throw CommandFailure(CommandExit(rawValue: error.kind.exitCode) ?? .badData, error.description)
    }
}
