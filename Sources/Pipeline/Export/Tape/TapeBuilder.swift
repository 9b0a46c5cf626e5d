/// Writes a tape value by value, in the order in which the text has them.
struct TapeBuilder {
    private var words: [UInt64] = []
    private var strings: [UInt8] = []

    /// Forgets everything and begins a text.
    mutating func reset() {
        words.removeAll(keepingCapacity: true)
        strings.removeAll(keepingCapacity: true)
        push(TapeType.root, 0)
        // Never empty, so that it has an address.
        strings.append(0)
    }

    private mutating func push(_ type: UInt8, _ payload: Int) {
        words.append(UInt64(type) << 56 | UInt64(payload))
    }

    /// `true`, `false` or `null`.
    mutating func literal(_ type: UInt8) { push(type, 0) }

    mutating func double(_ value: Double) {
        push(TapeType.double, 0)
        words.append(value.bitPattern)
    }

    /// A well-formed integer of any size.
    mutating func integer(_ digits: String) {
        if let value = Int64(digits) {
            push(TapeType.integer, 0)
            words.append(UInt64(bitPattern: value))
        } else if let value = UInt64(digits) {
            push(TapeType.unsigned, 0)
            words.append(value)
        } else {
            push(TapeType.bigInteger, strings.count)
            let start = openBytes()
            strings.append(contentsOf: digits.utf8)
            closeBytes(start)
        }
    }

    /// Begins a string; its bytes follow, then ``endString(_:)`` with what this returns.
    mutating func beginString() -> Int {
        push(TapeType.string, strings.count)
        return openBytes()
    }

    mutating func append(_ byte: UInt8) { strings.append(byte) }

    mutating func append(_ scalar: Unicode.Scalar) {
        var text = String.UnicodeScalarView()
        text.append(scalar)
        strings.append(contentsOf: String(text).utf8)
    }

    mutating func endString(_ start: Int) { closeBytes(start) }

    private mutating func openBytes() -> Int {
        let start = strings.count
        strings.append(contentsOf: [0, 0, 0, 0])
        return start
    }

    private mutating func closeBytes(_ start: Int) {
        let length = UInt32(strings.count - start - 4)
        withUnsafeBytes(of: length) { for (offset, byte) in $0.enumerated() { strings[start + offset] = byte } }
        strings.append(0)
    }

    /// Begins an object or a list; its content follows, then ``close(_:_:)`` with what this returns.
    mutating func open(_ type: UInt8) -> Int {
        push(type, 0)
        return words.count - 1
    }

    mutating func close(_ closing: UInt8, _ start: Int) {
        push(closing, start)
        words[start] |= UInt64(words.count)
    }

    /// The tape holds only inside `body`.
    func withTape<Result, Failure: Error>(_ body: (Tape) throws(Failure) -> Result) throws(Failure) -> Result {
        let outcome: Swift.Result<Result, Failure> = words.withUnsafeBufferPointer { words in
            strings.withUnsafeBufferPointer { strings in
                guard let words = words.baseAddress, let strings = strings.baseAddress else {
                    preconditionFailure("a tape is read before it is begun")
                }
                do throws(Failure) {
                    return .success(try body(Tape(words: words, strings: strings)))
                } catch {
                    return .failure(error)
                }
            }
        }
        return try outcome.get()
    }
}
