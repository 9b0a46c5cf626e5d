/// When a relocation's record in the destination was last changed, as the worker knows that has it in hand. Each change of the
/// record is later than the one before. A record that is older than this has been put back, and so has all that was written
/// with it.
package final class RecordMark {
    /// Microseconds since 1970; 0 before there is a record.
    package private(set) var known: Int64

    package init(_ known: Int64 = 0) { self.known = known }

    /// The time of a change: clocks of several machines differ.
    func next(after found: Int64, _ now: Int64) -> Int64 { max(now, found + 1) }

    /// After the commit.
    func advance(to changed: Int64) { known = max(known, changed) }
}
