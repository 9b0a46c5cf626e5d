package import ExportFormat

/// The steps of saving that change a body and need no database.
extension EventDraft {
    private var tags: [FieldValue] { body["tags"].items }

    private mutating func setTag(_ key: String, _ value: FieldValue) {
        if !body["tags"].isList { body["tags"] = .list([]) }
        body.update("tags") { list in
            var tags = list.items
            list = .null
            EventTags.set(key, value, in: &tags)
            list = .list(tags)
        }
    }

    private mutating func setTagIfMissing(_ key: String, _ value: String) {
        if EventTags.value(key, in: tags) == nil { setTag(key, .text(value)) }
    }

    /// Tags of the body's own facts.
    package mutating func pullOut() {
        setTag("level", body["level"])
        for key in ["logger", "environment", "transaction"] where body[key].isTruthy { setTag(key, body[key]) }
        if isTransaction || isGeneric { body["project"] = .integer(project) }
    }

    package mutating func setRelease(_ version: String) {
        setTag("release", .null)
        setTag("sentry:release", .text(version))
    }

    package mutating func setDist(_ name: String) {
        setTag("dist", .null)
        setTag("sentry:dist", .text(name))
    }

    /// The tag of the user, and those of plugins and of the body's parts, which become whole.
    package mutating func addTags() {
        if body["user"].isTruthy {
            setTag("user", .null)
            setTag("sentry:user", EventTags.userTag(body["user"]).map { .text($0) } ?? .null)
        }
        if let url = EventTags.requestURL(body) { setTagIfMissing("url", url) }
        BodyForm.complete(&body)
        for tag in EventTags.interfaceTags(body) { setTag(tag.key, .text(tag.value)) }
    }

    /// Span hashes of a transaction; for errors what grouping leaves behind.
    package mutating func addHashes() {
        if isTransaction { SpanGrouping.apply(to: &body) }
        if isError, body["fingerprint"].isNull { body["fingerprint"] = .list([.text("{{ default }}")]) }
    }

    /// Type, culprit, metadata, title and place.
    package mutating func describe() {
        let metadata = EventMetadata.merged(body)
        let culprit = EventCulprit.of(body)
        body["type"] = .text(type)
        body["culprit"] = .text(culprit)
        body["metadata"] = .object(metadata)
        body["title"] = .text(EventMetadata.title(.object(metadata), type: type))
        body["location"] = EventMetadata.location(.object(metadata), type: type)
    }

    /// What the node store's form adds, at last.
    ///
    /// - Parameter now: microseconds since 1970
    package mutating func seal(now: Int64) {
        if isError {
            body["_ref"] = .integer(project)
            body["_ref_version"] = .integer(2)
        }
        var metrics = body["_metrics"].isObject ? body["_metrics"] : .object([])
        body["_metrics"] = metrics
        metrics["bytes.stored.event"] = .integer(Int64(EventText.characters(body)))
        body["_metrics"] = metrics
        body["nodestore_insert"] = .double(Double(now) / 1_000_000)
    }

    /// The hash that tells duplicates apart.
    package static func primaryHash(_ body: FieldValue) -> String? {
        (body["hierarchical_hashes"].items.first ?? body["hashes"].items.first)?.text
    }
}
