import Foundation
import Testing

@testable import Sanitizing

@Suite struct CharacterClassTests {
    @Test(
        "Each class of a text is drawn from as a whole",
        arguments: [
            ("", ""), ("A", "ABCDEF"), ("Z", "HIJKLMNOPQRSTUVWXYZ"), ("c", "abcdef"), ("h", "hijklmnopqrstuvwxyz"),
            ("7", "0123456789"), ("gG", "Gg"), ("a-1", "abcdef0123456789-"), ("é", ""), ("é!", "!"),
            ("٣", "0123456789"),
            ("x²", "hijklmnopqrstuvwxyz0123456789"), ("½", ""), ("日本語", ""),
        ])
    func alphabets(text: String, alphabet: String) {
        let classes = withBytes(text) { CharacterClasses($0) }
        #expect(classes.alphabet == Array(alphabet.utf8))
        #expect(classes.count == text.unicodeScalars.count)
    }
}

@Suite struct RandomStreamTests {
    @Test func theGeneratorIsTheOneOfItsAuthors() {
        // The first numbers that xoshiro256** gives for the state 1, 2, 3, 4.
        let state = (1...4).flatMap { [0, 0, 0, 0, 0, 0, 0, $0] as [UInt8] }
        var random = state.withUnsafeBytes { RandomStream($0) }
        let wanted: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
        ]
        #expect((0..<6).map { _ in random.next() } == wanted)
    }

    @Test func numbersStayBelowTheirBound() {
        var random = withBytes("x") { RunKey(seed: 1).stream(.token, $0) }
        let drawn = (0..<3000).map { _ in random.next(below: 3) }
        #expect(Set(drawn) == [0, 1, 2])
        #expect((0..<3).allSatisfy { number in 800...1200 ~= drawn.count { $0 == number } })
        #expect(random.next(in: -5 ... -5) == -5)
    }

    @Test func streamsDependOnKeyPurposeAndText() {
        func first(_ seed: Int64, _ purpose: RunKey.Purpose, _ text: String) -> UInt64 {
            var random = withBytes(text) { RunKey(seed: seed).stream(purpose, $0) }
            return random.next()
        }
        #expect(first(1, .token, "a") == first(1, .token, "a"))
        let others = [
            first(1, .token, "a"), first(2, .token, "a"), first(1, .tokenEnd, "a"), first(1, .token, "b"),
            first(1, .text(.string), "a"), first(1, .text(.name), "a"),
        ]
        #expect(Set(others).count == others.count)
        var (one, other) = withBytes("a") {
            (RunKey(seed: nil).stream(.token, $0), RunKey(seed: nil).stream(.token, $0))
        }
        #expect(one.next() != other.next())
    }
}

@Suite struct WebAddressTests {
    @Test(
        "A URL is cut into these pieces",
        arguments: [
            (
                "https://a.example.com/path/to.thing?x=1.2#f.g",
                "<https>://<a>.<example>.<com><//path/to>.<thing>?<x=1>.<2>#<f.g>"
            ),
            ("http://user:pw@host:8080/p", "<http>://<host><//p>"),
            ("HTTPS://UPPER.example/", "<https>://<upper>.<example><//>"),
            ("//no.scheme/x", "//<no>.<scheme><//x>"), ("https://[::1]/x", "<https>://<::1><//x>"),
            ("ftp://h", "<ftp>://<h>"),
            ("https://a.b/c;params?q", "<https>://<a>.<b><//c>;<params>?<q>"), ("x://h/a;b", "<x>://<h><//a;b>"),
            ("https://h/a;b/c;d", "<https>://<h><//a;b/c>;<d>"), (" \n//h?", "//<h>"),
            ("https://h?q", "<https>://<h>?<q>"),
        ])
    func pieces(text: String, wanted: String) throws {
        var out: [UInt8] = []
        let address = try #require(withBytes(text) { WebAddress($0) })
        address.rebuild(to: &out) { piece, out in
            out += "<".utf8
            out += piece
            out += ">".utf8
        }
        // A path that no longer begins with a slash gets one.
        #expect(String(decoding: out, as: UTF8.self) == wanted.replacing("<//", with: "/</"))
    }

