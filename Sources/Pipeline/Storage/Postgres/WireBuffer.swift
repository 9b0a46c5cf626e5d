/// Bytes on their way to PostgreSQL, most significant first. Its memory is kept for the next use.
final class WireBuffer {
    private var memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(capacity: Int = 4_096) {
        memory = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { memory.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    func removeAll() { count = 0 }

    func append<Number: FixedWidthInteger>(_ number: Number) {
        let size = MemoryLayout<Number>.size
        reserve(size)
        memory.storeBytes(of: number.bigEndian, toByteOffset: count, as: Number.self)
        count += size
    }

    func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    func append(_ source: UnsafeBufferPointer<UInt8>) {
        reserve(source.count)
        if let start = source.baseAddress, source.count > 0 {
            memory.baseAddress.map { $0 + count }?.copyMemory(from: start, byteCount: source.count)
        }
        count += source.count
    }

    /// Writes what `body` appends after its length in four bytes: PostgreSQL's form of a value.
    func appendSized<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
        let start = count
        append(Int32(0))
        try body()
        let size = Int32(clamping: count - start - 4)
        memory.storeBytes(of: size.bigEndian, toByteOffset: start, as: Int32.self)
    }

    func appendNull() { append(Int32(-1)) }

    private func reserve(_ size: Int) {
        guard count + size > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(memory.count * 2, count + size), alignment: 8)
        larger.copyMemory(from: bytes)
        memory.deallocate()
        memory = larger
    }
}
