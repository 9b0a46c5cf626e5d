import Foundation
import ProgramSupport
import TestSupport
import Testing

/// How long a database may take, and what operators see meanwhile.
@Suite struct TimeLimitTests {
    /// Fills a database with users, each of whom dozens of tables may refer to.
    private func fill(_ site: LedgerSite, users: Int) throws {
        try PostgresServer.shared().sql(
            """
            INSERT INTO auth_user (id, password, username, first_name, email, is_staff, is_active, is_unclaimed,
              is_superuser, is_managed, is_password_expired, flags, date_joined, last_active, avatar_type)
            SELECT n, '', 'old-' || n, '', '', false, true, false, false, false, false, 0, now(), now(), 0
            FROM generate_series(1, \(users)) n;
            """, url: site.databaseURL)
    }

    /// Deleting takes no time, the check of what referred to the deleted rows does: that has the long limit, too.
    @Test func manyRowsAreClearedWithinTheLongLimit() throws {
        let site = try LedgerSite(.postgres)
        try fill(site, users: 100_000)
        let queued = try site.enqueue("global", "--no-prompt", try site.write(SampleExport.users(3)))
        #expect(queued.code == 0, "\(queued.errors)")
        let worker = try site.start("run", "--drain", "--statement-timeout", "1", "--max-attempts", "1")
        var seen: Set<String> = []
        while worker.process.wait(seconds: 0.05) == nil {
            let status = try site.installation.status(queued.lastLine)
            if let doing = status["doing"] as? String { seen.insert(doing) }
        }
        let status = try site.installation.status(queued.lastLine)
        #expect(status["status"] as? String == "SUCCESS", "\(status["failureReason"] ?? "")")
        #expect(try site.users().sorted() == ["user-1", "user-2", "user-3"])
        #expect(seen.contains("has emptied the tables, and checks what referred to their rows"), "\(seen)")
        #expect(status["doing"] is NSNull)
    }

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres]) func oneTransactionShowsItsRows(_ form: LedgerSite.Form)
        throws
    {
        let site = try LedgerSite(form)
        let file = try site.write(SampleExport.users(150))
        let queued = try site.enqueue("users", "--atomic", "--chunk-size", "2", file)
        let worker = try site.start("run", "--drain")
        var rows: [Int] = []
        while worker.process.wait(seconds: 0.01) == nil {
            let status = try site.installation.status(queued.lastLine)
            let counts = status["rows"] as? [String: Int] ?? [:]
            if let uncommitted = counts["uncommitted"] {
                #expect(counts["inserted"] == 0 && (status["chunks"] as? [String: Int])?["done"] ?? 0 > 0)
                rows.append(uncommitted)
            }
        }
        #expect(rows == rows.sorted() && !rows.isEmpty && rows.allSatisfy { $0 <= 600 }, "\(rows)")
        #expect(try site.installation.rows(queued.lastLine)["uncommitted"] == nil)
        #expect(try site.users().count == 150)
    }

    @Test func limitsAreOptions() throws {
        let site = try LedgerSite(.sqlite)
        for flag in ["--statement-timeout", "--long-statement-timeout", "--lock-timeout"] {
            for value in ["0", "86401", "-1", "soon"] {
                let result = try site.worker("run", "--drain", "\(flag)=\(value)")
                #expect(result.code == 64 && result.errors.contains(flag), "\(flag) \(value): \(result.errors)")
            }
            let variable = "RELOCATION_" + flag.dropFirst(2).uppercased().replacingOccurrences(of: "-", with: "_")
            let result = try site.worker("run", "--drain", environment: [variable: "0"])
            #expect(
                result.code == 64 && result.errors.contains("\(variable) takes 1 to 86400 seconds"), "\(result.errors)")
            #expect(try site.worker("run", "--drain", "\(flag)=7", environment: [variable: "0"]).code == 0)
            #expect(try site.worker("run", "--drain", environment: [variable: "7"]).code == 0)
            #expect(try site.worker("run", "--help").output.contains(variable))
        }
    }

    /// A limit reaches the server.
    @Test func aStatementThatTakesTooLongIsTriedAgain() throws {
        let site = try LedgerSite(.postgres)
        try PostgresServer.shared().sql(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(3); RETURN NEW; END $$;
            CREATE TRIGGER slow BEFORE INSERT ON auth_user EXECUTE FUNCTION slow();
            """, url: site.databaseURL)
        let queued = try site.enqueue("users", try site.write(SampleExport.users(1)))
        let ended = try site.worker("run", "--drain", "--statement-timeout", "1", "--max-attempts", "1")
        #expect(ended.code == 1, "\(ended.errors)")
        #expect(try site.enqueue("retry", queued.lastLine).code == 0)
        #expect(try site.worker("run", "--drain", "--statement-timeout", "20").code == 0)
    }
}
