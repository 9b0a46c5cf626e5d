import Catalogue
import Dispatch
package import Storage

/// Two connections to one server that remove the two halves of a page at the same time. For each removed row a server looks in
/// every table that may refer to it, and a connection has one processor for that.
///
/// The first connection's transaction is open, and locks the import's entry against other workers. The second commits before it;
/// rows that are gone already are no fault when the page is repeated.
package final class DeletionPair {
    private let first: any Database
    private let second: any Database
    /// Rows of these tables refer to one another: each half would wait for the other.
    private let excluded: Set<String>
    /// After the second has failed, the first does all the work.
    private var isWhole = true

    /// - Throws: if the schema cannot be read.
    package init?(_ first: any Database, _ second: any Database) throws(StorageError) {
        guard second.identity == first.identity else { return nil }
        self.first = first
        self.second = second
        excluded = Set(try first.schema.references().filter { $0.table == $0.target }.map(\.table))
    }

    func serves(_ table: Table) -> Bool { isWhole && !excluded.contains(table.name) }

    /// Removes rows in the first connection's open transaction and in one of the second's.
    ///
    /// - Returns: how many there were
    func remove(_ ids: [Value], of table: Table) throws(StorageError) -> Int {
        let middle = ids.count / 2
        let halves = [Half(first, table, ids[..<middle]), Half(second, table, ids[middle...])]
        nonisolated(unsafe) let (work, connection) = (halves, second)
        DispatchQueue.concurrentPerform(iterations: 2) { place in
            work[place].remove(beginning: place == 1 ? connection : nil)
        }
        do {
            let removed = try halves[0].result.get()
            // That the first connection still holds its transaction, now that both have done their work.
            try first.checkConstraints()
            return removed + (try finish(halves[1]))
        } catch {
            second.rollback()
            throw error
        }
    }

    /// Commits the second half, or removes it through the first connection if that fails.
    private func finish(_ half: Half) throws(StorageError) -> Int {
        do {
            let removed = try half.result.get()
            try second.commit()
            return removed
        } catch {
            second.rollback()
            isWhole = false
            let again = Half(first, half.table, half.ids)
            again.remove()
            return try again.result.get()
        }
    }
}

/// A part of a page. One thread works on it at a time.
private final class Half {
    let table: Table
    let ids: ArraySlice<Value>
    private(set) var result: Result<Int, StorageError> = .success(0)
    private let database: any Database

    init(_ database: any Database, _ table: Table, _ ids: ArraySlice<Value>) {
        self.database = database
        self.table = table
        self.ids = ids
    }

    /// Removes the rows and lets the server check what refers to them, in the open transaction or in one that begins here.
    func remove(beginning other: (any Database)? = nil) {
        result = Result { () throws(StorageError) in
            try other?.begin()
            let removed = try database.delete(from: table, where: [.isIn("id", Array(ids))])
            try database.checkConstraints()
            return removed
        }
    }
}
