import Catalogue
import CryptoExtras
import ExportFormat
import Flow
import Foundation
import Operations
import TaskFormat
import TestSupport
import Testing

/// Every recorded scan: what the enqueuer decides of the same file.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct ScanParityTests {
    /// Cases whose outcome is not the scan's decision, and why.
    static let declared: [String: String] = [
        "attempts-used-up": "the prologue ends it: see the prologues",
        "bad-slug-reason-too-long":
            "the reason does not fit there, and the relocation is stranded; ours fails with all of it",
        "bad-missing-reason-too-long": "the same",
        "decrypt-service-away": "the key program of ours is asked by the enqueuer: if it is away, nothing is queued",
        "internal-no-file-row": "the file is in the queue, not in a row",
        "mail-away-always": "a mail that fails does not fail a relocation",
        "last-attempt-internal": "the scan is not repeated: it runs before anything is queued",
        "bad-empty-string": "a text is no list of rows: refused as such",
        "bad-tar-export-not-utf8": "a token that is no base64 cannot be decrypted: refused as such",
        "decrypt-not-utf8": "the text is read row by row: the row that is not UTF-8 is at fault",
    ]

    @Test func everyCase() throws {
        let names = try Material.names(in: "scan", ending: ".case.json")
        #expect(names.count > 90)
        var same = 0
        for name in names where Self.declared[name] == nil || name.hasSuffix("too-long") || name == "internal-not-json"
        {
            let recorded = try Material.object(Material.folder("scan/\(name).case.json"))
            let report = try scanned(recorded)
            let outcome = recorded.member("outcome")
            if name.hasSuffix("too-long") {
                // The reference's texts, whole.
                #expect((report.refusal ?? "").count > FlowReason.columnCharacters, "\(name)")
                continue
            }
            #expect(report.refusal == outcome.text("reason"), "\(name): \(report.explanation ?? "")")
            if outcome["reason"] is NSNull {
                let wanted = (outcome["want_usernames"] as? [Any] ?? []).map { $0 as? String }
                #expect(report.usernames == wanted, "\(name)")
            }
            same += 1
        }
        print("scan: \(names.count) cases, \(same) the same, \(Self.declared.count) declared")
    }

    private func scanned(_ recorded: Material.Case) throws -> ScanReport {
        let input = recorded.member("input")
        let troubles = recorded.member("troubles")
        var job: EnqueueJob
        if let plain = input.text("plain") {
            job = EnqueueJob(scope: .organizations, source: try Material.folder("scan/\(plain)"), uuid: Self.uuid)
        } else {
            let tarball = try Material.folder("scan/\(input.text("tarball") ?? "")")
            job = EnqueueJob(scope: .organizations, source: tarball, uuid: Self.uuid)
            job.opener = try Self.opener(isCorrupt: troubles["key_service_answer_corrupt"] != nil)
        }
        job.options.relocate = RelocateRequest(
            owner: "owner", organizations: recorded["want_org_slugs"] as? [String] ?? [],
            maxOrganizations: FlowScan.organizationLimit, maxUsers: FlowScan.userLimit)
        return try job.scanned().report
    }

    private static let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"

    /// What stands for the key service.
    private static func opener(isCorrupt: Bool) throws -> TarballOpener {
        let pem = try String(contentsOfFile: (material ?? "") + "/exports/key.priv", encoding: .utf8)
        return .unwrap { wrapped throws(ExportError) in
            guard let key = try? _RSA.Encryption.PrivateKey(unsafePEMRepresentation: pem),
                let text = try? key.decrypt(wrapped, padding: .PKCS1_OAEP_SHA256), !isCorrupt
            else { throw ExportError(.badKey, "the key service refuses") }
            return Array(text)
        }
    }
}
