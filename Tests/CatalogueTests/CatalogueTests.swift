import Testing

@testable import Catalogue

@Suite("Catalogue")
struct CatalogueTests {
    private let catalogue = Catalogue.standard

    // MARK: - Counts (behaviour 2.1)

    @Test("232 models, of which 85 are in scope and 147 Excluded")
    func counts() {
        #expect(catalogue.fullOrder.count == 232)
        #expect(catalogue.models.count == 85)
        #expect(catalogue.fullOrder.filter { catalogue.isExcluded($0.model) }.count == 147)
        #expect(catalogue.otherTables.count == 40)
        #expect(catalogue.tables.count == 125)
    }

    @Test("Scopes and silos")
    func scopes() {
        func count(_ scopes: RelocationScope...) -> Int { catalogue.models.filter { $0.scopes == Set(scopes) }.count }
        #expect(count(.organization) == 54)
        #expect(count(.global) == 16)
        #expect(count(.config) == 7)
        #expect(count(.user) == 4)
        #expect(count(.organization, .global) == 2)
        #expect(count(.config, .global) == 2)
        func rows(_ scope: ImportScope) -> Int { catalogue.models.filter(scope.accepts).count }
        #expect(rows(.users) == 4)
        #expect(rows(.organizations) == 60)
        #expect(rows(.config) == 13)
        #expect(rows(.global) == 85)
        #expect(catalogue.models.filter { $0.silo == .region }.count == 62)
        #expect(catalogue.models.filter { $0.silo == .control }.count == 23)
    }

    @Test("Three models dangle")
    func dangling() {
        let names = catalogue.models.filter(\.isDangling).map(\.name).sorted()
        #expect(names == ["sentry.email", "sentry.snubaquery", "sentry.timeseriessnapshot"])
    }

    @Test("Six models carry a slug that chunk rows keep")
    func slugs() {
        let carriers: Set = [
            "sentry.organization", "sentry.project", "sentry.team", "sentry.monitor", "sentry.sentryapp",
            "sentry.dashboardtombstone",
        ]
        #expect(Set(catalogue.models.filter { $0.slugColumn != nil }.map(\.name)) == carriers)
    }

    // MARK: - Closure and order (behaviour 2.5)

    @Test("Every reference leads to a model that Sentry knows, and exactly one to an Excluded model")
    func closure() {
        let known = Set(catalogue.fullOrder.map(\.model))
        for model in catalogue.models {
            for dependency in model.dependencies {
                #expect(known.contains(dependency), "\(model.name) → \(dependency)")
                #expect(dependency != model.name)
            }
        }
        let excluded = Set(catalogue.models.flatMap(\.dependencies).filter(catalogue.isExcluded))
        #expect(excluded == ["sentry.alertruleactivations"])
    }

