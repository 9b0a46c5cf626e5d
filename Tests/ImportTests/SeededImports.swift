import Catalogue

@testable import Import

/// Random imports that collide with each other: scopes, merges, overwrites, renames, repeated keys, chunk sizes.
struct SeededImports {
    private var state: UInt64
    /// What became of each chunk of the imports so far.
    private(set) var outcomes: [ChunkOutcome] = []

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    private mutating func number(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    private mutating func chance(_ percent: Int) -> Bool { number(100) < percent }

    /// One import from its first row to what derives from the last. If it ends early, its users may lack addresses that the
    /// next import would bring, and that stay as theirs when that one is undone.
    mutating func run(_ site: Site, _ uuid: String, _ count: Int, endsEarly: Bool) throws {
        try run(count, endsEarly: endsEarly) { scope, flags in try site.begin(uuid, scope, flags) }
    }

    /// - Parameter begin: takes the import over
    mutating func run(
        _ count: Int, endsEarly: Bool, _ begin: (ImportScope, ImportFlags) throws -> RelocationImport
    ) throws {
        let scope = [ImportScope.users, .organizations, .organizations, .config][number(4)]
        let flags = ImportFlags(
            mergeUsers: chance(50), overwriteConfigs: chance(60), hideOrganizations: chance(20))
        let work = try begin(scope, flags)
        if scope == .organizations { try addOrganizations(work) }
        try addUsers(work)
        switch scope {
        case .organizations: try addMembers(work)
        case .config: try addConfigs(work, count)
        case .users, .global: break
        }
        if endsEarly { return }
        outcomes.append(ChunkOutcome(renames: try work.provisionSlugs(now: fixedNow)))
        for model in work.modelsToDerive { try work.derive(model, now: fixedNow) }
    }

    /// Adds rows in chunks of a random size.
    private mutating func add(_ work: RelocationImport, _ model: String, _ rows: [(pk: Int64, fields: String)]) throws {
        var start = 0
        while start < rows.count {
            let end = min(start + 1 + number(4), rows.count)
            outcomes.append(try work.add(model, Array(rows[start..<end]), from: Int64(start + 1)))
            start = end
        }
    }

    private mutating func addOrganizations(_ work: RelocationImport) throws {
        let slugs = ["acme", "beta", "admin", "A Corp"]
        let count = 1 + number(2)
        try add(
            work, "sentry.organization", (1...count).map { (Int64($0), #"{"name":"O","slug":"\#(slugs[number(4)])"}"#) }
        )
        try add(
            work, "sentry.team",
            (1...3).map { (Int64($0), #"{"organization":\#(1 + number(count)),"slug":"t\#($0)","name":"T"}"#) })
        try add(
            work, "sentry.project",
            (1...3).map { (Int64($0), #"{"organization":\#(1 + number(count)),"slug":"p\#($0)","name":"P"}"#) })
    }

    private mutating func addUsers(_ work: RelocationImport) throws {
        let count = 2 + number(5)
        let users = (1...count).map { pk -> (pk: Int64, fields: String) in
            // Some keys occur twice; some addresses belong to several users, in another letter case.
            (Int64(chance(10) ? 1 : pk), #"{"username":"u\#(number(6) * 10 + pk)","name":"","email":"\#(address())"}"#)
        }
        try add(work, "sentry.user", users)
        try add(
            work, "sentry.email",
            (1...3).map {
                (Int64($0), #"{"email":"\#(address())","date_added":"20\#(10 + number(9))-01-01T00:00:00Z"}"#)
            })
        try add(
            work, "sentry.useroption",
            (1...4).map { (Int64($0), #"{"user":\#(1 + number(count)),"key":"k\#(number(3))","value":"\"v\""}"#) })
        try add(
            work, "sentry.useremail",
            (1...4).map { (Int64(chance(20) ? 1 : $0), #"{"user":\#(1 + number(count)),"email":"\#(address())"}"#) })
    }

    private mutating func address() -> String { "\(chance(30) ? "M" : "m")\(number(6))@x.com" }

    private mutating func addMembers(_ work: RelocationImport) throws {
        let members = (1...3).map { (pk: Int64($0), fields: #"{"organization":1,"user_id":\#($0),"role":"member"}"#) }
        try add(work, "sentry.organizationmember", members)
        try add(
            work, "sentry.organizationmemberteam",
            (1...2).map { (Int64($0), #"{"organizationmember":\#($0),"team":\#($0),"is_active":true}"#) })
        if chance(50) {
            try add(
                work, "sentry.projectkey",
                [(1, #"{"project":1,"label":"Default","public_key":"","secret_key":""}"#)])
        }
        try add(
            work, "sentry.projectoption",
            (1...3).map { (Int64($0), #"{"project":1,"key":"o\#(number(2))","value":"\#($0)"}"#) })
        try add(
            work, "sentry.apikey", [(1, #"{"organization_id":1,"label":"l","key":"","scopes":"0","scope_list":"[]"}"#)])
    }

    private mutating func addConfigs(_ work: RelocationImport, _ count: Int) throws {
        for model in ["sentry.option", "sentry.controloption"] {
            try add(
                work, model, (1...4).map { (Int64($0), #"{"key":"o\#(number(5))","value":"\#(count * 10 + $0)"}"#) })
        }
        try add(
            work, "sentry.userrole",
            (1...2).map { (Int64($0), #"{"name":"r\#(number(3))","permissions":"['p\#(count)']"}"#) })
        try add(
            work, "sentry.relay",
            [(1, #"{"relay_id":"r\#(number(2))","public_key":"k\#(count)","is_internal":false}"#)])
    }
}
