import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Operations

/// `--check`: reads the export and reports what it finds.
struct CheckRun {
    let job: EnqueueJob
    let arguments: ImportOptions
    let console: Console

    func run(_ findings: FindingsFile?) throws {
        let report = try report()
        let text = CheckReportText(report, name: SourceName.shown(job.source))
        console.say(text.head)
        console.say(SurveyText.adapted(report.survey))
        console.say(SurveyText.learned(report.survey))
        console.say(SurveyText.losses(report.survey))
        console.say(SurveyText.rules(report.survey, for: job.destinationVersion))
        for warning in report.survey.warnings { console.warn(warning) }
        console.say(text.faults)
        if arguments.json { Console.print(report.json) }
        try findings?.write(report.findings)
        guard let first = report.firstFault else { return }
        if let finding = first.finding { console.say(finding.description) }
        let number = report.faults.count
        throw CommandFailure(
            CommandExit(first),
            number == 1 ? first.description : "\(number) faults, the first one at \(first.description)")
    }

    private func report() throws(ExportError) -> ExportReport {
        try job.report { source throws(ExportError) in
            try ReadingProgress(source, filtered: job.filter != nil, console)
                .during { progress throws(ExportError) in try job.report(source, onProgress: progress) }
        }
    }
}

extension ExportReport {
    /// The listed faults in the reference's form.
    var findings: [Finding] { faults.kinds.flatMap(\.listed).compactMap(\.finding) }
}