    @Test("Foreign keys point at tables of their models")
    func constrainedTables() {
        let tables = Dictionary(uniqueKeysWithValues: catalogue.fullOrder.map { ($0.model, $0.table) })
        for model in catalogue.models {
            for column in model.columns where column.constrainedTable != nil {
                #expect(
                    column.constrainedTable == column.reference.flatMap { tables[$0.model] },
                    "\(model.name).\(column.name)")
            }
        }
        let names = Set(tables.values)
        for table in catalogue.otherTables {
            for column in table.columns {
                #expect(column.constrainedTable.map(names.contains) ?? true, "\(table.name).\(column.name)")
            }
        }
    }

    @Test("Models stand after everything they depend on, numbered from 0")
    func importOrder() {
        var seen: Set<String> = []
        for (index, model) in catalogue.models.enumerated() {
            #expect(model.index == index)
            let missing = model.dependencies.filter { !seen.contains($0) && !catalogue.isExcluded($0) }
            #expect(missing.isEmpty, "\(model.name) before \(missing)")
            seen.insert(model.name)
        }
        let full = catalogue.fullOrder.map(\.model).filter { catalogue.model($0) != nil }
        #expect(full == catalogue.models.map(\.name))
    }

    @Test("The order is the reference's: passes over the names, the first ascending, all later ones descending")
    func passes() {
        var dependencies = Dictionary(uniqueKeysWithValues: catalogue.models.map { ($0.name, $0.dependencies) })
        // The one Excluded model that a model in scope waits for, with what it waits for itself.
        dependencies["sentry.alertruleactivations"] = ["sentry.alertrule", "sentry.querysubscription"]
        var placed: [String] = []
        var waiting = Set(dependencies.keys)
        var pass = 0
        while !waiting.isEmpty, pass < 20 {
            for name in pass == 0 ? waiting.sorted(by: <) : waiting.sorted(by: >) {
                guard dependencies[name]?.isSubset(of: placed) == true else { continue }
                placed.append(name)
                waiting.remove(name)
            }
            pass += 1
        }
        #expect(placed.filter { catalogue.model($0) != nil } == catalogue.models.map(\.name))
    }

    // MARK: - Uniqueness

    @Test("Names, tables, columns and fields are unique")
    func unique() {
        func isUnique(_ names: [String]) -> Bool { Set(names).count == names.count }
        #expect(isUnique(catalogue.models.map(\.name)))
        #expect(isUnique(catalogue.fullOrder.map(\.model)))
        #expect(isUnique(catalogue.fullOrder.map(\.table)))
        #expect(isUnique(catalogue.tables.map(\.name)))
        for table in catalogue.tables {
            #expect(isUnique(table.columns.map(\.name)), "\(table.name)")
            #expect(isUnique(table.columns.map(\.field)), "\(table.name)")
            #expect(isUnique(table.uniques.map { "\($0.columns) \($0.condition ?? "")" }), "\(table.name)")
            #expect(isUnique(table.checks), "\(table.name)")
        }
    }

    @Test("Unique indexes, ordinals and bits speak of columns that exist")
    func columnsExist() {
        for table in catalogue.tables {
            #expect(table.column("id") != nil, "\(table.name)")
            for column in table.uniques.flatMap(\.columns) {
                #expect(table.column(column) != nil, "\(table.name).\(column)")
            }
        }
        for model in catalogue.models {
            for field in model.ordinalFields {
                #expect(model.columnIndex(ofField: field) != nil, "\(model.name).\(field)")
            }
        }
    }

    // MARK: - Columns

    @Test("Encodings suit their types")
    func encodings() {
        for model in catalogue.models {
            for column in model.columns {
                #expect(Self.types(of: column.encoding, column.type), "\(model.name).\(column.name)")
                #expect(column.bits.isEmpty == (column.encoding != .flags), "\(model.name).\(column.name)")
                #expect(column.bits.count <= 63)
                if column.isBounded { #expect(column.type == .integer, "\(model.name).\(column.name)") }
                if column.reference != nil { #expect(column.type.integerRange != nil, "\(model.name).\(column.name)") }
            }
        }
    }

    private static func types(of encoding: FieldEncoding, _ type: ColumnType) -> Bool {
        switch encoding {
        case .int: type.integerRange != nil
        case .float: type == .double
        case .bool: type == .boolean
        case .string: type == .text || type == .citext || type == .inet || type.isVarchar
        case .datetime: type == .timestamptz || type == .timestamp
        case .uuid: type == .uuid
        case .flags: type == .bigint
        case .nestedJSON: type == .text || type == .json
        case .pickled, .jsonText: type == .text
        case .pythonList: type == .textArray || type == .doubleArray
        case .jsonArray: type == .textArray
        }
    }

    @Test("Defaults suit their types")
    func defaults() {
        for model in catalogue.models {
            for column in model.columns {
                #expect(Self.suits(column.defaultValue, column), "\(model.name).\(column.name)")
            }
        }
    }

    private static func suits(_ value: DefaultValue, _ column: Column) -> Bool {
        switch value {
        case .literal(.null): true
        case .literal(.bool): column.type == .boolean
        case .literal(.integer(let number)): column.type.integerRange?.contains(number) ?? (column.type == .double)
        case .literal(.double): column.type == .double
        case .literal(.text(let text)):
            (column.type.maxLength ?? .max) >= text.count && column.type.integerRange == nil && column.type != .boolean
        case .literal(.textArray): column.type == .textArray
        case .literal: false
        case .now: column.type == .timestamptz || column.type == .timestamp
        case .hex64: (column.type.maxLength ?? .max) >= 64
        case .alphanumeric32: (column.type.maxLength ?? .max) >= 32
        case .uuid4: column.type == .uuid || (column.type.maxLength ?? 0) >= 36
        case .petName: column.type.isVarchar
        }
    }

    // MARK: - Look-ups

    @Test("Models are found by name; Excluded and unknown models are distinguished")
    func lookUp() throws {
        let user = try #require(catalogue.model("sentry.user"))
        #expect(user.table.name == "auth_user")
        #expect(catalogue.model("sentry.file") == nil)
        #expect(catalogue.isExcluded("sentry.file"))
        #expect(!catalogue.isExcluded("sentry.user"))
        #expect(!catalogue.isExcluded("sentry.nobody"))
    }

    @Test("Fields are found by the export's key, foreign keys with and without their suffix")
    func fields() throws {
        let user = try #require(catalogue.model("sentry.user"))
        #expect(user.columnIndex(ofField: "name") == user.columnIndex("first_name"))
        #expect(user.columnIndex(ofField: "first_name") == nil)
        #expect(user.columnIndex(ofField: "id") == nil)
        let member = try #require(catalogue.model("sentry.organizationmember"))
        #expect(member.columnIndex(ofField: "organization") == member.columnIndex("organization_id"))
        #expect(member.columnIndex(ofField: "organization_id") == member.columnIndex("organization_id"))
        #expect(member.columnIndex(ofField: "user_id") == member.columnIndex("user_id"))
        #expect(member.columnIndex(ofField: "user") == nil)
        let team = try #require(catalogue.model("sentry.team"))
        #expect(team.columnIndex(ofField: "org_role") == nil)
    }

    @Test("Unique indexes without references find configuration rows")
    func uniquesWithoutReferences() throws {
        func uniques(_ name: String) throws -> [[String]] {
            try #require(catalogue.model(name)).uniquesWithoutReferences.map(\.columns)
        }
        #expect(try uniques("sentry.option") == [["key"]])
        #expect(try uniques("sentry.relayusage") == [["relay_id", "version"]])
        #expect(try uniques("sentry.userpermission") == [])
    }
}

extension ColumnType {
    var isVarchar: Bool {
        if case .varchar = self { true } else { false }
    }
}
