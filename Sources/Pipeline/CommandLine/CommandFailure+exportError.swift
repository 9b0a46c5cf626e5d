package import ExportFormat

extension CommandExit {
    package init(_ error: ExportError) { self = CommandExit(rawValue: error.kind.exitCode) ?? .internalError }
}

extension CommandFailure {
    /// A refusal of an export, a key or a file to write.
    package init(_ error: ExportError) { self.init(CommandExit(error), error.description) }
}

extension ExportError: CommandEnding {
    package var commandFailure: CommandFailure { CommandFailure(self) }
}
