import Catalogue
import Ledger
import Storage
import TextForms

/// `sentry.user`: loses privileges and password outside a Global import. A user whose exact name is taken gets a unique
/// one, or is merged with `--merge-users`. A user that is inserted is validated as the profile form does.
// More than eight properties: one per column that it reads or writes.
struct UserRule: ModelRule {
    let model: Model
    private let username, name, email, password, isStaff, isSuperuser, isManaged, isUnclaimed: Int
    private let lastPasswordChange, isPasswordExpired: Int

    static let maxUsernameLength = 128
    static let maxNameLength = 200

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        username = try model.requireColumn("username")
        name = try model.requireColumn("first_name")
        email = try model.requireColumn("email")
        password = try model.requireColumn("password")
        isStaff = try model.requireColumn("is_staff")
        isSuperuser = try model.requireColumn("is_superuser")
        isManaged = try model.requireColumn("is_managed")
        isUnclaimed = try model.requireColumn("is_unclaimed")
        lastPasswordChange = try model.requireColumn("last_password_change")
        isPasswordExpired = try model.requireColumn("is_password_expired")
    }

    var nameColumn: Int? { username }

    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? {
        switch batch.context.scope {
        case .users, .organizations:
            row.values[isStaff] = .bool(false)
            row.values[isSuperuser] = .bool(false)
            row.values[isManaged] = .bool(false)
        case .config, .global: break
        }
        if !batch.isGlobal || row.values[isUnclaimed].bool == true {
            row.values[isUnclaimed] = .bool(true)
            row.values[password] = .text(batch.random.unusablePassword())
            row.values[lastPasswordChange] = .timestamp(batch.now)
            row.values[isPasswordExpired] = .bool(false)
        }
        return nil
    }

    /// User names and who has them.
    private typealias Holders = [ExactText: Decisions.Target]

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        let register = try NameRegister(model.table, "username", batch)
        var holders = try storedHolders(rows, register, batch)
        var decisions = Decisions()
        for var row in rows {
            if let text = row.values[username].text, let holder = holders[ExactText(text)] {
                if batch.context.flags.mergeUsers {
                    decisions.match(holder, as: .existing)
                    continue
                }
                row.values[username] = .text(try uniqueName(text, register, holders, batch))
            }
            try validate(row, register, decisions.inserts, batch)
            let target = decisions.insert(row)
            batch.memory.emailCache.promise(row.values[email])
            if let text = row.values[username].text {
                holders[ExactText(text)] = target
                register.add(text)
            }
        }
        return decisions
    }

    private func storedHolders(
        _ rows: [Row], _ register: NameRegister, _ batch: Batch
    ) throws(ImportFailure) -> Holders {
        // If a name is taken that the register does not know, the insert fails and the chunk is tried again by itself.
        let names = rows.map { $0.values[username] }
            .filter { $0.text.map { !batch.isTriedAgain || register.mayHold($0) } ?? false }
        guard !names.isEmpty else { return [:] }
        let found = try batch.select(
            Select(["id", "username"], from: model.table, where: [.isIn("username", names)]))
        var out: Holders = [:]
        for row in found {
            if let id = row[0].integer, let name = row[1].text { out[ExactText(name)] = .stored(id) }
        }
        return out
    }

    private func uniqueName(
        _ name: String, _ register: NameRegister, _ holders: Holders, _ batch: Batch
    ) throws(ImportFailure) -> String {
        try UniqueName.make(name, maxLength: Self.maxUsernameLength, suffixes: batch.suffixes) {
            (candidate) throws(ImportFailure) in
            // Another worker may have committed a holder under an id below those that the register has read.
            if holders[ExactText(candidate)] != nil { return true }
            return try register.holds(candidate)
        }
    }

    // MARK: Validation, in the words of the profile form

    /// - Parameter earlier: the rows that the chunk inserts before this one.
    private func validate(
        _ row: Row, _ register: NameRegister, _ earlier: [Row], _ batch: Batch
    ) throws(ImportFailure) {
        if let fault = Self.fault(row.values[name], maxLength: Self.maxNameLength, allowsBlank: true) {
            throw .form(model, row, field: "name", fault)
        }
        if let fault = Self.fault(row.values[username], maxLength: Self.maxUsernameLength, allowsBlank: false) {
            throw .form(model, row, field: "username", fault)
        }
        // The form checks the trimmed name; the name is stored as it is.
        if let text = row.values[username].text, try register.holds(UniqueName.trimmed(text)) {
            let holder = try holder(of: text, register, earlier)
            throw .form(
                model, row, field: "username", ("That username is already in use.", "invalid"),
                help:
                    " \"\(text)\" and \(holder) differ only in letter case or in space around them: change one of the two "
                    + "names, or leave the row out.")
        }
    }

    /// Who has a name already, in words.
    private func holder(
        of name: String, _ register: NameRegister, _ earlier: [Row]
    ) throws(ImportFailure) -> String {
        let key = UpperCaseFolding.folded(UniqueName.trimmed(name))
        if let row = earlier.last(where: { UpperCaseFolding.folded($0.values[username].text ?? "") == key }) {
            let pk = row.sourcePK.map { " (pk \($0))" } ?? ""
            return "\"\(row.values[username].text ?? "")\" of row \(row.ordinal)\(pk) of the file"
        }
        guard let stored = try register.holder(of: UniqueName.trimmed(name)) else {
            return "another user of this import"
        }
        return "\"\(stored.text)\", the user with the id \(stored.id) in the destination,"
    }

    private static func fault(
        _ value: Value, maxLength: Int, allowsBlank: Bool
    ) -> (message: String, code: String)? {
        guard let text = value.text.map(UniqueName.trimmed) else { return ("This field may not be null.", "null") }
        if text.isEmpty, !allowsBlank { return ("This field may not be blank.", "blank") }
        if text.unicodeScalars.count > maxLength {
            return ("Ensure this field has no more than \(maxLength) characters.", "max_length")
        }
        if text.holdsNUL { return ("Null characters are not allowed.", "null_characters_not_allowed") }
        return nil
    }

    // MARK: What saving a user makes, except for what UserCompletion adds at the end

    func insertImplicitRows(of rows: [Row], _ batch: Batch) throws(ImportFailure) {
        guard !batch.isGlobal else { return }
        let table = try batch.table("sentry_lostpasswordhash")
        let rows = try batch.without(survivorsIn: table, column: "user_id", of: rows)
        let hashes = rows.map {
            [$0.values[model.idColumn], .text(batch.random.alphanumeric(32)), .timestamp(batch.now)]
        }
        try batch.insert(into: table, ["user_id", "hash", "date_added"], hashes, causes: rows)
    }
}
