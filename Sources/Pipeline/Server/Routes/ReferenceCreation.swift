internal import Catalogue
internal import Cutting
internal import ExportFormat
internal import Foundation
internal import HTTPTypes
internal import Operations
internal import Queue
internal import TaskFormat

/// Makes relocations for Sentry's own API: of a file that is sent, or once more of one that has failed. It blocks.
struct ReferenceCreation: Sendable {
    let settings: ServerSettings
    let actor: Operator
    let isOperator: Bool

    private static let ownerGone = "The owner of this relocation no longer exists."
    private static let fileGone =
        "The relocation file no longer exists, probably due to data retention requirements."

    func create(_ form: UploadedForm) throws -> RelocationID {
        settings.files?.removeOld()
        let order = try ReferenceOrder(form)
        try requireOperator()
        try ReferenceOrder.requireSlugs(order.organizations)
        guard let owner = try settings.destination.owner(order.owner) else {
            throw ReferenceRefusal(.badRequest, "Could not find user `\(order.owner)`.")
        }
        return try begin(form.file(UploadedForm.fileName).path, owner, order.organizations)
    }

    func again(_ id: RelocationID) throws -> RelocationID {
        let queue = try RelocationQueue(settings.queue)
        _ = try ReferenceRecord(id, in: queue)
        let request = try RelocationAgain(id, in: queue).request
        settings.files?.removeOld()
        guard let path = settings.files?.raw(of: id) else { throw ReferenceRefusal(.badRequest, Self.fileGone) }
        guard try settings.destination.isUser(request.owner) else {
            throw ReferenceRefusal(.badRequest, Self.ownerGone)
        }
        try requireOperator()
        try ReferenceOrder.requireSlugs(request.organizations)
        return try begin(path, request.owner, request.organizations)
    }

    /// Readers are to us what users are to Sentry for whom relocations are off.
    private func requireOperator() throws {
        guard !isOperator else { return }
        guard try settings.destination.isOn("relocation.enabled") else { throw ReferenceRefusal.disabled }
        throw Problem.readOnly
    }

    private func begin(_ path: String, _ owner: String, _ organizations: [String]) throws -> RelocationID {
        try requireFree(owner)
        var job = EnqueueJob(scope: .organizations, source: path, uuid: UUID().uuidString.lowercased())
        guard let id = RelocationID(job.uuid) else { throw Problem.notFound }
        job.sourceName = KeptFiles.rawName
        job.filter = .organizationSlugs(Set(organizations))
        job.destination = settings.destinationName
        (job.actor, job.keyring) = (actor, settings.payloadKeys)
        try job.takeKey(settings.opener)
        let pause = try settings.destination.option("relocation.autopause")
        if !relocate(&job, owner, organizations, pausingAt: pause) {
            _ = relocate(&job, owner, organizations, pausingAt: nil)
        }
        job.ownerMustBeFree = true
        try settings.files?.keep(path, as: id)
        do { _ = try job.enqueue(settings.queue) } catch {
            settings.files?.forget(id)
            if (error as? OperationError)?.kind == .ownerIsBusy { throw ReferenceRefusal.ownerIsBusy }
            throw error
        }
        return id
    }

    /// False if the text names no step at which a relocation pauses; there only capitals name one.
    private func relocate(
        _ job: inout EnqueueJob, _ owner: String, _ organizations: [String], pausingAt step: String?
    ) -> Bool {
        guard step == step?.uppercased() else { return false }
        return job.relocate(owner: owner, creator: nil, organizations: organizations, pausingAt: step)
    }

    /// Refuses early. Of several at the same moment the queue lets one begin.
    private func requireFree(_ owner: String) throws {
        let queue = try RelocationQueue(settings.queue)
        for state in [RelocationState.inProgress, .paused] {
            var query = RelocationQuery()
            query.status = state
            query.isWhole = false
            guard try !queue.find(query).relocations.contains(where: { ReferenceRecord($0)?.owner == owner }) else {
                throw ReferenceRefusal.ownerIsBusy
            }
        }
    }
}
