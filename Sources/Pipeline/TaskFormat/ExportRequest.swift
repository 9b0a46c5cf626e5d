/// What a relocation of another destination asks of a worker: an export of some organizations, sealed for it alone.
public struct ExportRequest: Sendable, Equatable, Codable {
    /// The relocation that gets the export: a UUID, dashed, lower case.
    public var relocation: String
    /// The slugs of the organizations.
    public var organizations: [String]
    /// In PEM.
    public var publicKey: String

    public init(relocation: String, organizations: [String], publicKey: String) {
        self.relocation = relocation
        self.organizations = organizations
        self.publicKey = publicKey
    }

    /// Records outlive a version: missing fields get their defaults, unknown fields are ignored.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        relocation = try fields.decodeIfPresent(String.self, forKey: .relocation) ?? ""
        organizations = try fields.decodeIfPresent([String].self, forKey: .organizations) ?? []
        publicKey = try fields.decodeIfPresent(String.self, forKey: .publicKey) ?? ""
    }
}
