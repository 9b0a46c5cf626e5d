extension QueueError {
    /// Why a script refused: the reason it gave, in words.
    static func refusal(_ reason: String, _ uuid: String) -> QueueError {
        let (what, remedy) = words(reason)
        return QueueError(.conflict, "Relocation \(uuid) \(what).", remedy: remedy)
    }

    private static func words(_ reason: String) -> (String, String) {
        switch reason {
        case "IN_PROGRESS": ("is in progress", "Pause, cancel or abort it first.")
        case "PAUSE": ("is paused", "`unpause` lets it go on.")
        case "FAILURE": ("has failed", "`retry` lets it go on.")
        case "SUCCESS": ("is done", "")
        case "uploading": ("is still being enqueued", "Wait for its enqueuer, or abort it.")
        case "unpublished": ("was never completely enqueued", "Enqueue its file again under this UUID.")
        case "deleted": ("no longer has a payload", "Enqueue its file again under this UUID.")
        case "unfinished": ("has tasks left", "")
        case "short": ("has fewer tasks than were acknowledged", "")
        case "damaged": ("is damaged in Redis", "Enqueue its file again under this UUID.")
        case "incomplete": ("does not have the number of tasks it should", "Enqueue its file again.")
        case "gap": ("lost tasks while they were pushed", "Enqueue its file again.")
        case "nowhere": ("did not fail at a task", "There is nothing to skip: fix its cause, then `retry`.")
        case "manyRows": ("leaves out as many single rows as it can", "Leave out the chunk, or correct the file.")
        case "moved": ("has moved on since it was looked at", "Look at its `status` again.")
        case "undone": ("is undone", "Its UUID is free: enqueue a file under it.")
        case "ended": ("was to get this export, and has ended", "Relocate again.")
        case "delivered": ("has its export already", "")
        case "step": ("is past that step", "")
        default: ("does not allow this", "")
        }
    }

    static func destinationTaken(
        _ destination: ServedDestination, by address: String, worker: String, since: Int64
    ) -> QueueError {
        QueueError(
            .destinationTaken,
            "The destination \"\(destination.name)\" belongs to another database: \(address) (registered by worker "
                + "\(worker)).",
            remedy: "Serve this database under another name (--destination), or give it this name and all that was "
                + "queued for it (--rebind).")
    }

    static func stillUploading(_ uuid: String, milliseconds: Int64) -> QueueError {
        QueueError(
            .conflict, "Relocation \(uuid) is being enqueued by another process.",
            remedy: "If that process has ended, try again in \(max(milliseconds, 0) / 1_000 + 1) s.")
    }
}
