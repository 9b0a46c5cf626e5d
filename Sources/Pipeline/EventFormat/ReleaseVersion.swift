/// The parts of a release's version: those that its columns hold.
package struct ReleaseVersion: Equatable, Sendable {
    package var package: String
    package var major: Int64
    package var minor: Int64
    package var patch: Int64
    package var revision: Int64
    package var prerelease: String
    package var buildCode: String?
    /// The build code as a number, if it is one that fits.
    package var buildNumber: Int64?

    package static let maxLength = 250
    /// Bytes; the parts of longer ones are not looked at.
    private static let maxParsed = 200

    /// Whether a release may have the version.
    package static func isValid(_ version: String) -> Bool {
        let name = PythonString.stripped(version)
        if name.isEmpty || name == "." || name == ".." || name.lowercased() == "latest" { return false }
        return !version.unicodeScalars.contains { "\r\n\u{0C}\t/\\".unicodeScalars.contains($0) }
    }

    /// nil for a version without a package, or of another form than `package@1.2.3.4-prerelease+build`.
    package init?(_ version: String) {
        let version = PythonString.stripped(version)
        guard version.utf8.count <= Self.maxParsed else { return nil }
        let scalars = version.unicodeScalars
        guard let at = scalars.lastIndex(of: "@") else { return nil }
        package = String(scalars[..<at])
        guard !package.isEmpty, !package.contains("@"), !Self.hasLineEnd(package),
            let parts = VersionParts(Array(version.utf8[scalars.index(after: at)...]))
        else { return nil }
        let numbers = parts.numbers.map(Self.number)
        guard numbers.allSatisfy({ $0 <= UInt64(Int64.max) }) else { return nil }
        major = Int64(numbers[0])
        minor = numbers.count > 1 ? Int64(numbers[1]) : 0
        patch = numbers.count > 2 ? Int64(numbers[2]) : 0
        revision = numbers.count > 3 ? Int64(numbers[3]) : 0
        prerelease = parts.prerelease
        buildCode = parts.build
        buildNumber = parts.build.flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func hasLineEnd(_ text: String) -> Bool { text.unicodeScalars.contains { $0 == "\n" || $0 == "\r" } }

    /// Numbers beyond 64 bits read as 0.
    private static func number(_ digits: String) -> UInt64 { UInt64(digits) ?? 0 }
}

extension ReleaseVersion: Comparable {
    /// The order of versions of one package.
    package static func < (left: ReleaseVersion, right: ReleaseVersion) -> Bool {
        let leftNumbers = [left.major, left.minor, left.patch, left.revision]
        let rightNumbers = [right.major, right.minor, right.patch, right.revision]
        if leftNumbers != rightNumbers { return leftNumbers.lexicographicallyPrecedes(rightNumbers) }
        // A version comes after its prereleases.
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        return precedes(left.prerelease.split(separator: "."), right.prerelease.split(separator: "."))
    }

    private static func precedes(_ left: [Substring], _ right: [Substring]) -> Bool {
        for (one, other) in zip(left, right) where one != other {
            switch (Int64(one), Int64(other)) {
            case (let one?, let other?): return one < other
            case (.some, nil): return true
            case (nil, .some): return false
            case (nil, nil): return one < other
            }
        }
        return left.count < right.count
    }
}

/// What stands after the package, in ASCII.
private struct VersionParts {
    var numbers: [String] = []
    var prerelease = ""
    var build: String?

    private static let dot = UInt8(ascii: ".")

    init?(_ bytes: [UInt8]) {
        var at = 0
        repeat {
            guard let number = Self.digits(bytes, at) else { return nil }
            numbers.append(number)
            at += number.utf8.count
        } while numbers.count < 4 && Self.skip(Self.dot, bytes, &at)
        guard readPrerelease(bytes, &at) else { return nil }
        if Self.skip(UInt8(ascii: "+"), bytes, &at) {
            guard let code = Self.identifiers(bytes, &at) else { return nil }
            build = code
        }
        guard at == bytes.count else { return nil }
    }

    private static func skip(_ mark: UInt8, _ bytes: [UInt8], _ at: inout Int) -> Bool {
        guard at < bytes.count, bytes[at] == mark else { return false }
        at += 1
        return true
    }

    private static func digits(_ bytes: [UInt8], _ start: Int) -> String? {
        let digits = bytes[start...].prefix { 0x30...0x39 ~= $0 }
        return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
    }

    /// After a hyphen, or after two and more numbers a word that begins with a letter.
    private mutating func readPrerelease(_ bytes: [UInt8], _ at: inout Int) -> Bool {
        if Self.skip(UInt8(ascii: "-"), bytes, &at) {
            guard let code = Self.identifiers(bytes, &at), !Self.hasPaddedNumber(code) else { return false }
            prerelease = code
            return true
        }
        guard numbers.count > 1, at < bytes.count, Self.isLetter(bytes[at]) else { return true }
        guard let code = Self.identifiers(bytes, &at) else { return false }
        prerelease = code
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }

    /// Letters, digits and hyphens, in parts between full stops.
    private static func identifiers(_ bytes: [UInt8], _ at: inout Int) -> String? {
        let code = bytes[at...].prefix { isLetter($0) || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") || $0 == dot }
        let parts = code.split(separator: dot, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        at += code.count
        return String(decoding: code, as: UTF8.self)
    }

    /// Whether a part is a number with zeros before it.
    private static func hasPaddedNumber(_ code: String) -> Bool {
        code.utf8.split(separator: dot).contains { part in
            part.count > 1 && part.first == 0x30 && part.allSatisfy { 0x30...0x39 ~= $0 }
        }
    }
}
