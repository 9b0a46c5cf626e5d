public import Catalogue
public import ExportFormat

extension ExportSource {
    /// One more pass: throws if the file does not have the rows that an import has already written, with the place of the
    /// first that differs.
    public func requireWritten(_ written: [WrittenRows], _ survey: ExportSurvey) throws(ExportError) {
        var comparison = WrittenRowsComparison(written)
        if comparison.isDone { return }
        do {
            let walk = try FileWalk(self, scope: survey.scope, adapter(survey.knowledge), learns: survey.learns)
            while !comparison.isDone, let model = try walk.next() {
                guard model.disposition == .queued, !walk.isObsolete,
                    try survey.rowFilter?.accepts(walk, model.name) ?? true
                else { continue }
                try comparison.add(walk, model)
            }
            try comparison.finishFile()
        } catch {
            throw located(error)
        }
    }
}

extension WrittenRowsComparison {
    fileprivate mutating func add(_ walk: FileWalk, _ model: FileWalk.ModelState) throws(ExportError) {
        let digest = try walk.rowDigest()
        do throws(Difference) {
            _ = try add(model.name, ordinal: model.rows, digest: digest)
        } catch {
            var place = walk.reader.place
            place.model = error.model
            place.ordinal = error.ordinal
            // A key that cannot be read does not appear in the message.
            if error.ordinal == model.rows { place.sourcePK = try? walk.primaryKey().value }
            throw ExportError(.badData, error.reason, place: place)
        }
    }

    fileprivate func finishFile() throws(ExportError) {
        do throws(Difference) { try finish() } catch {
            throw ExportError(
                .badData, error.reason, place: ExportPlace(model: error.model, ordinal: error.ordinal))
        }
    }
}
