import Catalogue
import Storage

/// A user's own address is one of its e-mail addresses. It is unverified if the file has not brought it.
struct UserCompletion: Completion {
    private struct Address: Hashable {
        let user: Value
        let email: Value
    }

    func complete(_ ids: [Value], _ batch: Batch) throws(ImportFailure) {
        let users = try batch.table(ofModel: "sentry.user")
        let addresses = try batch.table(ofModel: "sentry.useremail")
        let wanted = try batch.select(Select(["id", "email"], from: users, where: [.isIn("id", ids)]))
            .map { Address(user: $0[0], email: $0[1]) }
        let stored = Set(
            try batch.select(Select(["user_id", "email"], from: addresses, where: [.isIn("user_id", ids)]))
                .map { Address(user: $0[0], email: $0[1]) })
        let missing = wanted.filter { !stored.contains($0) }
        try batch.insert(
            into: addresses, ["user_id", "email", "validation_hash", "date_hash_added", "is_verified"],
            missing.map { address in
                [
                    address.user, address.email, .text(batch.random.alphanumeric(32)), .timestamp(batch.now),
                    .bool(false),
                ]
            })
        try EmailAddresses.ensure(missing.map(\.email), batch)
    }
}

/// Every e-mail address of a user has a row in `sentry_email`.
struct UserEmailCompletion: Completion {
    func complete(_ ids: [Value], _ batch: Batch) throws(ImportFailure) {
        let table = try batch.table(ofModel: "sentry.useremail")
        let found = try batch.select(Select(["email"], from: table, where: [.isIn("id", ids)]))
        try EmailAddresses.ensure(found.map { $0[0] }, batch)
    }
}
