/// What a worker serves: a name, and the database behind it.
public struct ServedDestination: Sendable, Equatable {
    public var name: DestinationName
    /// Tells the database from all others. Not empty.
    public var identity: String
    /// The identity by which records of format 2 and older name the same database.
    public var formerIdentity: String
    /// Where the database is, for people. Holds no secret.
    public var address: String

    /// - Parameter formerIdentity: the identity itself if nil
    public init(
        name: DestinationName = .standard, identity: String, formerIdentity: String? = nil, address: String = ""
    ) {
        self.name = name
        self.identity = identity
        self.formerIdentity = formerIdentity ?? identity
        self.address = address
    }

    /// As scripts take it: name, identity, former identity, address.
    var arguments: [RedisArgument] { [.text(name.text), .text(identity), .text(formerIdentity), .text(address)] }
}
