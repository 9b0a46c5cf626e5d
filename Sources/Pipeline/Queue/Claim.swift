/// The right to work on one relocation, for as long as its lease is renewed.
public struct Claim: Sendable, Equatable {
    public let uuid: String
    /// The fencing token: greater than that of every earlier claim, checked by every transition.
    public let token: Int64
    /// The relocation as it was claimed.
    public let status: RelocationStatus
    public let leaseMilliseconds: Int

    public init(uuid: String, token: Int64, status: RelocationStatus, leaseMilliseconds: Int) {
        self.uuid = uuid
        self.token = token
        self.status = status
        self.leaseMilliseconds = leaseMilliseconds
    }
}
