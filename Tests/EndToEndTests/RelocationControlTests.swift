import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// Operators, lost workers and repeated deliveries at every step of a relocation.
@Suite struct RelocationControlTests {
    static let steps = ["PREPROCESSING", "VALIDATING", "IMPORTING", "POSTPROCESSING", "NOTIFYING", "COMPLETED"]

    @Test(arguments: steps) func pauseAtAndGoOn(_ step: String) throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export()).code == 0)
        if step == "COMPLETED" {
            let refused = try site.site.enqueue("pause", site.uuid, "--at-step", step)
            #expect(refused.code != 0 && refused.errors.contains("Could not pause relocation at step `COMPLETED`"))
            return
        }
        #expect(try site.site.enqueue("pause", site.uuid, "--at-step", step.lowercased()).code == 0)
        #expect(try site.status()["scheduledPauseAtStep"] as? String == step)
        #expect(try site.drain().code == 0)
        let paused = try site.status()
        #expect(paused["status"] as? String == "PAUSE" && paused["step"] as? String == step, "\(paused)")
        #expect(paused["scheduledPauseAtStep"] is NSNull)
        #expect(try site.record()["status"] == .integer(3))
        // What is behind cannot be waited for.
        #expect(try site.site.enqueue("unpause", site.uuid, "--until-step", step).code != 0)
        #expect(try site.site.enqueue("unpause", site.uuid).code == 0)
        #expect(try site.drain().code == 0)
        try expectDone(site)
    }

    @Test(arguments: steps.dropLast()) func cancelAt(_ step: String) throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export()).code == 0)
        #expect(try site.site.enqueue("cancel", site.uuid, "--at-step", step).code == 0)
        _ = try site.drain()
        let status = try site.status()
        #expect(status["status"] as? String == "FAILURE" && status["step"] as? String == step, "\(status)")
        #expect(status["endedBy"] as? String == "cancel")
        #expect(status["failureReason"] as? String == "This relocation was cancelled by an administrator.")
        let record = try site.record()
        #expect(record["status"] == .integer(1))
        #expect(record["failure_reason"]?.text == "This relocation was cancelled by an administrator.")
        let recovered = try site.site.enqueue("recover", site.uuid)
        #expect(recovered.code != 0 && recovered.errors.contains("ended by an operator"), "\(recovered.errors)")
        // What an operator has ended goes on only if told so by name.
        #expect(try site.site.enqueue("retry", site.uuid).code == 0)
        #expect(try site.drain().code == 0)
        try expectDone(site)
    }

    @Test func unpauseUntil() throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export(), "--autopause", "PREPROCESSING").code == 0)
        for next in ["VALIDATING", "IMPORTING", "POSTPROCESSING", "NOTIFYING"] {
            #expect(try site.drain().code == 0)
            #expect(try site.site.enqueue("unpause", site.uuid, "--until-step", next).code == 0)
        }
        #expect(try site.drain().code == 0)
        #expect(try site.status()["step"] as? String == "NOTIFYING")
        #expect(try site.organizations() == ["alpha": 3, "beta": 3], "hidden until then")
        #expect(try site.site.enqueue("unpause", site.uuid).code == 0)
        #expect(try site.drain().code == 0)
        try expectDone(site)
    }

    @Test func refusalsHaveTheReferencesWords() throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export()).code == 0)
        let cases: [([String], String)] = [
            (["unpause", site.uuid], "Relocations can only be unpaused if they are already paused"),
            (["recover", site.uuid], "Relocations can only be recovered if they have already failed"),
            (["pause", site.uuid, "--at-step", "nonsense"], "`nonsense` is not a valid relocation step."),
            (["cancel", site.uuid, "--at-step", "uploading"], "Could not cancel relocation at step `uploading`"),
        ]
        for (arguments, words) in cases {
            let result = try site.site.run(arguments[0], Array(arguments.dropFirst()))
            #expect(result.code != 0 && result.errors.contains(words), "\(arguments): \(result.errors)")
        }
        #expect(try site.drain().code == 0)
        let late = try site.site.enqueue("cancel", site.uuid)
        #expect(late.errors.contains("this relocation is `SUCCESS`"), "\(late.errors)")
        #expect(try site.site.enqueue("abort", site.uuid).errors.contains("this relocation is `SUCCESS`"))
        #expect(try site.site.enqueue("pause", site.uuid).errors.contains("`SUCCESS`"))
    }

    @Test func plainImportsHaveNoSteps() throws {
        let site = try RelocationSite()
        let uuid = try site.site.enqueue("users", site.site.write(SampleExport.users(3))).lastLine
        let refused = try site.site.enqueue("pause", uuid, "--at-step", "IMPORTING")
        #expect(refused.code != 0 && refused.errors.contains("no steps"), "\(refused.errors)")
        #expect(try site.site.enqueue("pause", uuid).code == 0)
        #expect(try site.site.enqueue("unpause", uuid).code == 0)
        #expect(try site.site.enqueue("cancel", uuid).code == 0)
        #expect(try site.site.enqueue("recover", uuid).code != 0)
        #expect(try site.site.enqueue("retry", uuid).code == 0)
    }

    /// A worker is killed around each task; another one goes on there, and nothing is doubled.
    @Test(arguments: ["flow.task.before", "flow.task.after"], Array(1...16)) func killed(
        _ place: String, _ number: Int
    ) throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export()).code == 0)
        let killed = try site.drain(failpoint: "\(place):\(number):kill")
        #expect(killed.code == -SIGKILL, "\(killed.errors)")
        let worker = try site.drain()
        #expect(worker.code == 0, "\(worker.errors)")
        try expectDone(site)
        #expect(try site.status()["latestTaskAttempts"] as? Int == 1, "a lost worker is no attempt")
    }

    @Test(arguments: [
        "batch.commit:1", "chunk.after:1", "acknowledge.before:1", "acknowledge.after:1", "flow.append:1",
    ])
    func killedAmongTheRows(_ place: String) throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export()).code == 0)
        #expect(try site.drain(failpoint: "\(place):kill").code == -SIGKILL)
        #expect(try site.drain().code == 0)
        try expectDone(site)
    }

    @Test func undone() throws {
        for form in [LedgerSite.Form.sqlite, .postgres] {
            let site = try RelocationSite(form)
            let members = try site.rows("sentry_organizationmember").count
            #expect(try site.relocate(site.export()).code == 0)
            #expect(try site.drain().code == 0)
            let waiting = try site.site.start(enqueuing: ["undo", site.uuid, "--no-prompt", "--wait"])
            let worker = try site.site.start("run")
            let result = try waiting.result()
            worker.process.signal(SIGTERM)
            _ = try worker.result()
            #expect(result.code == 0, "\(result.errors)")
            #expect(try site.organizations().isEmpty)
            #expect(try site.rows("sentry_organizationmember").count == members, "the owner's memberships go too")
            #expect(try site.rows("sentry_organizationmembermapping", .control).isEmpty)
            #expect(try site.rows("auth_user", .control).count == 2)
            #expect(try site.record()["status"] == .integer(1))
        }
    }

    /// Only the ledger knows then that it went through steps, and has a record of its own.
    @Test func undoneThoughRedisHasForgottenIt() throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export()).code == 0)
        #expect(try site.drain().code == 0)
        #expect(try site.record()["status"] == .integer(2))
        try site.site.forgetEverything()
        #expect(try site.site.enqueue("undo", site.uuid, "--no-prompt").code == 0)
        #expect(try site.drain(failpoint: "undo.begun:1:kill").code == -SIGKILL)
        #expect(try site.drain().code == 0)
        #expect(try site.organizations().isEmpty)
        let record = try site.record()
        #expect(record["status"] == .integer(1), "\(record)")
        #expect(record["failure_reason"]?.text?.hasPrefix("Undone by ") == true, "\(record)")
    }

    /// It has imported nothing yet: its own record is all there is of it, and must say the end.
    @Test(arguments: ["undo.begun:1", "undo.removed:1", "undo.done:1"])
    func undoneBeforeTheImportByALostWorker(_ place: String) throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export(), "--autopause", "VALIDATING").code == 0)
        #expect(try site.drain().code == 0)
        #expect(try site.record()["status"] == .integer(3))
        #expect(try site.site.enqueue("undo", site.uuid, "--no-prompt").code == 0)
        #expect(try site.drain(failpoint: "\(place):kill").code == -SIGKILL)
        #expect(try site.drain().code == 0)
        #expect(try site.status()["endedBy"] as? String == "undo")
        let record = try site.record()
        #expect(record["status"] == .integer(1), "\(record)")
        #expect(record["failure_reason"]?.text?.hasPrefix("Undone by ") == true, "\(record)")
    }

    private func expectDone(_ site: RelocationSite) throws {
        let status = try site.status()
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        #expect(try site.organizations() == ["alpha": 0, "beta": 0])
        #expect(try site.roles(of: "owner@example.com") == ["owner", "owner"])
        #expect(try site.rows("sentry_organizationmembermapping", .control).count == 6)
        #expect(try site.rows("sentry_relocation").count == 1)
        #expect(try site.rows("sentry_relocationfile").count == 1)
        #expect(try site.rows("sentry_relocationvalidation").map { $0["attempts"] } == [.integer(1)])
        #expect(try site.rows("sentry_relocationvalidationattempt").count == 1)
        #expect(try site.record()["status"] == .integer(2))
    }
}

