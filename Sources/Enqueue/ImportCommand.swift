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
        let voice = Voice(isSilent: arguments.silent)
        let findings = try arguments.findingsFile.map { path throws(CommandFailure) in try FindingsFile(path) }
        do {
            try run(voice, findings)
        } catch let error as ExportError {
            try report(error, voice, findings)
        } catch let error as TaskFormatError {
            throw CommandFailure(error)
        }
    }

    private func run(_ voice: Voice, _ findings: FindingsFile?) throws {
        var options = flags
        options.atomic = arguments.atomic
        options.chunkSize = arguments.chunkSize
        var job = EnqueueJob(scope: scope, source: arguments.source, uuid: arguments.uuid)
        job.privateKey = try arguments.privateKey()
        job.filter = try filter()
        job.options = options
        job.keyring = try arguments.keyring()
        var observer = EnqueueJob.Observer()
        observer.warn = voice.warn
        observer.willStage = Interruption.keep
        observer.isInterrupted = { Interruption.isRequested }
        // A mistake in these is found before the file is read.
        let configuration = arguments.check ? nil : try arguments.redis.configuration()
        let (source, survey) = try job.check()
        voice.say(SurveyText.text(survey, name: SourceName.shown(arguments.source)))
        for warning in survey.warnings { voice.warn(warning) }
        guard let configuration else { return }
        switch try job.queue(source, survey, configuration, observer: observer) {
        case .queued(let tasks):
            let noun = tasks == 1 ? "task" : "tasks"
            voice.say("Queued \(tasks) \(noun). Follow with: relocation-enqueue status \(job.uuid)")
        case .already(let status):
            voice.say("This import is queued already (\(status.status.rawValue)). Nothing was added.")
        }
        Voice.print(job.uuid)
        if arguments.wait {
            try WaitLoop(uuid: job.uuid, configuration: configuration, voice: voice).run(findings)
        }
    }

    /// A refusal goes to the findings file, to people in the reference's form, and into the exit code.
    private func report(_ error: ExportError, _ voice: Voice, _ findings: FindingsFile?) throws {
        if let finding = error.finding {
            try findings?.write([finding])
            voice.say(finding.description)
        }
        throw CommandFailure(CommandExit(rawValue: error.kind.exitCode) ?? .badData, error.description)
    }
}

/// The result of the first pass, in words.
enum SurveyText {
    static func text(_ survey: ExportSurvey, name: String) -> String {
        let skipped = survey.leftOut.totals.droppedTotal
        var out = "\(name) is sound: \(survey.rowsTotal) rows, \(survey.rowsQueued) to import"
        if skipped > 0 {
            let reasons = survey.leftOut.totals.dropped.sorted { $0.key < $1.key }
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            out += ", \(skipped) left out (\(reasons))"
        }
        return out + "."
    }
}
