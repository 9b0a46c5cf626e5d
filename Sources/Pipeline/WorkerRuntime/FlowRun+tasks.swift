import Catalogue
import Flow
import Import
import Queue
import Relocation
import Steps
import Storage
import TaskFormat

/// What the tasks do.
extension FlowRun {
    /// Why a task refuses the relocation.
    struct Refusal {
        let reason: String
        let trouble: String
        var findings: [String] = []
    }

    func body(of work: FlowWork) throws -> Refusal? {
        switch work.task {
        case .uploadingStart: return try start(work)
        // The enqueuer has handed over the whole file, or nothing; another destination's worker may be to send it.
        case .uploadingComplete: return try receiveExport()
        case .preprocessingTransfer: return try queueRows(work.payload)
        case .importing, .completed: return nil
        case .preprocessingScan: return try scan(work)
        case .preprocessingBaselineConfig, .preprocessingCollidingUsers: return nil
        case .preprocessingComplete:
            try storage { () throws(StorageError) in try tables.openValidation(now: WallClock.now()) }
            return nil
        case .validatingStart: return try beginValidation()
        case .validatingPoll: return try validate()
        case .validatingComplete: return try completeValidation()
        case .postprocessing: return try postprocess()
        case .notifyingUnhide:
            try imported().showOrganizations()
            return nil
        case .notifyingUsers: return try tellUsers()
        case .notifyingOwner: return try tellSuccess()
        }
    }

    // MARK: Uploading and preprocessing

    private func start(_ work: FlowWork) throws -> Refusal? {
        let (owner, creator) = try storage { () throws(StorageError) in
            (try tables.person(named: request.owner), try tables.person(named: request.creator ?? request.owner))
        }
        guard let owner else { return Self.unknown(request.owner) }
        guard let creator else { return Self.unknown(request.creator ?? "") }
        let now = WallClock.now()
        let other = try storage { () throws(StorageError) in
            try tables.create(request, owner: owner.id, creator: creator.id, record, now: now) { isOver($0) }
        }
        if let other {
            return Refusal(
                reason: FlowReason.ownerIsBusy,
                trouble: "the owner's relocation \(other) has not ended: wait for it, or cancel it")
        }
        try askForExport(work.payload)
        return nil
    }

    private static func unknown(_ name: String) -> Refusal {
        Refusal(
            reason: FlowReason.unknownUser(name),
            trouble: "the destination has no user of exactly this name: create the user, or name another one")
    }

    /// An operator may have ended a relocation that no worker held: then only the queue knows.
    private func isOver(_ uuid: String) -> Bool {
        // What the queue cannot tell counts as open.
        guard let status = try? held.queue.status(uuid) else { return false }
        return status.status == .failure || status.status == .success
    }

    private func scan(_ work: FlowWork) throws -> Refusal? {
        let report = request.source == nil ? ScanReport(bytes: work.payload) : try scanExport(work.payload)
        guard let report else {
            return Refusal(reason: FlowReason.preprocessing, trouble: "the scan's result in Redis cannot be read")
        }
        if let reason = report.refusal { return Refusal(reason: reason, trouble: report.explanation ?? "") }
        try storage { () throws(StorageError) in
            try tables.save(wantedUsers: report.usernames, now: WallClock.now())
        }
        try tell(.started, people())
        return nil
    }

    // MARK: After the rows

    /// The import as the destination holds it.
    func imported() throws -> RelocationImport { try turn.takeOver(context, preparer) }

    func row() throws -> RelocationTables.Row {
        guard let row = try storage({ () throws(StorageError) in try tables.row() }) else {
            throw ImportFailure.permanent(
                Finding(
                    kind: .unknown, model: nil, reason: "the destination's record of this relocation is gone"))
        }
        return row
    }

    private func postprocess() throws -> Refusal? {
        let row = try row()
        let work = try imported()
        let wanted = WantedNames(row.wantedOrganizations) { OrganizationSlug.saved($0) }
        if let other = work.importedOrganizations.first(where: { $0.recordedSlug.map(wanted.holds) == false }) {
            return Refusal(
                reason: FlowReason.postprocessing,
                trouble:
                    "the organization \(other.recordedSlug ?? "") (id \(other.id)) is none of those that were wanted")
        }
        try work.addOwner(row.ownerID)
        return nil
    }
}
