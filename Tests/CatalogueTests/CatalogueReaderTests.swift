import Testing

@testable import Catalogue

@Suite("Catalogue notation")
struct CatalogueReaderTests {
    @Test("A model with everything")
    func whole() throws {
        var reader = CatalogueReader(tableOfModel: ["a.parent": "a_parent"])
        try reader.read(
            """
            model 7 a.child a_child User/Global Control dangling
              id bigint
              parent_id bigint? F:a.parent fk
              title varchar(9) field=name default="x" dbdefault='y'
              flags bigint flags default=3
              bits flags one,two
              bits flags three
              until timestamptz? default=now+30d
              hidden text? database-only
              unique parent_id,title where flags > 1
              check flags >= 0
              ordinal name
              after a.other,a.third

            table a_side
              id varchar(40) no-identity
            """)
        let model = try #require(reader.models.first)
        #expect(model.index == 7)
        #expect(model.name == "a.child")
        #expect(model.scopes == [.user, .global])
        #expect(model.silo == .control)
        #expect(model.isDangling)
        #expect(model.dependencies == ["a.parent", "a.other", "a.third"])
        #expect(model.ordinalFields == ["name"])
        #expect(model.table.uniques == [UniqueIndex(columns: ["parent_id", "title"], condition: "flags > 1")])
        #expect(model.table.checks == ["flags >= 0"])
        #expect(model.table.hasIdentity)
        let parent = model.columns[1]
        #expect(parent.field == "parent")
        #expect(parent.isNullable)
        #expect(parent.reference == Reference(model: "a.parent", kind: .foreignKey))
        #expect(parent.constrainedTable == "a_parent")
        #expect(model.columns[2].field == "name")
        #expect(model.columns[2].defaultValue == .literal(.text("x")))
        #expect(model.columns[2].databaseDefault == "'y'")
        #expect(model.columns[3].bits == ["one", "two", "three"])
        #expect(model.columns[4].defaultValue == .now(offsetSeconds: 2_592_000))
        #expect(model.columns[5].isDatabaseOnly)
        let side = try #require(reader.tables.first)
        #expect(side.name == "a_side")
        #expect(!side.hasIdentity)
    }

    @Test(
        "Unknown notation is refused with its line",
        arguments: [
            ("model 1 a.b a_b Nowhere Control", 1), ("model x a.b a_b User Control", 1), ("model 1 a.b a_b User", 1),
            ("thing a_b", 1), ("table a_b\n  id", 2), ("table a_b\n  id number", 2),
            ("table a_b\n  id bigint maybe", 2),
            ("table a_b\n  id varchar(x)", 2), ("table a_b\n  id bigint F:a.c fk", 2),
            ("table a_b\n  id bigint default=what", 2), ("table a_b\n  bits id one", 2),
            ("model 1 a.b a_b User Control\n  name text", 2),
        ])
    func refused(text: String, line: Int) {
        var reader = CatalogueReader(tableOfModel: [:])
        let error = #expect(throws: CatalogueError.self) { try reader.read(text) }
        #expect(error?.line == line)
    }
}
