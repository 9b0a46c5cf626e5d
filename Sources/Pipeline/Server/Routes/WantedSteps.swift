internal import Catalogue
internal import Cutting
internal import ExportFormat
internal import Operations
internal import Queue
internal import TaskFormat

/// What a relocation with steps needs.
struct WantedSteps: Sendable {
    private let owner: String
    private let creator: String?
    private let organizations: [String]
    private let pause: String?
    /// nil: those of the scan.
    private let maxOrganizations, maxUsers: Int?

    static let limits = 1...1_000_000
    private static let longestName = 512

    /// nil for a plain import.
    init?(_ parameters: RequestParameters, _ scope: ImportScope, _ flags: RelocationOptions) throws(Problem) {
        let others = ["creator", "atStep", "maxOrganizations", "maxUsers"].filter { parameters[$0] != nil }
        guard let owner = parameters["owner"] else {
            guard others.isEmpty || others == ["atStep"] && parameters["again"] != nil else {
                throw .badRequest("creator, atStep and the limits go with owner.")
            }
            return nil
        }
        guard scope == .organizations, let slugs = parameters["slugs"], !flags.atomic else {
            throw .badRequest("owner goes with scope=organizations and slugs, and without atomic.")
        }
        try self.init(
            owner: owner, creator: parameters["creator"], slugs: slugs, pause: parameters["atStep"],
            limits: (try parameters.number("maxOrganizations"), try parameters.number("maxUsers")))
    }

    /// - Parameter slugs: with commas
    init(
        owner: String, creator: String?, slugs: String, pause: String?, limits: (organizations: Int?, users: Int?)
    ) throws(Problem) {
        guard !owner.isEmpty, [owner, creator ?? ""].allSatisfy({ $0.utf8.count <= Self.longestName }) else {
            throw .badRequest("A user name has 1 to 128 characters.")
        }
        (self.owner, self.creator, self.pause) = (owner, creator, pause)
        organizations = slugs.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        (maxOrganizations, maxUsers) = limits
    }

    /// Makes it a relocation with steps.
    func apply(to job: inout EnqueueJob) throws(Problem) {
        let isKnown = job.relocate(
            owner: owner, creator: creator, organizations: organizations, pausingAt: job.options.plans ? nil : pause)
        guard isKnown else { throw .badStep }
        if let maxOrganizations { job.options.relocate?.maxOrganizations = maxOrganizations }
        if let maxUsers { job.options.relocate?.maxUsers = maxUsers }
        job.filter = .organizationSlugs(Set(organizations))
    }
}

extension EnqueueJob {
    /// Makes it one with the owner, the organizations and the limits of another, which has had a file.
    mutating func repeats(_ request: RelocateRequest, pausingAt step: String?) throws(Problem) {
        guard request.source == nil else {
            throw .badRequest("It has come from another installation: send POST /api/v1/transfers instead of a file.")
        }
        let isKnown = relocate(
            owner: request.owner, creator: request.creator, organizations: request.organizations, pausingAt: step)
        guard isKnown else { throw .badStep }
        options.relocate = request
        filter = .organizationSlugs(Set(request.organizations))
    }
}

extension Problem {
    fileprivate static let badStep = badRequest(
        "atStep takes a step after UPLOADING, such as VALIDATING or IMPORTING.")
}

extension RequestParameters {
    func relocation(_ name: String) throws(Problem) -> RelocationID? {
        guard let text = self[name] else { return nil }
        guard let id = RelocationID(text) else { throw .badRequest("The parameter \(name) takes a whole UUID.") }
        return id
    }

    fileprivate func number(_ name: String) throws(Problem) -> Int? {
        self[name] == nil ? nil : try number(name, in: WantedSteps.limits, otherwise: 0)
    }

    /// The standard one if it is missing.
    func destination() throws(Problem) -> DestinationName {
        guard let text = self["destination"] else { return .standard }
        do { return try DestinationName(text) } catch { throw .badRequest(error.description) }
    }

    func filter(_ scope: ImportScope?) throws -> ExportFilter? {
        if let names = self["usernames"] {
            guard scope == .users else { throw Problem.badRequest("usernames goes with scope=users.") }
            return try ExportFilter.usernames(parsing: names)
        }
        guard let slugs = self["slugs"] else { return nil }
        guard scope == .organizations else { throw Problem.badRequest("slugs goes with scope=organizations.") }
        return try ExportFilter.organizationSlugs(parsing: slugs)
    }
}
