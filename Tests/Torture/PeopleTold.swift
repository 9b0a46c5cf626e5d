import Catalogue
import Foundation
import Storage
import TestSupport

/// Who was told what of the relocations with steps, and what the destination's tables say of them.
struct PeopleTold {
    private let mails: [MailServer.Mail]
    private let site: Site
    private let plans: [Plan]

    init(_ installation: Installation, _ workload: Workload) throws {
        mails = try installation.mails?.mails ?? []
        site = installation.sites[0]
        plans = workload.plans.filter(\.hasSteps)
    }

    func check(_ result: inout LegResult) throws {
        result.mails = mails.count
        checkMails(&result)
        try checkRecords(&result)
    }

    // MARK: Mails

    /// A mail's identity says about what it is; who is told of another failure gets another mail.
    private func checkMails(_ result: inout LegResult) {
        let forgotten = site.forgotten
        let counts = Dictionary(grouping: mails) { "\($0.messageID) \($0.recipients.joined())" }
        for (identity, copies) in counts where copies.count > 1 {
            let text = copies[0].text
            if plans.contains(where: { forgotten.contains($0.uuid) && text.contains($0.uuid) }) {
                result.toldTwiceExcused += copies.count - 1
            } else {
                result.toldTwice.append("\(copies.count) times \(copies[0].subject), \(identity)")
            }
        }
        for plan in plans where !plan.isUndone && site.outcomes[plan.uuid] != nil {
            let told = mails.filter { $0.text.contains(plan.uuid) }.map(\.subject)
            for word in ["begun", "succeeded"] where !told.contains(where: { $0.hasSuffix(word) }) {
                result.untold += 1
            }
        }
    }

    // MARK: Tables

    /// One record for each relocation, with its file and its validation, as the end says.
    private func checkRecords(_ result: inout LegResult) throws {
        let database = try DatabaseConnector.open(try DatabaseURL(site.databaseURL))
        let records = try rows("sentry_relocation", ["id", "uuid", "status", "step"], database)
        let files = try rows("sentry_relocationfile", ["relocation_id"], database)
        let validations = try rows("sentry_relocationvalidation", ["relocation_id", "status"], database)
        let attempts = try rows("sentry_relocationvalidationattempt", ["relocation_id", "status"], database)
        for plan in plans {
            let mine = records.filter { $0[1].text == plan.uuid }
            // One that was undone may never have begun.
            guard let record = mine.first, mine.count == 1 else {
                if !plan.isUndone || mine.count > 1 { result.misrecorded.append("\(plan.uuid): \(mine.count) records") }
                continue
            }
            let isOfRecord = { (row: [Value]) in row[0] == record[0] }
            let (valid, open) = (Value.integer(4), Value.integer(0))
            let mark = plan.isUndone ? [Value.integer(1)] : [.integer(2), .integer(7)]
            let isRight =
                Array(record[2...].prefix(mark.count)) == mark && files.count(where: isOfRecord) <= 1
                && validations.count(where: isOfRecord) <= 1
                && (plan.isUndone
                    || files.contains(where: isOfRecord)
                        && validations.contains { isOfRecord($0) && $0[1] == valid }
                        && attempts.count { isOfRecord($0) && $0[1] == valid } >= 1
                        && !attempts.contains { isOfRecord($0) && $0[1] == open })
            if !isRight {
                let story = [record, validations.first(where: isOfRecord) ?? []] + attempts.filter(isOfRecord)
                result.misrecorded.append("\(plan.uuid)\(plan.isUndone ? " (undone)" : ""): \(story)")
            }
        }
    }

    private func rows(_ name: String, _ columns: [String], _ database: any Database) throws -> [[Value]] {
        guard let table = Catalogue.standard.tables.first(where: { $0.name == name }) else { return [] }
        return try database.select(Select(columns, from: table))
    }
}
