import ExportFormat

extension RecordReader {
    /// A place in the current row, with the row's line if lines are counted.
    func lined(_ place: ExportPlace) -> ExportPlace {
        var place = place
        place.line = line
        return place
    }
}
