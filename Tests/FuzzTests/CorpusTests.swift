import Foundation
import FuzzTargets
import Testing

/// The kept inputs, each of which once found something or leads somewhere, and seeded mutations of them.
@Suite struct CorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fuzz/Corpus")

    @Test(arguments: FuzzTarget.allCases) func keptInputsAndMutationsOfThemAreTakenOrRefused(
        _ target: FuzzTarget
    ) async throws {
        let folder = Self.folder.appendingPathComponent(target.rawValue)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        try #require(names.count >= 3)
        let inputs = try names.map { Array(try Data(contentsOf: folder.appendingPathComponent($0))) }
        for input in inputs { input.withUnsafeBytes(target.run) }
        var mutator = Mutator(seed: 20_240_901, corpus: inputs)
        let began = ContinuousClock.now
        for _ in 0..<1_000 {
            let input = mutator.next()
            let start = ContinuousClock.now
            input.withUnsafeBytes(target.run)
            #expect(ContinuousClock.now - start < .seconds(5), "\(target) takes too long for \(input)")
            // A few seconds each are enough here; `make fuzz` takes its time.
            if ContinuousClock.now - began > .seconds(4) { break }
        }
    }
}
