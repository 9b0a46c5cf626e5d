/// All keys of a queue. Lua chooses the two keys of a lane by what the
/// record says, from the same `base`.
///
///     {prefix}:index            sorted set: uuid by creation time
///     {prefix}:fence            the last token given out
///     {prefix}:lanes            sorted set: lanes of destinations in use
///     {prefix}:ready:<lane>     sorted set: waiting uuids by the time they wait from, or may be tried again at
///     {prefix}:leased:<lane>    sorted set: leased uuids by the end of the lease
///     {prefix}:record:<uuid>    hash: what is known of the relocation
///     {prefix}:tasks:<uuid>     list: the tasks left, the current one at its head
///     {prefix}:counters:<uuid>  hash: counter → rows
///     {prefix}:listed:<uuid>    list: descriptions of dropped rows, the first ones
///     {prefix}:skipped:<uuid>   list: chunks an operator skipped
///     {prefix}:file:<digest>    list: relocations of the same file, the newest last
///     {prefix}:renamed:<uuid>   list: rows that got another name, the first ones: subject, first name, name now
///
/// The record carries the format of all keys of its relocation (`Script.format`); a list element its own version
/// (`TaskFrame`). Readers pass over fields they do not know and have a default for those that are missing.
///
/// A lane holds the relocations bound to one destination (its name is the destination's SHA-1), or those not bound
/// yet (`unbound`): a worker looks at two lanes only, however many relocations belong to others.
struct QueueKeys {
    let base: String

    init(prefix: String) { base = "{\(prefix)}:" }

    var index: String { base + "index" }
    var fence: String { base + "fence" }
    func record(_ uuid: String) -> String { base + "record:" + uuid }
    func tasks(_ uuid: String) -> String { base + "tasks:" + uuid }
    func counters(_ uuid: String) -> String { base + "counters:" + uuid }
    func listed(_ uuid: String) -> String { base + "listed:" + uuid }
    func skipped(_ uuid: String) -> String { base + "skipped:" + uuid }
    func renamed(_ uuid: String) -> String { base + "renamed:" + uuid }
    func file(_ digest: String) -> String { base + "file:" + digest }

    /// The keys of one relocation, in the order in which every script expects them.
    func all(of uuid: String) -> [String] {
        [record(uuid), tasks(uuid), counters(uuid), listed(uuid), skipped(uuid), renamed(uuid)]
    }
}
