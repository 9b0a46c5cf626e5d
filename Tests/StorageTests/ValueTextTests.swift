import Catalogue
import Testing

@testable import Storage

@Suite("Values as text")
struct ValueTextTests {
    @Test("Arrays as JSON")
    func arrays() {
        #expect(ArrayText.json(["a", nil, "\"\\\n", "é"]) == #"["a",null,"\"\\\n","\u00e9"]"#)
        #expect(ArrayText.texts(#" [ "a" , null, "\"\\\n\u00e9\ud83d\ude00\/" ] "#) == ["a", nil, "\"\\\né😀/"])
        #expect(ArrayText.texts("[]") == [])
        #expect(ArrayText.json([[1, 2.5], [-3, 1e300]]) == "[[1.0,2.5],[-3.0,1e+300]]")
        #expect(ArrayText.doubles("[[1, 2.5], [-3, 1e300]]") == [[1, 2.5], [-3, 1e300]])
        for text in ["", "[", "[\"a\"", "[1]", "[\"a\",]", "{}", "null", "[\"\\x\"]", "[\"\\ud83d\"]", "[] []"] {
            #expect(ArrayText.texts(text) == nil, "\(text)")
        }
        #expect(ArrayText.doubles("[1]") == nil)
        #expect(ArrayText.doubles("[[a]]") == nil)
    }

    @Test("Names are not longer than PostgreSQL allows, and stay distinct")
    func names() throws {
        var seen: Set<String> = []
        let all = Set(Contents.allTables.tables.map(\.name))
        for table in Contents.allTables.tables {
            let names =
                table.uniques.map { SchemaNames.unique($0, of: table) }
                + table.checks.map { SchemaNames.check($0, of: table) }
                + table.foreignKeys(into: all).map { SchemaNames.foreignKey($0, of: table) }
                + table.foreignKeysWithoutIndex(into: all).map { SchemaNames.index($0, of: table) }
                + [SchemaNames.sequence(of: table.name)]
            for name in names {
                #expect(name.utf8.count <= 63)
                #expect(seen.insert(name).inserted, "\(name)")
            }
        }
    }
}
