import Catalogue
import Queue
import Storage
import TaskFormat
import Testing
import TestSupport

@testable import WorkerRuntime

/// Rows that get another name reach the relocation's record with the acknowledgement.
@Suite(.serialized) struct RenameTests {
    private static let uuid = "00000000-0000-4000-8000-000000000002"

    private func names(_ table: String, _ column: String, _ bench: Bench) throws -> [String] {
        let table = try #require(Catalogue.standard.table(table))
        return try bench.destination().region.select(Select([column], from: table)).compactMap { $0[0].text }
    }

    private func enqueue(
        _ text: String, as uuid: String = uuid, scope: ImportScope, atomic: Bool, _ bench: Bench
    ) throws {
        var options = RelocationOptions()
        options.atomic = atomic
        let finish = QueueTask(
            kind: "finish", name: scope.rawValue, minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])
        try bench.enqueue(
            uuid, scope: scope.rawValue, bench.chunks(of: text, scope, chunkSize: 5) + [finish], options: options.json)
    }

    @Test(arguments: [CommitBatchPolicy(), .single], [false, true])
    func theSameUsersAgain(_ policy: CommitBatchPolicy, _ isAtomic: Bool) async throws {
        let bench = try Bench()
        let first = try bench.enqueue(12)
        _ = try await bench.drain()
        #expect(try bench.queue().renamedRows(first) == [])
        let users = (1...12).map {
            #"{"model":"sentry.user","pk":\#($0),"fields":{"username":"r1u\#($0)","name":"","email":"a\#($0)@x.com"}}"#
        }
        try enqueue("[" + users.joined(separator: ",") + "]", scope: .users, atomic: isAtomic, bench)
        _ = try await bench.drain(commitBatches: policy)
        let status = try bench.status(Self.uuid)
        #expect(status.status == .success && status.renamed == 12, "\(status.failureReason)")
        let stored = try names("auth_user", "username", bench)
        #expect(
            try bench.queue().renamedRows(Self.uuid)
                == (1...12).map { Renaming(subject: "sentry.user|\($0)", from: "r1u\($0)", to: stored[11 + $0]) })
    }

    /// A worker with payload keys writes no name of a row into Redis in the open: renamed rows are counted.
    @Test func namesStayHiddenWithPayloadKeys() async throws {
        let bench = try Bench()
        _ = try bench.enqueue(3)
        _ = try await bench.drain()
        let user = #"{"model":"sentry.user","pk":1,"fields":{"username":"r1u1","name":"","email":"a@x.com"}}"#
        try enqueue("[\(user)]", scope: .users, atomic: false, bench)
        let keyring = try PayloadKeyring(parsing: "k AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
        _ = try await bench.drain(payloadKeys: keyring)
        #expect(try bench.status(Self.uuid).renamed == 1)
        #expect(try bench.queue().renamedRows(Self.uuid) == [])
    }

    /// The slug is taken among the reservations only, so that provisioning changes it once more.
    @Test(arguments: [false, true]) func anOrganizationThatIsRenamedTwice(_ isAtomic: Bool) async throws {
        let bench = try Bench()
        func organization(_ slug: String) -> String {
            #"[{"model":"sentry.organization","pk":7,"fields":{"name":"Seven","slug":"\#(slug)"}}]"#
        }
        try enqueue(organization("my-org"), scope: .organizations, atomic: isAtomic, bench)
        _ = try await bench.drain()
        let table = try #require(Catalogue.standard.table("sentry_organization"))
        let database = try bench.destination().region
        let id = try #require(try database.select(Select(["id"], from: table)).first?[0])
        try database.begin()
        try database.update(Update(table, set: ["slug"], rows: [[id, .text("other")]]))
        try database.commit()
        let again = "00000000-0000-4000-8000-000000000003"
        try enqueue(organization("My_Org"), as: again, scope: .organizations, atomic: isAtomic, bench)
        _ = try await bench.drain()
        let slugs = try names("sentry_organization", "slug", bench)
        #expect(slugs.count == 2 && slugs[1].hasPrefix("my-org-"))
        let status = try bench.status(again)
        #expect(status.status == .success && status.renamed == 1, "\(status.failureReason)")
        #expect(
            try bench.queue().renamedRows(again) == [
                Renaming(subject: "sentry.organization|7", from: "My_Org", to: slugs[1])
            ])
    }
}
