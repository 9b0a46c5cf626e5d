import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Lists and details that Sentry's own API has given, put to a running server that knows the same relocations.
///
/// What differs: times have milliseconds here, addresses in `Link` are relative. Users there see what is theirs, readers here all
/// that there is.
@Suite("/api/0 lists and shows relocations as recorded")
struct RecordedListTests {
    @Test(.enabled(if: RecordedRelocations.material != nil, "RELOCATION_PARITY_DIR is not set"))
    func recordedListsAndDetails() throws {
        let installation = try Installation()
        let fixture = try RecordedRelocations.fixture()
        try RecordedRelocations.put(fixture, into: installation)
        try RecordedRelocations.importPeople(fixture, into: installation)
        let server = try RunningServer(installation, "serve")
        let recordings = try RecordedRelocations.recordings("detail") + RecordedRelocations.recordings("list")
        let asked = recordings.filter { $0["who"] as? String == "superuser" }
        #expect(asked.count > 40)
        for recorded in recordings where recorded["who"] as? String == "anonymous" {
            let answer = try server.ask("GET", recorded["path"] as? String ?? "", token: nil)
            #expect(answer.status == recorded["status"] as? Int)
            #expect(answer.object as NSDictionary == RecordedRelocations.object(recorded["body"]) as NSDictionary)
        }
        for recorded in asked {
            let name = recorded["name"] as? String ?? ""
            let path = (recorded["path"] as? String ?? "").replacing("<done>", with: RecordedRelocations.done)
            let answer = try server.ask("GET", path)
            #expect(answer.status == recorded["status"] as? Int, "\(name)")
            #expect(
                answer.object["detail"] as? String == RecordedRelocations.object(recorded["body"])["detail"] as? String)
            if let link = recorded["link"] as? String {
                let own = (answer.headers["link"] ?? "").removingPercentEncoding
                #expect(own == link.replacing("http://testserver", with: "").removingPercentEncoding, "\(name)")
                #expect(answer.list.compactMap { $0["uuid"] as? String } == recorded["order"] as? [String], "\(name)")
            }
            let bodies = recorded["body"] as? [[String: Any]] ?? [RecordedRelocations.object(recorded["body"])]
            for (own, its) in zip(answer.list.isEmpty ? [answer.object] : answer.list, bodies) {
                #expect(Set(own.keys) == Set(its.keys), "\(name)")
                #expect(RecordedRelocations.comparable(own) == RecordedRelocations.comparable(its), "\(name)")
            }
        }
    }
}
