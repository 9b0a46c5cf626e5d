import Catalogue
import TextForms
import Testing

@testable import Storage

/// What is written is read back, in batches that PostgreSQL takes as arrays and as a COPY.
@Suite("Round trip")
struct RoundTripTests {
    @Test("Texts of every kind", arguments: Engine.allCases, [false, true])
    func texts(engine: Engine, asCopy: Bool) throws {
        let texts = [
            "", " ", "plain", "'; DROP TABLE auth_user; --", "\"quoted\" \\back\\slash", "tab\tnew\nline\r\u{1}",
            "Zażółć gęślą jaźń", "日本語", "👩‍👩‍👧‍👦", "e\u{301} é", "\u{FEFF}bom", "NULL", "\\N", "$1 ? %s :name", "{a,b}",
            "\u{10FFFF}",
        ]
        try roundTrip(
            engine, asCopy, "auth_user", key: "username", texts.map { ["username": .text($0), "password": .text($0)] })
    }

    @Test("Integers at the ends of their ranges", arguments: Engine.allCases, [false, true])
    func integers(engine: Engine, asCopy: Bool) throws {
        try roundTrip(
            engine, asCopy, "auth_user", key: "username",
            [
                ["avatar_type": .integer(-32_768), "flags": .integer(.min)],
                ["avatar_type": .integer(32_767), "flags": .integer(.max)],
                ["avatar_type": .integer(0), "flags": .null],
            ])
        try roundTrip(
            engine, asCopy, "sentry_alertruleactivity", key: nil,
            [["type": .integer(-2_147_483_648)], ["type": .integer(2_147_483_647)]])
    }

    @Test("Doubles, booleans and timestamps", arguments: Engine.allCases, [false, true])
    func numbersAndTimes(engine: Engine, asCopy: Bool) throws {
        let doubles = [0, -0.1, 1.0 / 3, .leastNonzeroMagnitude, 1.797_693_134_862_315_7e308, 123_456_789.123_456_78]
        try roundTrip(
            engine, asCopy, "sentry_alertruletrigger", key: "label", doubles.map { ["alert_threshold": .double($0)] })
        let times: [Int64] = [
            0, -1, 1, 1_687_474_795_488_000, 1_687_474_795_488_001, -62_135_596_800_000_000, 253_402_300_799_999_999,
            951_782_400_000_000, 4_102_444_799_999_999,
        ]
        try roundTrip(
            engine, asCopy, "auth_user", key: "username",
            times.map { ["last_login": .timestamp($0), "is_staff": .bool($0 > 0), "is_sentry_app": .bool($0 < 0)] })
        let snooze = times.enumerated().map { place, time -> [String: Value] in
            ["rule_id": .integer(Int64(place)), "user_id": .integer(1), "date_added": .timestamp(time), "until": .null]
        }
        try roundTrip(engine, asCopy, "sentry_rulesnooze", key: nil, snooze, disablingReferences: true)
    }

    @Test("UUIDs and addresses, in their canonical spelling", arguments: Engine.allCases, [false, true])
    func canonical(engine: Engine, asCopy: Bool) throws {
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
        try roundTrip(
            engine, asCopy, "sentry_monitor", key: "slug",
            [["guid": .text("ffffffff-ffff-ffff-ffff-ffffffffffff")], ["guid": .text(uuid)]])
        try roundTrip(
            engine, asCopy, "sentry_relocation", key: nil, [["uuid": .text(uuid.uppercased())]],
            expected: [["uuid": .text(uuid)]])
        let addresses = [
            ("1.2.3.4", "1.2.3.4"), ("010.001.0.255", "10.1.0.255"), ("10.0.0.0/8", "10.0.0.0/8"),
            ("1.2.3.4/32", "1.2.3.4"),
            ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
            ("fe80::/10", "fe80::/10"),
        ]
        try roundTrip(
            engine, asCopy, "sentry_userip", key: nil,
            addresses.enumerated().map { ["user_id": .integer(Int64($0.offset)), "ip_address": .text($0.element.0)] },
            expected: addresses.map { ["ip_address": .text($0.1)] }, disablingReferences: true)
    }

    @Test("Arrays", arguments: Engine.allCases, [false, true])
    func arrays(engine: Engine, asCopy: Bool) throws {
        let texts: [[String?]] = [
            [], ["a"], ["", " ", "NULL", "null"], [nil, "x", nil],
            ["a,b", "{c}", "\"d\"", "\\e\\", "f'g", "h\ni", "日本\u{1F600}"],
        ]
        let names = texts.enumerated().map { place, array -> [String: Value] in
            ["name": .text("role \(place)"), "permissions": .textArray(array)]
        }
        try roundTrip(
            engine, asCopy, "sentry_userrole", key: nil, names + [["name": .text("none"), "permissions": .null]])
        let doubles: [[[Double]]] = [
            [], [[1]], [[1.5, -2], [3, 0.1]], [[1e300], [.leastNonzeroMagnitude], [-0.25]],
        ]
        try roundTrip(
            engine, asCopy, "sentry_timeseriessnapshot", key: nil,
            doubles.map { ["values": .doubleArray($0)] } + [["values": .null]])
    }

