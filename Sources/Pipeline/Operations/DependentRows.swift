import Catalogue

/// Rows that an import drops because a row that they refer to is left out: that one itself, or one of them. Rows must
/// come in the order in which they are imported.
struct DependentRows {
    private let catalogue: Catalogue
    /// Model → source keys of the rows that are left out.
    private let leftOut: [String: Set<Int64>]
    /// Model → source keys of the rows that are dropped therefore.
    private var dropped: [String: Set<Int64>] = [:]
    private(set) var count = DependentCount()

    init(of leftOut: [String: Set<Int64>], _ catalogue: Catalogue) {
        self.leftOut = leftOut
        self.catalogue = catalogue
    }

    mutating func add(_ row: Row, of model: Model) {
        switch parent(of: row, model) {
        case .leftOut: count.direct += 1
        case .dropped: count.further += 1
        case .other: return
        }
        count.models[model.name, default: 0] += 1
        if let key = row.sourcePK { dropped[model.name, default: []].insert(key) }
    }

    private enum Parent {
        case leftOut, dropped, other
    }

    private func parent(of row: Row, _ model: Model) -> Parent {
        let nulled = catalogue.nulledReferences[model.name] ?? []
        var found = Parent.other
        for index in model.referenceColumns {
            let column = model.columns[index]
            guard let target = column.reference?.model, !nulled.contains(column.field),
                let key = row.values[index].integer
            else { continue }
            if leftOut[target]?.contains(key) == true { return .leftOut }
            if dropped[target]?.contains(key) == true { found = .dropped }
        }
        return found
    }
}

/// How many rows are lost with those that are left out.
package struct DependentCount: Sendable, Equatable {
    /// Rows that refer to a row that is left out.
    package var direct = 0
    /// Rows that refer to a dependent row.
    package var further = 0
    /// Model → dependent rows of both kinds.
    package var models: [String: Int] = [:]

    package init() {}
}
