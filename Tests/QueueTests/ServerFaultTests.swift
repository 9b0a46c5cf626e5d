import TestSupport
import Testing

@testable import Queue

@Suite struct ServerFaultTests {
    @Test func nobodyThere() throws {
        let folder = try TemporaryFolder()
        for url in ["unix://" + folder.file("none.sock"), "redis://127.0.0.1:\(try freePort())"] {
            let configuration = try QueueConfiguration(url: RedisURL(url))
            #expect(kind { _ = try RelocationQueue(configuration) } == .unavailable)
        }
    }

    /// Found by fuzzing: the library reserves what an answer announces.
    @Test func anAnswerIsAsLongAsTheLimitAndNoLonger() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(timeout: 5_000)
        let script = "local list = {} for at = 1, tonumber(ARGV[1]) do list[at] = 1 end return list"
        func length(_ count: Int) throws -> Int? {
            try queue.connection.call(["EVAL", .text(script), "0", .number(count)]).array?.count
        }
        let limit = BoundedReplies.maximumElements
        #expect(try length(limit) == limit)
        #expect(kind { _ = try length(limit + 1) } == .notRedis)
        #expect(try length(3) == 3)
    }

    @Test func wrongAndMissingPasswords() throws {
        let fixture = try QueueFixture(["requirepass hush"], tcp: true)
        for credentials in ["", ":wrong@", "default:wrong@", "nobody:hush@", "default@"] {
            let url = fixture.server.tcpURL(credentials: credentials)
            do {
                _ = try fixture.queue(url: url)
                Issue.record("\(credentials) was let in")
            } catch let error as QueueError {
                #expect(error.kind == .authentication)
                #expect(!error.description.contains("hush") && !error.description.contains("wrong"))
            }
        }
        for credentials in [":hush@", "default:hush@"] {
            let queue = try fixture.queue(url: fixture.server.tcpURL(credentials: credentials, database: 2))
            try queue.enqueue(uuid(1))
            #expect(try queue.claimed().uuid == uuid(1))
            try queue.abort(uuid(1))
            _ = try queue.finishAgain()
        }
        let other = try fixture.queue(url: fixture.server.tcpURL(credentials: ":hush@"))
        #expect(try other.find().relocations == [])
    }

    @Test func aPasswordWhereNoneIsNeededAndADatabaseThereIsNot() throws {
        let fixture = try QueueFixture(tcp: true)
        #expect(kind { _ = try fixture.queue(url: fixture.server.tcpURL(credentials: ":x@")) } == .authentication)
        #expect(kind { _ = try fixture.queue(url: fixture.server.tcpURL(database: 99)) } == .badURL)
    }

    /// The commands a queue needs: what deploy documents for its user.
    static let commands = [
        "auth", "select", "ping", "info", "evalsha", "eval", "script|load", "time", "hset", "hget", "hmget", "hgetall",
        "hincrby", "hscan", "lrange", "ltrim", "llen", "lset", "rpush", "zadd", "zrem", "zrange", "zrangebyscore",
        "zrevrange",
        "zcard",
        "zcount", "zrandmember", "incr", "set", "exists", "unlink", "pexpire", "persist",
    ]

    @Test func aUserOfTheLeastRightsCanDoEverything() throws {
        let fixture = try QueueFixture([
            "user least on >hush ~{test}:* -@all " + ServerFaultTests.commands.map { "+" + $0 }.joined(separator: " ")
        ])
        let url = "unix://least:hush@" + fixture.server.socketPath
        let queue = try fixture.queue(retention: 1, url: url)
        try queue.enqueue(uuid(1), counters: ["a": 1])
        try queue.postpone(try queue.claimed(), delayMilliseconds: 0, trouble: "t")
        let claim = try queue.claimed()
        try queue.bind(claim, destination: "here")
        #expect(try queue.renew([claim]) == [.held(.none)])
        _ = try queue.tasks(claim, from: 0, count: 1, maxBytes: 1)
        _ = try queue.acknowledge(
            claim, tasks: 3, counters: ["a": 1], listed: ["l"],
            renamed: [Renaming(subject: "m|1", from: "a", to: "b"), Renaming(subject: "m|1", from: "b", to: "c")],
            written: ["m 1 x": "text"])
        #expect(try queue.writtenRows(claim.uuid).count == 1)
        _ = try queue.renamedRows(claim.uuid)
        try queue.advance(claim, step: .notifying)
        try queue.progress(claim, chunksDone: 1)
        try queue.complete(claim)
        #expect(try queue.idle().openRelocations == 0)
        #expect(try queue.idle().foreign == [])
        #expect(try queue.serverReport().hasPersistence == nil)
        #expect(try eventually(within: 5) { try queue.find().relocations.isEmpty })
        let token = try queue.stage(uuid(2))
        try queue.keepUploading(uuid: uuid(2), token: token)
        #expect(try queue.abandon(uuid: uuid(2), token: token))
        try queue.enqueue(uuid(3))
        #expect(try queue.pause(uuid(3)) == .done)
        try queue.unpause(uuid(3))
        try queue.release(try queue.claimed())
        #expect(try queue.cancel(uuid(3)) == .done)
        try queue.retry(uuid(3))
        try queue.fail(try queue.claimed(), findings: [], reason: "r")
        _ = try queue.listedRows(uuid(3))
        try queue.delete(uuid(3))
    }

    @Test func aUserWithoutARightIsTold() throws {
        let fixture = try QueueFixture(["user few on >hush ~* -@all +ping +eval +evalsha"])
        let queue = try fixture.queue(url: "unix://few:hush@" + fixture.server.socketPath)
        #expect(kind { _ = try queue.status(uuid(1)) } == .authentication)
        let elsewhere = try QueueFixture(["user other on >hush ~{other}:* +@all"])
        let blind = try elsewhere.queue(url: "unix://other:hush@" + elsewhere.server.socketPath)
        #expect(kind { try blind.enqueue(uuid(1)) } == .authentication)
    }

    @Test func aServerThatComesBackIsUsedAgain() throws {
        let fixture = try QueueFixture(["appendonly yes", "appendfsync always"])
        let queue = try fixture.queue(lease: 60_000)
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 1)
        fixture.server.kill()
        for _ in 1...3 { #expect(kind { _ = try queue.status(uuid(1)) } == .unavailable) }
        try fixture.server.start()
        #expect(try queue.renew([claim]) == [.held(.none)])
        #expect(try queue.acknowledge(claim, tasks: 1).remaining == 1)
    }

    @Test func aServerThatComesBackEmptyKnowsNothingAndTokensStillGrow() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        fixture.server.kill()
        try fixture.server.start()
        #expect(kind { _ = try queue.status(uuid(1)) } == .unavailable)
        #expect(kind { _ = try queue.status(uuid(1)) } == .notFound)
        #expect(try queue.renew([claim]) == [.lost(.forgotten)])
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 1) } == .leaseLost)
        try queue.enqueue(uuid(1))
        #expect(try queue.claimed().token > claim.token)
        #expect(try queue.renew([claim]) == [.lost(.takenOver)])
    }

    @Test func credentialsAndDatabaseAreGivenAgainAfterAReconnect() throws {
        let fixture = try QueueFixture(["requirepass hush", "appendonly yes"], tcp: true)
        let queue = try fixture.queue(url: fixture.server.tcpURL(credentials: ":hush@", database: 3))
        try queue.enqueue(uuid(1))
        queue.disconnect()
        #expect(try queue.find().relocations.map(\.uuid) == [uuid(1)])
        fixture.server.stop()
        #expect(kind { _ = try queue.find().relocations } == .unavailable)
        try fixture.server.start()
        #expect(try queue.find().relocations.map(\.uuid) == [uuid(1)])
    }

    @Test func aFrozenServerIsGivenUpWithinTheLimit() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(timeout: 300)
        try queue.enqueue(uuid(1))
        fixture.server.freeze()
        for _ in 1...2 {
            let start = ContinuousClock.now
            #expect(kind { _ = try queue.status(uuid(1)) } == .unavailable)
            #expect(ContinuousClock.now - start < .milliseconds(900 * patience))
        }
        fixture.server.thaw()
        #expect(try queue.status(uuid(1)).uuid == uuid(1))
    }

    @Test func aBusyServerIsUnavailable() throws {
        let fixture = try QueueFixture(["busy-reply-threshold 20"])
        let queue = try fixture.queue()
        let endless = try ChildProcess(
            "redis-cli", ["-s", fixture.server.socketPath, "EVAL", "while true do end", "0"])
        #expect(eventually(within: 5) { kind { _ = try queue.status(uuid(1)) } == .unavailable })
        try fixture.server.cli(["SCRIPT", "KILL"])
        endless.wait()
        #expect(kind { _ = try queue.status(uuid(1)) } == .notFound)
    }

    @Test func aForgottenScriptIsSentAgain() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        #expect(try queue.renew([claim]) == [.held(.none)])
        try fixture.server.cli(["SCRIPT", "FLUSH"])
        #expect(try queue.renew([claim, claim]) == [.held(.none), .held(.none)])
        try fixture.server.cli(["SCRIPT", "FLUSH"])
        #expect(try queue.acknowledge(claim, tasks: 1).remaining == 2)
        let token = try queue.stage(uuid(2))
        try fixture.server.cli(["SCRIPT", "FLUSH"])
        try queue.push((4...3_000).map { task($0) }, uuid: uuid(2), token: token)
        try queue.publish(uuid: uuid(2), token: token, chunksTotal: 3_000)
    }

    @Test func aReplicaRefusesWritesAndAnswersQuestions() throws {
        let fixture = try QueueFixture(["replicaof 127.0.0.1 \(try freePort())"], tcp: true)
        let queue = try fixture.queue()
        #expect(kind { try queue.enqueue(uuid(1)) } == .readOnly)
        #expect(kind { _ = try queue.claimed() } == .readOnly)
        #expect(kind { _ = try queue.status(uuid(1)) } == .notFound)
        let report = try queue.serverReport()
        #expect(report.isReplica && report.isReadOnly)
        #expect(report.warnings.contains { $0.contains("replica") })
        try fixture.server.cli(["CONFIG", "SET", "replica-serve-stale-data", "no"])
        #expect(kind { _ = try queue.status(uuid(1)) } == .unavailable)
    }

    @Test func aFailingDiskIsReportedAsReadOnly() throws {
        let fixture = try QueueFixture(["save 3600 1", "dbfilename taken"])
        try fixture.server.cli(["CONFIG", "SET", "rdbcompression", "no"])
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        // A snapshot cannot replace a folder.
        _ = try ChildProcess("mkdir", [fixture.server.folder.file("taken")]).wait()
        try fixture.server.cli(["BGSAVE"])
        #expect(
            try eventually(within: 5) {
                try fixture.server.cli(["INFO", "persistence"]).contains("rdb_last_bgsave_status:err")
            })
        #expect(kind { _ = try queue.claimed() } == .readOnly)
        #expect(try queue.status(uuid(1)).status == .inProgress)
    }

    @Test func aFullServerRefusesPayloadAndLetsWorkersGoOn() throws {
        let fixture = try QueueFixture(["maxmemory 8mb", "maxmemory-policy noeviction"])
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 3)
        guard case .staged(let token) = try queue.begin(NewRelocation(uuid: uuid(2), scope: "s")) else {
            throw Unexpected()
        }
        let large = task(1, payload: [UInt8](repeating: 7, count: 1 << 20))
        var pushed = 0
        let refusal = kind {
            for _ in 0..<20 {
                try queue.push([large], uuid: uuid(2), token: token)
                pushed += 1
            }
        }
        #expect(refusal == .full)
        #expect((1...7).contains(pushed))
        // Nothing of the refused task was written.
        #expect(try fixture.server.cli(["LLEN", "{test}:tasks:\(uuid(2))"]) == String(pushed))

        // Over its limit: what frees memory still works.
        try fixture.server.cli(["CONFIG", "SET", "maxmemory", "2mb"])
        #expect(try fixture.server.cli(["SET", "one", "more"]).contains("OOM"))
        #expect(kind { _ = try queue.begin(NewRelocation(uuid: uuid(3), scope: "s")) } == .full)
        let claim = try queue.claimed()
        #expect(try queue.renew([claim]) == [.held(.none)])
        _ = try queue.acknowledge(
            claim, tasks: 3, counters: ["new": 1], listed: ["row"],
            renamed: [Renaming(subject: "m|1", from: "a", to: "b")])
        try queue.complete(claim)
        #expect(try queue.status(uuid(1)).counters == ["new": 1])
        #expect(try queue.abandon(uuid: uuid(2), token: token))
    }

    @Test func theReportWarnsOfWhatLosesTasks() throws {
        let careless = try QueueFixture(["maxmemory 100mb", "maxmemory-policy allkeys-lru"])
        var report = try careless.queue().serverReport()
        #expect(report.maxMemory == 104_857_600 && report.usedMemory > 0 && report.evictionPolicy == "allkeys-lru")
        #expect(report.hasPersistence == false && !report.isReplica && !report.isReadOnly)
        #expect(report.warnings.count == 2)
        for line in ["appendonly yes", "save 60 1"] {
            let careful = try QueueFixture([line])
            report = try careful.queue().serverReport()
            #expect(report.hasPersistence == true && report.warnings == [])
            #expect(report.version.hasPrefix("7."))
        }
        #expect(ServerReport(version: "6.2.14").warnings.count == 1)
    }

    /// Without the ignored signal this ends the whole test run.
    @Test func writingToAServerThatHasGoneDoesNotEndTheProcess() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        fixture.server.kill()
        #expect(kind { _ = try queue.status(uuid(1)) } == .unavailable)
    }

    @Test func keysOfSomebodyElseAreNotTouched() throws {
        let fixture = try QueueFixture()
        try fixture.server.cli(["SET", "{test}:record:\(uuid(1))", "mine"])
        let queue = try fixture.queue()
        #expect(kind { _ = try queue.begin(NewRelocation(uuid: uuid(1), scope: "s")) } == .protocolError)
        #expect(try fixture.server.cli(["GET", "{test}:record:\(uuid(1))"]) == "mine")
    }
}

extension RelocationQueue {
    /// Retries the only relocation, which has failed, and finishes it.
    fileprivate func finishAgain() throws -> Claim {
        for status in try find().relocations { try retry(status.uuid) }
        let claim = try finish()
        return claim
    }
}