    @Test("JSON is kept as the same JSON", arguments: Engine.allCases, [false, true])
    func json(engine: Engine, asCopy: Bool) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.chunks
        let maps = ["{}", "{\"1\": 2}", "{\"é\": \"\\u00e9 \\\" '\"}"]
        var rows: [[String: Value]] = maps.enumerated().map {
            [
                "id": .integer(Int64($0.offset) + 1), "min_ordinal": .integer(Int64($0.offset)),
                "inserted_map": .text($0.element),
            ]
        }
        if asCopy { rows += filler(table, after: rows.count, key: "min_ordinal") }
        try test.database.insert(table.batch(rows))
        let found = try test.database.select(Select(["inserted_map"], from: table, limit: 3))
        #expect(found[0] == [.text("{}")])
        #expect(found[1] == [.text("{\"1\": 2}")])
        let unicode = try #require(found[2].first?.text)
        // jsonb keeps the meaning, not the spelling.
        #expect(["{\"é\": \"é \\\" '\"}", maps[2]].contains(unicode))
    }

    @Test("Spaces beyond the limit of a text are cut off, nothing else is", arguments: Engine.allCases, [false, true])
    func trailingSpaces(engine: Engine, asCopy: Bool) throws {
        let full = String(repeating: "ü", count: 128)
        try roundTrip(
            engine, asCopy, "auth_user", key: nil, [["username": .text(full + "   ")]],
            expected: [["username": .text(full)]])
    }

    @Test("Values that no column takes", arguments: Engine.allCases)
    func mismatches(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let cases: [(table: String, column: String, value: Value)] = [
            ("sentry_alertruletrigger", "alert_threshold", .double(.nan)),
            ("sentry_alertruletrigger", "alert_threshold", .double(.infinity)),
            ("auth_user", "last_login", .timestamp(.max)),
            ("auth_user", "last_login", .timestamp(-62_135_596_800_000_001)),
            ("auth_user", "avatar_type", .integer(-32_769)),
            ("sentry_alertruleactivity", "type", .integer(2_147_483_648)),
            ("sentry_monitor", "guid", .text("0f8fad5b-d9cb-469f-a165-70867728950")),
            ("sentry_userip", "ip_address", .text("1.2.3")),
            ("sentry_userip", "ip_address", .text("1.2.3.256")),
            ("sentry_userip", "ip_address", .text("1.2.3.4/33")),
            ("sentry_userip", "ip_address", .text("localhost")),
            ("sentry_userrole", "permissions", .textArray(["a\0"])),
            ("sentry_timeseriessnapshot", "values", .doubleArray([[1, 2], [3]])),
            ("sentry_timeseriessnapshot", "values", .doubleArray([[.nan]])),
            ("auth_user", "username", .bool(true)),
        ]
        for (name, column, value) in cases {
            let table = try Tables.named(name)
            let error = try failure { try test.database.insert(table.batch([["id": .integer(1), column: value]])) }
            #expect(error.kind == .invalidValue, "\(name).\(column)")
            #expect(error.columns == [column])
            #expect(error.rowIndex == 0)
        }
    }

    // MARK: -

    /// Writes rows with ids 1, 2, …, reads them back and holds the columns given against what was expected.
    /// - Parameters:
    ///   - key: A text column that gets a value of its own in each row.
    private func roundTrip(
        _ engine: Engine, _ asCopy: Bool, _ name: String, key: String?, _ given: [[String: Value]],
        expected: [[String: Value]]? = nil, disablingReferences: Bool = false
    ) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.named(name)
        var rows = given
        for index in rows.indices {
            rows[index]["id"] = .integer(Int64(index) + 1)
            if let key, rows[index][key] == nil { rows[index][key] = .text("key \(index)") }
        }
        if asCopy { rows += filler(table, after: rows.count, key: key) }
        try test.database.begin()
        try test.database.insert(table.batch(rows))
        let columns = Array(Set((expected ?? given).flatMap(\.keys))).sorted()
        let found = try test.database.select(Select(columns, from: table, limit: given.count))
        test.database.rollback()
        for (row, values) in zip(expected ?? given, found) {
            for (column, value) in zip(columns, values) where row[column] != nil {
                #expect(value == row[column], "\(name).\(column)")
            }
        }
        #expect(found.count == given.count)
    }

    /// Enough further rows that PostgreSQL takes the batch as a COPY, each unique in every index.
    private func filler(_ table: Table, after count: Int, key: String?) -> [[String: Value]] {
        (0..<PostgresDatabase.copyThreshold).map { place in
            let id = Int64(count + place + 1)
            var row: [String: Value] = ["id": .integer(id)]
            for column in Set(table.uniques.flatMap(\.columns) + [key].compactMap { $0 }) {
                row[column] = distinct(table.column(column)?.type, id)
            }
            if table.name == "sentry_rulesnooze" { row["alert_rule_id"] = .null }
            return row
        }
    }

    private func distinct(_ type: ColumnType?, _ number: Int64) -> Value {
        switch type {
        case .varchar, .text, .citext: .text("filler \(number)")
        case .uuid: .text(UUIDBytes(high: 0, low: UInt64(number)).text)
        case .inet: .text("9.9.9.\(number)")
        case .boolean: .bool(false)
        default: .integer(1_000 + number)
        }
    }
}