extension RelocationControlTests {
    /// A worker is among the rows: it stops at its next task, in the middle of the step.
    @Test(arguments: ["pause", "cancel", "abort"]) func commandsReachARunningWorker(_ command: String) throws {
        let site = try RelocationSite()
        #expect(try site.relocate(site.export(users: 1_500), "--chunk-size", "5").code == 0)
        let worker = try site.site.start("run", "--group-rows", "1")
        while try site.status()["step"] as? String != "IMPORTING" { usleep(2_000) }
        let start = ContinuousClock.now
        #expect(try site.site.enqueue(command, site.uuid).code == 0)
        while try site.status()["status"] as? String == "IN_PROGRESS" {
            if ContinuousClock.now - start > .seconds(20) { break }
            usleep(2_000)
        }
        print("\(command) reached a running worker after \(ContinuousClock.now - start)")
        #expect(ContinuousClock.now - start < .seconds(5))
        let status = try site.status()
        #expect(status["step"] as? String == "IMPORTING", "\(status)")
        #expect(status["status"] as? String == (command == "pause" ? "PAUSE" : "FAILURE"))
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        #expect(try site.site.enqueue(command == "pause" ? "unpause" : "retry", site.uuid).code == 0)
        #expect(try site.drain().code == 0)
        #expect(try site.status()["status"] as? String == "SUCCESS")
        #expect(try site.rows("sentry_organizationmember").count == 2 * 1_500 + 2, "nothing is doubled")
    }
}
