/// What an operator wants of a relocation with steps. The enqueuer writes it into the relocation's record, the worker reads
/// it.
public struct RelocateRequest: Sendable, Equatable, Codable {
    /// User names at the destination.
    public var owner: String
    /// Who asks for it; nil: the owner.
    public var creator: String?
    /// The slugs of the organizations, as the operator gave them.
    public var organizations: [String]
    /// Limits of the scan.
    public var maxOrganizations: Int
    public var maxUsers: Int
    /// The destination whose worker exports the organizations; nil if they come from a file.
    public var source: String?

    public init(
        owner: String, creator: String? = nil, organizations: [String], maxOrganizations: Int, maxUsers: Int,
        source: String? = nil
    ) {
        self.owner = owner
        self.creator = creator
        self.organizations = organizations
        self.maxOrganizations = maxOrganizations
        self.maxUsers = maxUsers
        self.source = source
    }

    /// Records outlive a version: missing fields get their defaults, unknown fields are ignored.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        owner = try fields.decodeIfPresent(String.self, forKey: .owner) ?? ""
        creator = try fields.decodeIfPresent(String.self, forKey: .creator)
        organizations = try fields.decodeIfPresent([String].self, forKey: .organizations) ?? []
        maxOrganizations = try fields.decodeIfPresent(Int.self, forKey: .maxOrganizations) ?? 20
        maxUsers = try fields.decodeIfPresent(Int.self, forKey: .maxUsers) ?? 2_000
        source = try fields.decodeIfPresent(String.self, forKey: .source)
    }
}
