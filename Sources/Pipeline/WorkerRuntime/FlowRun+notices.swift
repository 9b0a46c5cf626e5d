import Catalogue
import Flow
import Import
import Queue
import Steps
import Storage

internal import Logging

/// Telling people. What they are not told never fails a relocation; nobody is told twice.
extension FlowRun {
    private var notifier: any Notifier { turn.settings.people }

    /// The owner, and the creator if that is somebody else, as far as they still exist.
    func people() throws -> [Notice.Recipient] {
        let row = try row()
        let ids = row.creatorID == row.ownerID ? [row.ownerID] : [row.ownerID, row.creatorID]
        return try storage { () throws(StorageError) in try tables.people(ids) }.map {
            Notice.Recipient(userID: $0.id, username: $0.username, address: $0.email)
        }
    }

    func tell(
        _ kind: Notice.Kind, _ people: [Notice.Recipient], organizations: [String] = [], reason: String? = nil
    ) throws {
        for recipient in Notice.once(people) {
            var notice = Notice(kind, of: uuid, to: recipient)
            notice.organizations = organizations
            if let reason { notice.fields["reason"] = reason }
            try deliver(notice)
        }
        try storage { () throws(StorageError) in try tables.save(notified: kind, now: WallClock.now()) }
        try describe()
    }

    private func deliver(_ notice: Notice) throws {
        guard notifier.isConfigured else {
            if case .notSent(let reason) = notifier.deliver(notice) { silence = reason }
            return
        }
        let key = notice.key(occasion: held.claim.status.failures)
        guard try held.queue.beginNotice(held.claim, key) else { return }
        switch notifier.deliver(notice) {
        case .sent: try held.queue.endNotice(held.claim, key, "sent")
        case .notSent(let reason):
            silence = reason
            try held.queue.endNotice(held.claim, key, "notSent")
            held.log.warning("a notice was not sent", metadata: ["notice": "\(notice.kind.rawValue)"])
        }
    }

    /// What was not sent stands in the status.
    private func describe() throws {
        guard let silence else { return }
        try held.queue.describeFlow(held.claim, #"{"notices":\#(JSONText.quoted(silence))}"#)
    }

    /// Before the relocation fails: errors must not hide its reason.
    func tellFailure(_ reason: String) {
        do {
            guard try storage({ () throws(StorageError) in try tables.row() }) != nil else { return }
            try tell(.failed, people(), reason: reason)
        } catch {
            held.log.warning("nobody was told of the failure", metadata: ["error": "\(error)"])
        }
    }

    // MARK: The last tasks

    func tellUsers() throws -> Refusal? {
        guard try row().wantedUsers != nil else {
            throw ImportFailure.transient(
                StorageError(.contention, "the destination's record of this relocation lacks the wanted users"))
        }
        let work = try imported()
        let users = try work.unclaimedUsers()
        let organizations = try slugs(work)
        for user in users where !user.email.isEmpty {
            var notice = Notice(
                .claim, of: uuid, to: Notice.Recipient(userID: user.id, username: user.username, address: user.email))
            notice.organizations = organizations
            notice.fields = ["hash": user.hash]
            try deliver(notice)
        }
        try storage { () throws(StorageError) in try tables.save(notified: .claim, now: WallClock.now()) }
        try describe()
        return nil
    }

    func tellSuccess() throws -> Refusal? {
        try tell(.succeeded, people(), organizations: slugs(imported()))
        return nil
    }

    /// The slugs of the imported organizations, as they were given.
    private func slugs(_ work: RelocationImport) throws -> [String] {
        work.importedOrganizations.compactMap(\.recordedSlug).sorted()
    }
}
