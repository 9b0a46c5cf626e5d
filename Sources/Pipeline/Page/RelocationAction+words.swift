package import Reporting

/// An action in words.
extension RelocationAction {
    /// What the button says.
    var label: String {
        switch self {
        case .retry: "Retry"
        case .skipRow: "Skip row"
        case .skipChunk: "Skip chunk"
        case .recover: "Recover"
        case .pause: "Pause"
        case .unpause: "Continue"
        case .cancel: "Cancel"
        case .abort: "Abort"
        case .undo: "Undo"
        case .planUndo: "Count what an undo removes"
        case .delete: "Delete tasks"
        }
    }

    /// What the button says for several: `Retry 4 relocations`
    func label(_ count: Int) -> String {
        let relocations = Figures.count(count, "relocation")
        return switch self {
        case .skipRow: "Skip the row of \(relocations)"
        case .skipChunk: "Skip the chunk of \(relocations)"
        case .delete: "Delete the tasks of \(relocations)"
        case .retry, .recover, .pause, .unpause, .cancel, .abort, .undo, .planUndo: "\(label) \(relocations)"
        }
    }

    /// What is asked about one relocation.
    var question: String {
        switch self {
        case .skipRow: "Skip the failing row of this relocation?"
        case .skipChunk: "Skip the failing chunk of this relocation?"
        case .delete: "Delete the tasks of this relocation?"
        case .planUndo: "\(label)?"
        case .retry, .recover, .pause, .unpause, .cancel, .abort, .undo: "\(label) this relocation?"
        }
    }

    /// Whether what it does cannot be taken back.
    var isFinal: Bool { [.skipRow, .skipChunk, .cancel, .abort, .undo, .delete].contains(self) }

    /// The key that leads to it.
    var letter: String? {
        switch self {
        case .retry: "r"
        case .pause, .unpause: "p"
        case .skipRow, .skipChunk, .recover, .cancel, .abort, .undo, .planUndo, .delete: nil
        }
    }

    /// What happens, for one relocation or several.
    func consequence(_ count: Int) -> String {
        let (subject, its) = count == 1 ? ("The relocation", "its") : ("Each relocation", "its")
        return switch self {
        case .retry: "\(subject) continues at the task that failed. Rows that were imported are not imported again."
        case .skipRow: "The row at which \(count == 1 ? "it" : "each") failed is left out for good, then it continues."
        case .skipChunk:
            "All rows of the chunk at which \(count == 1 ? "it" : "each") failed are left out for good, then it continues."
        case .recover:
            "The task at which \(count == 1 ? "it" : "each") failed gets one more attempt. Rows that were imported are not "
                + "imported again."
        case .pause: "\(subject) stops at \(its) next chunk and keeps \(its) place, until somebody lets it continue."
        case .unpause: "\(subject) continues where it stopped."
        case .cancel: "\(subject) ends at \(its) next chunk. Imported rows stay; a retry lets it continue after all."
        case .abort: "\(subject) ends now: \(its) worker loses its lease. Imported rows stay."
        case .undo:
            "A worker removes the rows that \(count == 1 ? "this relocation" : "each") has inserted and restores those that it has "
                + "overwritten."
        case .planUndo: "A worker counts what an undo would remove. Nothing is changed."
        case .delete:
            "\(subject) loses \(its) tasks for good: only \(its) file can bring them back. Imported rows stay."
        }
    }

    /// What has been asked for, once it is: `3 relocations: …`
    package func said(_ count: Int) -> String {
        let subject = Figures.count(count, "relocation")
        return switch self {
        case .retry: "\(subject) will continue."
        case .skipRow: "\(Figures.count(count, "row")) left out; \(subject) will continue."
        case .skipChunk: "\(Figures.count(count, "chunk")) left out; \(subject) will continue."
        case .recover: "\(subject) will try the task once more."
        case .pause: "\(subject) will pause."
        case .unpause: "\(subject) will continue."
        case .cancel: "\(subject) will end."
        case .abort: "\(subject) aborted."
        case .undo: "An undo is asked for: a worker will do it."
        case .planUndo: "A worker counts what an undo would remove."
        case .delete: "\(subject) lost the tasks."
        }
    }
}