    @Test(arguments: [
        "", "not a url", "mailto:x@y.z", "https:", "https://", "https:///path", "https://[::1/x", "//user@/x",
    ])
    func withoutHost(text: String) {
        #expect(withBytes(text) { WebAddress($0) } == nil)
    }
}

@Suite struct FormTests {
    @Test(arguments: [("a@b", "a", "b"), ("a.b+c@d.e", "a.b+c", "d.e")])
    func email(text: String, local: String, domain: String) {
        withBytes(text) { bytes in
            let parts = EmailParts(bytes)
            #expect(parts.map { String(decoding: $0.local, as: UTF8.self) } == local)
            #expect(parts.map { String(decoding: $0.domain, as: UTF8.self) } == domain)
        }
    }

    @Test(arguments: ["", "a", "@", "a@", "@b", "a@b@c"])
    func noEmail(text: String) {
        #expect(withBytes(text) { EmailParts($0) } == nil)
    }

    @Test(
        arguments: [
            ("1.2.3.4", true), ("255.255.255.255", true), ("::1", true), ("2001:db8::1", true), ("fe80::1%eth0", true),
            ("1.2.3", false), ("1.2.3.256", false), ("01.2.3.4", false), ("1.2.3.4/8", false), ("", false),
            ("a:b", false),
        ])
    func addresses(text: String, isAddress: Bool) {
        #expect(withBytes(text) { AddressText.isAddress($0) } == isAddress)
    }

    @Test func inventedNames() throws {
        let pattern = try Regex("[A-Z][a-z]{2,7} [A-Z][a-z]{2,7}")
        for length in [1, 3, 4, 7, 200] {
            var random = withBytes("x\(length)") { RunKey(seed: 1).stream(.text(.name), $0) }
            var names: Set<String> = []
            for _ in 0..<500 {
                var out: [UInt8] = []
                InventedName.append(length: length, &random, to: &out)
                let name = String(decoding: out, as: UTF8.self)
                #expect(name.wholeMatch(of: pattern) != nil)
                #expect(name.split(separator: " ").allSatisfy { $0.count <= max(3, length) })
                names.insert(name)
            }
            #expect(names.count >= 499)
        }
    }
}

@Suite struct FingerprintTableTests {
    @Test func theFirstNumberStays() {
        var table = FingerprintTable(places: 8)
        var wanted: [UInt64: UInt8] = [:]
        var random = withBytes("t") { RunKey(seed: 3).stream(.token, $0) }
        for place in 0..<5000 {
            // The last bits hold the number; fingerprints that are close to each other crowd.
            let fingerprint = place.isMultiple(of: 3) ? UInt64(place) << 8 : random.next() & ~15
            let value = UInt8(place % 15 + 1)
            table.insert(fingerprint, value)
            if wanted[fingerprint] == nil { wanted[fingerprint] = value }
            table.insert(fingerprint, value % 15 + 1)
        }
        #expect(wanted.allSatisfy { table.value(of: $0.key) == $0.value })
        #expect(table.value(of: 5 << 40) == nil)
        #expect(table.value(of: .max) == nil)
    }

    @Test func originals() {
        var originals = Originals()
        for number in 0..<3000 {
            withBytes("text \(number)") { originals.note($0, as: number.isMultiple(of: 2) ? TextKind.name : .string) }
            withBytes("text \(number)") { originals.note($0, as: TextKind.uuid) }
        }
        for number in 0..<3000 {
            let kind = withBytes("text \(number)") { originals.kind(of: $0) }
            #expect(kind == (number.isMultiple(of: 2) ? .name : .string))
        }
        #expect(withBytes("text 3000") { originals.kind(of: $0) } == nil)
        withBytes("token") { originals.note($0, as: SecondKind.token) }
        withBytes("token") { originals.note($0, as: SecondKind.tokenDigest) }
        #expect(withBytes("token") { originals.secondKind(of: $0) } == .token)
        // What the first rule makes of it is not seen, and decides nothing.
        #expect(withBytes("token") { originals.kind(of: $0) } == nil)
        #expect(withBytes("token") { originals.contains($0) })
    }
}
