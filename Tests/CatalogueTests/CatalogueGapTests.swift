import Testing

@testable import Catalogue

@Suite("A missing model, table or column is an error")
struct CatalogueGapTests {
    private let catalogue = Catalogue.standard

    @Test("A model is found; a missing one is named")
    func models() throws {
        #expect(try catalogue.requireModel("sentry.user").table.name == "auth_user")
        let gap = #expect(throws: CatalogueGap.self) { try catalogue.requireModel("sentry.nobody") }
        #expect(gap?.description == "the catalogue lacks the model sentry.nobody")
    }

    @Test("Tables are found, with or without a model; a missing one is named")
    func tables() throws {
        #expect(try catalogue.requireTable("auth_user").columns.count > 5)
        #expect(try catalogue.requireTable("sentry_regionimportchunk").hasIdentity)
        let gap = #expect(throws: CatalogueGap.self) { try catalogue.requireTable("auth_nobody") }
        #expect(gap?.description == "the catalogue lacks the table auth_nobody")
    }

    @Test("A column is found by its name in the table; a missing one is named with its model")
    func columns() throws {
        let model = try catalogue.requireModel("sentry.useremail")
        let index = try model.requireColumn("user_id")
        #expect(model.columns[index].name == "user_id")
        let gap = #expect(throws: CatalogueGap.self) { try model.requireColumn("user") }
        #expect(gap?.description == "the catalogue lacks the column user of sentry.useremail")
    }

    @Test("Every table is found by its name")
    func allTables() {
        for table in catalogue.tables { #expect(catalogue.table(table.name)?.columns.count == table.columns.count) }
    }

    @Test("Models of two catalogues are equal when they have the same name, whatever their place")
    func equality() throws {
        let text = """
            model 0 app.first app_first User Control
              id bigint

            model 1 app.second app_second User Control
              id bigint
            """
        let swapped = """
            model 0 app.second app_second User Control
              id bigint

            model 1 app.first app_first User Control
              id bigint
            """
        var one = CatalogueReader(tableOfModel: [:])
        try one.read(text)
        var other = CatalogueReader(tableOfModel: [:])
        try other.read(swapped)
        #expect(one.models[0] != other.models[0])
        #expect(one.models[0] == other.models[1])
        #expect(Set(one.models).union(other.models).count == 2)
    }
}
