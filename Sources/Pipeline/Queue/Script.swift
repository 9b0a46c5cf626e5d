/// A transition of the queue: one Lua script, so that it happens wholly or not at all.
///
/// All scripts share these rules. ARGV[1] is the base of all keys, ARGV[2] the UUID if one relocation is concerned;
/// KEYS[1...6] are then its record, tasks, counters, listed rows, skipped chunks and renamed rows. The keys of its lane
/// follow from the record and so cannot be declared; they are of the same slot. The time is Redis' own. The answer is a
/// list that begins with a word: `ok` or what the script documents, `lost` and a `LeaseLoss` for a stale fencing token,
/// `missing` for an unknown uuid, `conflict` and a reason. What operators asked for is an `OperatorRequest`.
///
/// No script trusts what a record holds: a number is read with a default, a sum that Redis refuses starts again.
struct Script {
    /// How a script behaves when Redis is short of memory or read-only.
    enum Mode: String {
        /// Refused when memory is short: it adds payload.
        case adds = ""
        /// Runs when memory is short: it frees memory or needs almost none.
        case moves = "flags=allow-oom"
        /// Writes nothing.
        case reads = "flags=no-writes"
    }

    /// The newest format of records that this version understands. A record without one has 1.
    static let newestFormat = 4
    /// The format that this version writes.
    static let format = 3
    /// That of a relocation while it is undone: workers that would import what is left leave it alone.
    static let undoFormat = 4
    /// Relocations of one destination that `claim` passes over at most to find one it may work on.
    static let claimScanLimit = 1_000

    let name: String
    let text: String
    let sha: String

    init(_ name: String, _ mode: Mode, _ body: String) {
        self.name = name
        text = "#!lua \(mode.rawValue)\n" + Script.prelude.needed(by: body) + body
        sha = ScriptDigest.hex(text)
    }
}
