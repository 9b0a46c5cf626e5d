import Catalogue
import Flow
import Import
import Ledger
import Notification
import Queue
import Steps
import Storage

internal import Glibc
internal import Logging

/// Telling people and programs. What they are not told never fails a relocation; no mail goes to one person twice.
extension FlowRun {
    static let noMail = "no mail was sent: no mail server is configured"

    /// The owner, and the creator if that is somebody else, as far as they still exist.
    func people() throws -> [Flow.Notice.Recipient] {
        let row = try row()
        let ids = row.creatorID == row.ownerID ? [row.ownerID] : [row.ownerID, row.creatorID]
        return try storage { () throws(StorageError) in try tables.people(ids) }.map {
            Flow.Notice.Recipient(userID: $0.id, username: $0.username, address: $0.email)
        }
    }

    func tell(
        _ kind: Flow.Notice.Kind, _ people: [Flow.Notice.Recipient], organizations: [String] = [], reason: String = ""
    ) throws {
        try send(
            Flow.Notice.once(people).map { person in
                var notice = notice(kind, person, organizations)
                notice.reason = reason
                return notice
            })
        try call(kind, organizations, reason)
        try storage { () throws(StorageError) in try tables.save(notified: kind, now: WallClock.now()) }
        try describe()
    }

    private func notice(
        _ kind: Flow.Notice.Kind, _ person: Flow.Notice.Recipient, _ organizations: [String]
    ) -> Notification.Notice {
        var notice = Notification.Notice(
            Notification.Notice.Kind(kind), of: uuid,
            to: NoticeRecipient(address: person.address, name: person.username))
        notice.organizations = organizations
        // A relocation that fails again tells so again.
        if kind == .failed { notice.occasion = held.claim.status.failures }
        if let settings = turn.settings.notices {
            notice.installation = settings.installation
            notice.address = settings.address
        }
        return notice
    }

    // MARK: Mails

    /// Sends what was not sent yet. Ends the task early if the worker must stop; then the rest is sent when it runs again.
    private func send(_ notices: [Notification.Notice]) throws {
        guard !notices.isEmpty else { return }
        guard let settings = turn.settings.notices, let mail = settings.mail else {
            silence = Self.noMail
            return
        }
        suspendLimit()
        let log = try notificationLog()
        do {
            let report = try Notifier(mail, settings.templates, log, settings.pace, hooks).send(notices)
            if report.states.count < notices.count { try checkInterruption() }
            note(report, of: notices.count)
        } catch let error as NotificationError {
            // Without the log nobody may be told.
            try checkInterruption()
            silence = "mails were not sent: \(error.message)"
        }
    }

    private func notificationLog() throws -> ClaimNotificationLog {
        let ledger = try storage { () throws(StorageError) in try NoticeTable(of: uuid, in: turn.destination) }
        return ClaimNotificationLog(held.queue, held.claim, ledger)
    }

    private func note(_ report: NoticeReport, of count: Int) {
        let reasons = report.states.values.compactMap { state in
            switch state {
            case .refused(let reason), .deferred(let reason): reason
            case .sending: "nobody knows whether it was sent, so it is not sent again"
            case .sent: nil
            }
        }
        guard let first = reasons.min() else { return }
        silence = "\(reasons.count) of \(count) mails were not sent: \(first)"
        held.log.warning(
            "mails were not sent",
            metadata: ["mails": .stringConvertible(count), "not_sent": .stringConvertible(reasons.count)])
    }

    private var hooks: NotifierHooks {
        NotifierHooks(now: LeaseClock.now, wallClock: WallClock.now) { [unowned self] in wait($0) }
    }

    /// Waits in short steps, as long as the relocation is this worker's and nobody asks for it.
    private func wait(_ milliseconds: Int) -> Bool {
        let end = LeaseClock.now() + Int64(milliseconds)
        while true {
            turn.heartbeat.beat()
            guard held.lease.isHeld, !turn.stop.isRequested, held.lease.request == .none else { return false }
            let rest = end - LeaseClock.now()
            if rest <= 0 { return true }
            usleep(UInt32(min(rest, 100)) * 1_000)
        }
    }

    // MARK: A program

    private func call(_ kind: Flow.Notice.Kind, _ organizations: [String], _ reason: String) throws {
        guard let settings = turn.settings.notices?.webhook else { return }
        suspendLimit()
        var event = WebhookEvent(Notification.Notice.Kind(kind), of: uuid, at: WallClock.now())
        event.organizations = organizations
        event.reason = reason
        event.occasion = kind == .failed ? held.claim.status.failures : 0
        let log = try notificationLog()
        do {
            let state = try Webhook(settings, log, hooks).send(event)
            if state == .sent { return }
            try checkInterruption()
            if case .refused(let reason) = state { untold("the webhook refuses the event: \(reason)") }
            if case .deferred(let reason) = state { untold("the webhook was not reached: \(reason)") }
        } catch let error as NotificationError {
            try checkInterruption()
            untold("the webhook was not called: \(error.message)")
        }
    }

    private func untold(_ words: String) {
        silence = silence.map { "\($0); \(words)" } ?? words
        held.log.warning("the webhook was not told")
    }

    /// What was not sent stands in the status.
    private func describe() throws {
        guard let silence else { return }
        try held.queue.describeFlow(held.claim, #"{"notices":\#(JSONText.quoted(silence))}"#)
    }

    // MARK: The tasks that tell

    /// Before the relocation fails: errors must not hide its reason.
    func tellFailure(_ reason: String) {
        do {
            guard try storage({ () throws(StorageError) in try tables.row() }) != nil else { return }
            try tell(.failed, people(), reason: reason)
        } catch {
            held.log.warning("nobody was told of the failure", metadata: ["error": "\(error)"])
        }
    }

    func tellUsers() throws -> Refusal? {
        guard try row().wantedUsers != nil else {
            throw ImportFailure.transient(
                StorageError(
                    .contention,
                    "the destination's record of this relocation lacks the wanted users: it is older than the queue, from a "
                        + "backup perhaps; relocate the same file again under its UUID"))
        }
        let work = try imported()
        let users = try work.unclaimedUsers()
        let organizations = try slugs(work)
        try send(
            users.filter { !$0.email.isEmpty }.map { user in
                let person = Flow.Notice.Recipient(userID: user.id, username: user.username, address: user.email)
                var notice = notice(.claim, person, organizations)
                notice.username = user.username
                notice.claimURL = Notification.Notice.claimURL(notice.address, user: user.id, hash: user.hash)
                return notice
            })
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

extension Notification.Notice.Kind {
    fileprivate init(_ kind: Flow.Notice.Kind) {
        switch kind {
        case .started: self = .started
        case .failed: self = .failed
        case .succeeded: self = .succeeded
        case .claim: self = .claim
        }
    }
}
