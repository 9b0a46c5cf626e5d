/// Columns of text. The first is aligned left, the others right unless `leftAligned` names them.
package enum TextTable {
    package static func lines(_ rows: [[String]], leftAligned: Set<Int> = []) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? width($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - width(cell))
                return column == 0 || leftAligned.contains(column) ? cell + space : space + cell
            }
            let line = cells.joined(separator: "  ")
            let last = line.utf8.lastIndex { $0 != UInt8(ascii: " ") }
            return last.map { String(line[...$0]) } ?? ""
        }
    }

    /// Columns of a text. Plain text needs no search for where its characters end.
    private static func width(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
    }
}
