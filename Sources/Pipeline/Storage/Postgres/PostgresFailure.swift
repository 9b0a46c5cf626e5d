@preconcurrency internal import CPQ
internal import Catalogue

/// An error as PostgreSQL or libpq reports it. Its DETAIL holds values: only the column names in it are kept.
struct PostgresFailure: Error {
    /// Five characters; nil if libpq itself failed.
    var sqlState: String?
    /// The server's own words, shown for the classes of error that name objects and never a value.
    var message = ""
    var table: String?
    var constraint: String?
    var columns: [String] = []
    /// Which command of the pipeline failed.
    var commandIndex: Int?
    /// An error found on this side of the connection: a value that does not fit its column, for example.
    var own: StorageError?
    /// Whether a row written before is at fault, and no row of the current batch.
    private var concernsEarlierRows = false

    init(lost message: String) { self.message = message }

    init(own: StorageError) { self.own = own }

    init(earlierRows error: StorageError) {
        own = error
        concernsEarlierRows = true
    }

    init(_ result: OpaquePointer) {
        func field(_ code: UnicodeScalar) -> String? {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
        }
        sqlState = field("C")
        message = field("M") ?? ""
        table = field("t")
        constraint = field("n")
        columns = field("c").map { [$0] } ?? field("D").map(Self.columns) ?? []
        readPlace(field("W") ?? "")
        if sqlState == nil { message = String(cString: PQresultErrorMessage(result)) }
    }

    /// `Key (organization_id, slug)=(…) already exists.` → the column names.
    private static func columns(ofDetail detail: String) -> [String] {
        guard let start = detail.firstIndex(of: "("), let end = detail.firstRange(of: ")=(") else { return [] }
        guard start < end.lowerBound else { return [] }
        return detail[detail.index(after: start)..<end.lowerBound].split(separator: ", ").map { name in
            String(name.filter { $0 != "\"" })
        }
    }

    /// `COPY auth_user, line 3, column username: "…"`; what follows the colon is a value.
    private mutating func readPlace(_ context: String) {
        let words = context.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" || $0 == "\n" })
        guard words.first == "COPY", words.count > 3, words[2] == "line" else { return }
        if words.count > 5, words[4] == "column", columns.isEmpty { columns = [String(words[5])] }
    }

    /// Whether a row of the batch is at fault, so that a search can find it.
    var isRowError: Bool {
        if concernsEarlierRows { return false }
        if let own { return own.kind != .contention }
        return sqlState.map { $0.hasPrefix("22") || $0.hasPrefix("23") || $0 == "54000" } ?? false
    }

    /// Whether the server has dropped a prepared statement or its plan.
    var isStalePlan: Bool { sqlState == "26000" || sqlState == "0A000" && message.contains("cached plan") }

    /// Whether the server has no such function, or does not let this user call it.
    var isRefusedFunction: Bool { sqlState.map { ["42501", "42883", "0A000", "55000"].contains($0) } ?? false }

    func storageError(table fallback: Table? = nil, rowIndex: Int? = nil) -> StorageError {
        if let own { return rowIndex.map(own.at) ?? own }
        let name = table ?? fallback?.name
        let kind = Self.kind(of: sqlState, isStalePlan: isStalePlan)
        switch kind {
        case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation:
            return .violation(kind, at: place(in: name, rowIndex, constraint ?? columns.joined(separator: ",")))
        case .invalidValue:
            let column = ([name, columns.first] as [String?]).compactMap { $0 }.joined(separator: ".")
            return StorageError(
                kind, "\(column): a value does not fit its column (\(sqlState ?? ""))",
                at: place(in: name, rowIndex, nil))
        default: return StorageError(kind, words + remedy(kind), at: place(in: name, rowIndex, constraint))
        }
    }

    /// What an operator can do about a refusal that is no row's.
    private func remedy(_ kind: StorageError.Kind) -> String {
        switch kind {
        case .readOnly:
            "; the server is a standby, or set to read-only: connect to its primary (with several hosts in the URL: "
                + "target_session_attrs=read-write), or turn default_transaction_read_only off"
        case .permissionDenied where sqlState == "42501":
            "; an administrator must grant it: relocation-worker check names every grant that is missing"
        case .permissionDenied:
            "; check user, password and database of the database URL, and the server's pg_hba.conf"
        default: ""
        }
    }

    private func place(in table: String?, _ rowIndex: Int?, _ constraint: String?) -> StorageError.Place {
        StorageError.Place(table: table, constraint: constraint, columns: columns, rowIndex: rowIndex)
    }

    private var words: String {
        guard let sqlState else { return "PostgreSQL: \(Self.oneLine(message))" }
        return Self.isSafe(sqlState)
            ? "PostgreSQL: \(Self.oneLine(message)) (\(sqlState))" : "PostgreSQL error \(sqlState)"
    }

    /// Messages of these classes name roles, databases, tables, columns and settings; others may quote a value.
    private static func isSafe(_ sqlState: String) -> Bool {
        ["08", "25", "26", "28", "3D", "3F", "40", "42", "53", "55", "57", "58"].contains(sqlState.prefix(2))
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func kind(of sqlState: String?, isStalePlan: Bool) -> StorageError.Kind {
        guard let sqlState else { return .unavailable }
        if isStalePlan { return .contention }
        switch sqlState {
        case "23505", "23P01": return .uniqueViolation
        case "23503", "23001": return .foreignKeyViolation
        case "23502": return .notNullViolation
        case "23514": return .checkViolation
        case "54000": return .invalidValue
        case "40001", "40P01", "55P03", "57014", "55006": return .contention
        case "25006": return .readOnly
        case "53100": return .full
        case "42501": return .permissionDenied
        case "42P01", "42703", "42704", "42804", "42883", "3F000", "3D000", "0A000": return .schemaMismatch
        default: return kind(ofClass: sqlState.prefix(2))
        }
    }

    private static func kind(ofClass name: Substring) -> StorageError.Kind {
        switch name {
        case "22": .invalidValue
        case "28": .permissionDenied
        case "08", "53", "57", "58": .unavailable
        default: .other
        }
    }
}

extension PostgresFailure {
    func at(command index: Int) -> PostgresFailure {
        var failure = self
        failure.commandIndex = index
        return failure
    }

    /// A session that the server ended is lost, whatever the reason it gave.
    var onLostConnection: PostgresFailure {
        var failure = self
        if let state = sqlState, !state.hasPrefix("57"), !state.hasPrefix("08"), !state.hasPrefix("53") {
            failure.sqlState = "08006"
        }
        return failure
    }
}
