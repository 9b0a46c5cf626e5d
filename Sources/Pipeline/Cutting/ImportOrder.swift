import Catalogue

/// In how many rounds a file is cut, and which models come in which. In a file that has what is referred to before what
/// refers to it, one round takes them all.
struct ImportOrder: Sendable, Equatable {
    /// Model → its round; 0 for all others.
    private var roundOfModel: [String: Int] = [:]

    init() {}

    /// The least rounds in which every model comes after those that it refers to.
    init(_ models: [FileWalk.ModelState], _ catalogue: Catalogue) {
        let queued = models.filter { $0.disposition == .queued && !catalogue.lateModels.contains($0.name) }
        let states = Dictionary(queued.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        // In import order, each model comes after those that it refers to.
        for model in catalogue.models {
            guard let state = states[model.name] else { continue }
            let round = model.referencedModels.reduce(0) { round, name in
                guard name != model.name, let other = states[name] else { return round }
                return max(round, self.round(of: name) + (other.lastRecord > state.firstRecord ? 1 : 0))
            }
            if round > 0 { roundOfModel[model.name] = round }
        }
    }

    var rounds: Int { (roundOfModel.values.max() ?? 0) + 1 }

    func round(of model: String) -> Int { roundOfModel[model] ?? 0 }
}
