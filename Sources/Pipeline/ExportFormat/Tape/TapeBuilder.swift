/// Writes a tape value by value, in the order in which the text has them. Owns the tape's memory.
final class TapeBuilder {
    private var words = GrowingBuffer<UInt64>()
    private var strings = GrowingBuffer<UInt8>()

    /// The tape written so far; valid until the next ``reset()``.
    var tape: Tape { Tape(words: UnsafePointer(words.base), strings: UnsafePointer(strings.base)) }

    /// Forgets everything and begins a text.
    func reset() {
        words.count = 0
        strings.count = 0
        push(TapeType.root, 0)
    }

    private func push(_ type: UInt8, _ payload: Int) {
        words.append(UInt64(type) << 56 | UInt64(payload))
    }

    /// `true`, `false` or `null`.
    func literal(_ type: UInt8) { push(type, 0) }

    func double(_ value: Double) {
        push(TapeType.double, 0)
        words.append(value.bitPattern)
    }

    /// A well-formed integer of any size.
    func integer(_ digits: String) {
        if let value = Int64(digits) {
            push(TapeType.integer, 0)
            words.append(UInt64(bitPattern: value))
        } else if let value = UInt64(digits) {
            push(TapeType.unsigned, 0)
            words.append(value)
        } else {
            push(TapeType.bigInteger, strings.count)
            let start = openBytes()
            for byte in digits.utf8 { strings.append(byte) }
            closeBytes(start)
        }
    }

    /// Begins a string; its bytes follow, then ``endString(_:)`` with what this returns.
    func beginString() -> Int {
        push(TapeType.string, strings.count)
        return openBytes()
    }

    func append(_ byte: UInt8) { strings.append(byte) }

    func append(_ scalar: Unicode.Scalar) {
        for byte in String(Character(scalar)).utf8 { strings.append(byte) }
    }

    func endString(_ start: Int) { closeBytes(start) }

    private func openBytes() -> Int {
        let start = strings.count
        for _ in 0..<4 { strings.append(0) }
        return start
    }

    private func closeBytes(_ start: Int) {
        let length = UInt32(strings.count - start - 4)
        UnsafeMutableRawPointer(strings.base + start).storeBytes(of: length, as: UInt32.self)
        strings.append(0)
    }

    /// Begins an object or a list; its content follows, then ``close(_:_:)`` with what this returns.
    func open(_ type: UInt8) -> Int {
        push(type, 0)
        return words.count - 1
    }

    func close(_ closing: UInt8, _ start: Int) {
        push(closing, start)
        words.base[start] |= UInt64(words.count)
    }
}

/// Memory that keeps its address until it has to grow.
private struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private var capacity = 256
    var count = 0

    init() { base = .allocate(capacity: 256) }

    deinit { base.deallocate() }

    mutating func append(_ element: Element) {
        if count == capacity { grow() }
        (base + count).initialize(to: element)
        count += 1
    }

    private mutating func grow() {
        let bigger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
        bigger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = bigger
        capacity *= 2
    }
}
