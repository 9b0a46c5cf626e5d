import Testing

@testable import Relocation
@testable import WorkerRuntime

@Suite struct SchemaGateTests {
    @Test(arguments: [true, false]) func otherSlotsWaitForTheFirst(_ isSound: Bool) async {
        let gate = SchemaGate()
        #expect(await gate.mustCompare("here"))
        async let second = gate.mustCompare("here")
        async let third = gate.mustCompare("here")
        while await gate.waitingSlots("here") < 2 { await Task.yield() }
        await gate.report("here", isSound: isSound)
        // A sound schema counts for all slots. After a failure each slot compares by itself.
        let (one, other) = await (second, third)
        #expect(one == !isSound)
        #expect(other == !isSound)
        #expect(await gate.mustCompare("here") == !isSound)
    }

    @Test func eachDestinationIsComparedSeparately() async {
        let gate = SchemaGate()
        #expect(await gate.mustCompare("here"))
        #expect(await gate.mustCompare("there"))
        await gate.report("here", isSound: true)
        #expect(await gate.mustCompare("elsewhere"))
    }
}
