/// How many rows the next page of a reading has: fewer where rows are large, so that the memory of a page is bounded.
struct PageSize {
    /// What a page may hold: about as much as a thousand rows of most tables.
    static let bytes = 4 << 20

    private let most: Int
    private(set) var rows: Int

    /// - Parameter most: rows, at least one is read
    init(atMost most: Int) {
        self.most = max(most, 1)
        rows = min(self.most, Self.first)
    }

    /// The first page shows how large rows are.
    private static let first = 128

    /// A page had so many rows and bytes. The next one may be much larger only step by step: large rows may follow small ones.
    mutating func follow(rows count: Int, bytes: Int) {
        guard count > 0 else { return }
        let fitting = Self.bytes / max(bytes / count, 1)
        rows = max(min(most, fitting, rows * 4), 1)
    }
}
