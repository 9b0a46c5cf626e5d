import Crypto
internal import FoundationEssentials

/// The key of a run: whoever lacks it cannot tell what a text was replaced by. It is kept nowhere.
struct RunKey {
    private let code: HMAC<SHA256>

    /// - Parameter seed: the same one gives the same key everywhere; nil gives one of the system's cryptographic generator
    init(seed: Int64?) {
        guard let seed else {
            code = HMAC(key: SymmetricKey(size: .bits256))
            return
        }
        code = HMAC(key: SymmetricKey(data: SHA256.hash(data: Array("relocation sanitize, seed \(seed)".utf8))))
    }

    /// What random numbers are for.
    enum Purpose {
        case text(TextKind)
        case secondUUID, token, tokenEnd, instant

        fileprivate var byte: UInt8 {
            switch self {
            case .text(let kind): kind.rawValue
            case .secondUUID: 0x80
            case .token: 0x81
            case .tokenEnd: 0x82
            case .instant: 0x83
            }
        }
    }

    /// Random numbers that depend on the key, on what they are for and on the text, and on nothing else.
    func stream(_ purpose: Purpose, _ text: UnsafeBufferPointer<UInt8>) -> RandomStream {
        stream(purpose, UnsafeRawBufferPointer(text))
    }

    func stream(_ purpose: Purpose, _ number: Int64) -> RandomStream {
        withUnsafeBytes(of: number.littleEndian) { stream(purpose, $0) }
    }

    private func stream(_ purpose: Purpose, _ bytes: UnsafeRawBufferPointer) -> RandomStream {
        var code = code
        // One call: each costs more than a short text.
        withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 1) { message in
            message[0] = purpose.byte
            UnsafeMutableRawBufferPointer(rebasing: message[1...]).copyMemory(from: bytes)
            code.update(data: UnsafeRawBufferPointer(message))
        }
        return code.finalize().withUnsafeBytes { RandomStream($0) }
    }
}

/// Random numbers: the generator xoshiro256** from a digest as its state. Its definition never changes, so that a seed gives
/// the same file in every version of the system.
struct RandomStream {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter bytes: 32, not all of them zero
    init(_ bytes: UnsafeRawBufferPointer) {
        func word(_ place: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place * 8, as: UInt64.self))
        }
        state = (word(0), word(1), word(2), word(3))
    }

    mutating func next() -> UInt64 {
        let result = Self.rotated(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotated(state.3, 45)
        return result
    }

    private static func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }

    /// A number from 0 up to a bound, without it; all are equally likely.
    mutating func next(below bound: UInt64) -> UInt64 {
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let unfair = (0 &- bound) % bound
            while product.low < unfair { product = next().multipliedFullWidth(by: bound) }
        }
        return product.high
    }

    mutating func next(in range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next(below: UInt64(range.upperBound - range.lowerBound) + 1))
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 56) }
    }

    /// Characters of an alphabet.
    mutating func append(_ count: Int, of alphabet: [UInt8], to out: inout [UInt8]) {
        for _ in 0..<count { out.append(alphabet[Int(next(below: UInt64(alphabet.count)))]) }
    }
}
