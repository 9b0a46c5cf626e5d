import TestSupport

extension PostgresServer {
    /// Table → its rows' number and digest.
    func digests(of url: String) throws -> [String: String] {
        let rows = "SELECT count(*) || '' '' || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '''')"
        let text = try sql(
            """
            SELECT relname || '|' || (xpath('/row/c/text()', query_to_xml(
                format('\(rows) AS c FROM %I t', relname), false, true, '')))[1]::text
            FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
            """, url: url)
        let pairs = text.split(separator: "\n").map { $0.split(separator: "|", maxSplits: 1).map(String.init) }
        return Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })
    }
}
