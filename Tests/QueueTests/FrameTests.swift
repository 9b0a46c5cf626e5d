import TestSupport
import Testing

@testable import Queue

@Suite struct FrameTests {
    private func decode(_ bytes: [UInt8]) -> TaskElement { bytes.withUnsafeBytes(TaskFrame.decode) }

    @Test func writesTheDocumentedBytes() throws {
        let task = QueueTask(
            kind: "ab", name: "é", minOrdinal: -2, rows: 258, sourceBytes: 3, payload: [0, 255])
        #expect(
            try TaskFrame.encode(task)
                == [1, 2, 2, 0] + [254, 255, 255, 255, 255, 255, 255, 255] + [2, 1, 0, 0]
                + [3, 0, 0, 0, 0, 0, 0, 0] + [0x61, 0x62, 0xC3, 0xA9] + [0, 255])
    }

    @Test func readsWhatItWrote() throws {
        let tasks = [
            QueueTask(kind: "", name: "", minOrdinal: 0, rows: 0, sourceBytes: 0, payload: []),
            QueueTask(
                kind: String(repeating: "k", count: 255), name: String(repeating: "n", count: 65_535),
                minOrdinal: .max, rows: Int(UInt32.max), sourceBytes: .max, payload: Array(0...255)),
            QueueTask(kind: "chunk", name: "\0名", minOrdinal: .min, rows: 1, sourceBytes: 1, payload: [0]),
        ]
        for task in tasks { #expect(decode(try TaskFrame.encode(task)) == .task(task)) }
    }

    @Test func refusesWhatDoesNotFit() {
        func encode(
            kind: String = "k", name: String = "n", rows: Int = 1, sourceBytes: Int = 1
        ) throws -> [UInt8] {
            try TaskFrame.encode(
                QueueTask(
                    kind: kind, name: name, minOrdinal: 1, rows: rows, sourceBytes: sourceBytes, payload: []))
        }
        let long = String(repeating: "x", count: 256)
        #expect(kind { _ = try encode(kind: long) } == .invalidArgument)
        #expect(kind { _ = try encode(name: String(repeating: long, count: 256)) } == .invalidArgument)
        #expect(kind { _ = try encode(rows: -1) } == .invalidArgument)
        #expect(kind { _ = try encode(rows: Int(UInt32.max) + 1) } == .invalidArgument)
        #expect(kind { _ = try encode(sourceBytes: -1) } == .invalidArgument)
    }

    @Test func everyTruncationAndEveryWrongLengthIsAnErrorValue() throws {
        let good = try TaskFrame.encode(
            QueueTask(kind: "chunk", name: "name", minOrdinal: 1, rows: 1, sourceBytes: 1, payload: []))
        for count in 0..<good.count {
            guard case .malformed = decode(Array(good.prefix(count))) else {
                Issue.record("\(count) bytes were read as a task")
                continue
            }
        }
        for (index, value): (Int, UInt8) in [(0, 0), (0, 32), (1, 200), (2, 255), (3, 255), (23, 128), (24, 0xFF)] {
            var bytes = good
            bytes[index] = value
            guard case .malformed = decode(bytes) else {
                Issue.record("byte \(index) = \(value) was read as a task")
                continue
            }
        }
    }

    @Test func aFrameOfANewerVersionIsSaidToBeOne() throws {
        var bytes = try TaskFrame.encode(task(1))
        for version: UInt8 in [2, 31] {
            bytes[0] = version
            #expect(decode(bytes) == .newer(version: Int(version)))
            // Its header may be shorter than ours.
            #expect(decode([version]) == .newer(version: Int(version)))
        }
    }

    @Test func seededNoiseNeverCrashes() {
        var state: UInt64 = 42
        for _ in 0..<20_000 {
            var bytes: [UInt8] = [1]
            for _ in 0..<Int(state % 60) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: state >> 33))
            }
            state &+= 7
            if case .task(let task) = decode(bytes) { #expect(task.payload.count <= bytes.count) }
        }
    }

    @Test func textListsKeepEveryText() {
        for texts in [[], [""], ["a", "", "1:x", "é\n\0", ":"], ["10:"]] {
            #expect(TextList.decode(TextList.encode(texts)) == texts)
        }
        #expect(TextList.encode(["é", ""]) == "2:é0:")
        for broken in ["x", "5:ab", "-1:a", ":", "99999999999999999999:a", "1"] {
            #expect(TextList.decode(broken) == [])
        }
    }

    /// Published examples of FIPS 180.
    @Test func digestsAreThoseOfTheStandard() {
        #expect(ScriptDigest.hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(ScriptDigest.hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            ScriptDigest.hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    }

    @Test func commandsCarryLengths() {
        var commands = RedisCommands(["SET", .bytes([0x0D, 0x0A, 0]), .integer(-12)])
        commands.append([.text("é")])
        #expect(
            commands.bytes
                == Array("*3\r\n$3\r\nSET\r\n$3\r\n\r\n\0\r\n$3\r\n-12\r\n*1\r\n$2\r\né\r\n".utf8))
        #expect(commands.count == 2)
    }
}

@Suite struct ServerErrorTests {
    @Test(arguments: [
        ("NOAUTH Authentication required.", QueueError.Kind.authentication),
        ("WRONGPASS invalid username-password pair or user is disabled.", .authentication),
        ("NOPERM this user has no permissions to run the 'hset' command", .authentication),
        ("ERR The user executing the script can't run this command or subcommand script: x", .authentication),
        ("READONLY You can't write against a read only replica.", .readOnly),
        ("MISCONF Redis is configured to save RDB snapshots", .readOnly),
        ("NOREPLICAS Not enough good replicas to write.", .readOnly),
        ("OOM command not allowed when used memory > 'maxmemory'.", .full),
        ("LOADING Redis is loading the dataset in memory", .unavailable),
        ("BUSY Redis is busy running a script.", .unavailable),
        ("MASTERDOWN Link with MASTER is down", .unavailable),
        ("ERR max number of clients reached", .unavailable),
        ("MOVED 3999 127.0.0.1:6381", .unsupported), ("ASK 3999 127.0.0.1:6381", .unsupported),
        ("CROSSSLOT Keys in request don't hash to the same slot", .unsupported),
        ("ERR This instance has cluster support disabled", .unsupported),
        ("WRONGTYPE Operation against a key holding the wrong kind of value", .protocolError),
        ("ERR unknown command 'x', with args beginning with: 'hush'", .unsupported),
        ("hush hush", .protocolError), ("", .protocolError),
    ])
    func isClassifiedByItsCode(_ text: String, _ kind: QueueError.Kind) {
        let error = QueueError(serverError: text)
        #expect(error.kind == kind)
        #expect(!error.description.contains("hush"))
    }

    @Test(arguments: [
        "MOVED 3999 127.0.0.1:6381", "ASK 3999 127.0.0.1:6381", "CLUSTERDOWN The cluster is down",
        "CROSSSLOT Keys in request don't hash to the same slot", "TRYAGAIN Multiple keys request during rehashing",
        "ERR This instance has cluster support disabled", "ERR SELECT is not allowed in cluster mode",
    ])
    func aClusterIsRefusedInPlainWords(_ text: String) {
        let error = QueueError(serverError: text)
        #expect(error.description.contains("Redis Cluster is not supported. Use one Redis"))
        #expect(!error.isTransient && !error.description.contains("6381"))
    }

    @Test func transientKindsAreThoseThatGoAwayByThemselves() {
        let transient = QueueError.Kind.allCases.filter { QueueError($0, "").isTransient }
        #expect(transient == [.unavailable, .notRedis, .readOnly, .full])
    }
}
