import Catalogue
import Storage

/// Does what the programs must never do, so that a test can prove that the checks find it.
enum Sabotage {
    /// Deletes one row and adds one.
    static func commit(_ url: String) throws {
        let database = try DatabaseConnector.open(try DatabaseURL(url))
        guard let options = Catalogue.standard.model("sentry.useroption")?.table,
            let relays = Catalogue.standard.model("sentry.relay")?.table
        else { return }
        try database.begin()
        if let first = try database.select(Select(["id"], from: options, limit: 1)).first {
            try database.delete(from: options, where: [.equals("id", first[0])])
        }
        let id = try database.reserveIDs(1, for: relays)[0]
        try database.insert(
            Insert(
                into: relays, columns: ["id", "relay_id", "public_key"],
                rows: [[.integer(id), .text("sabotage"), .text("sabotage")]]))
        try database.commit()
    }
}
