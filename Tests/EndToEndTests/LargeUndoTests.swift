import Foundation
import ProgramSupport
import TestSupport
import Testing

/// An undo of more rows than one transaction removes, on PostgreSQL.
@Suite struct LargeUndoTests {
    private let uuid = "7b1d0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e13"

    /// What each removed user leaves: the session that removed it. With the lock that the function may take, no session goes on
    /// before the transaction of the other is over.
    private func watch(_ url: String, lock: String) throws {
        _ = try PostgresServer.shared().sql(
            """
            CREATE TABLE removals (pid int);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN \(lock) INSERT INTO removals VALUES (pg_backend_pid()); RETURN OLD; END $$;
            CREATE TRIGGER note BEFORE DELETE ON auth_user FOR EACH ROW EXECUTE FUNCTION note();
            """, url: url)
    }

    /// Two connections remove a large table. Where they stand in each other's way, one removes it alone in the end.
    @Test(arguments: ["", "PERFORM pg_advisory_xact_lock(1);"]) func twoConnectionsShareIt(_ lock: String) throws {
        let site = try LedgerSite(.postgres)
        let before = try site.everything()
        _ = try site.enqueue("users", "--import-uuid", uuid, site.write(SampleExport.users(12_000)))
        #expect(try site.worker("run", "--drain").code == 0)
        try watch(site.databaseURL, lock: lock)
        _ = try site.enqueue("undo", uuid, "--no-prompt")
        let undone = try site.worker("run", "--drain")
        #expect(undone.code == 0, "\(undone.errors)")
        #expect(try site.installation.status(uuid)["endedBy"] as? String == "undo")
        let removals = try PostgresServer.shared().sql(
            "SELECT count(*), count(DISTINCT pid) FROM removals", url: site.databaseURL)
        #expect(removals == (lock.isEmpty ? "12000|2" : "12000|1"), "\(removals)")
        try site.expect(before)
    }

    /// A table that is much larger than what goes is asked for those rows alone; a smaller one is read.
    @Test(arguments: [10, 60_000]) func whoRefersIsFoundInTablesOfAnySize(_ others: Int) throws {
        let site = try LedgerSite(.postgres)
        #expect(try site.wait("users", site.write([SampleExport.user(1)], to: "first.json")).code == 0)
        _ = try site.enqueue("users", "--import-uuid", uuid, site.write(SampleExport.users(10_500)))
        #expect(try site.worker("run", "--drain").code == 0)
        try PostgresServer.shared().sql(
            """
            INSERT INTO sentry_userip (user_id, ip_address, first_seen, last_seen)
                SELECT (SELECT min(id) FROM auth_user), '10.0.0.0'::inet + place, now(), now()
                FROM generate_series(1, \(others)) place;
            INSERT INTO sentry_userip (id, user_id, ip_address, first_seen, last_seen)
                SELECT 9000000, max(id), '10.0.0.1', now(), now() FROM auth_user;
            """, url: site.databaseURL)
        _ = try site.enqueue("undo", uuid, "--no-prompt")
        _ = try site.worker("run", "--drain")
        let history = try site.enqueue("history", uuid).output
        #expect(history.contains("1 row of sentry_userip (user_id → auth_user): 9000000"), "\(history)")
    }
}
