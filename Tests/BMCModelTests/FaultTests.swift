// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@Suite struct FaultTests {
    @Test func theCatalogueIsLargeAndClear() {
        #expect(FaultKind.all.count >= 30)
        #expect(Set(FaultKind.all.map(\.name)).count == FaultKind.all.count)
        for kind in FaultKind.all {
            #expect(kind.name.allSatisfy { $0.isLowercase || $0 == "-" || $0.isNumber }, "\(kind.name)")
            #expect(!kind.summary.isEmpty && !kind.origin.isEmpty, "\(kind.name)")
        }
        for scope in FaultKind.Scope.allCases { #expect(FaultKind.all.contains { $0.scope == scope }, "\(scope)") }
    }

    @Test(arguments: [
        ("loss", 0.2), ("loss:20%", 0.2), ("loss:rate=0.5", 0.5), ("loss:1", 1), ("loss:rate=100%", 1),
    ])
    func argumentsAreRead(text: String, rate: Double) throws { #expect(try Fault(text)["rate"] == rate) }

    @Test func severalArguments() throws {
        let fault = try Fault("bmc-restart:after=2,seconds=5s")
        #expect(fault.whole("after") == 2 && fault.time() == .seconds(5) && fault.whole("count") == 1)
        #expect(try Fault("wrong-completion-code:0xC0").whole("code") == 0xC0)
        #expect(try Fault("\(fault)") == fault)
    }

    @Test(arguments: ["", "nothing", "loss:x", "loss:speed=3", "loss:1,2", "power-drop:1", "loss:nan", "loss:inf"])
    func nonsenseIsRefused(text: String) { #expect(throws: FaultError.self) { try Fault(text) } }

    @Test func theSameSeedGivesTheSameRun() throws {
        func run(_ seed: UInt64, _ others: [Fault]) throws -> [Bool] {
            let injector = FaultInjector([try Fault("loss:30%")] + others, seed: seed)
            return (0..<200).map { _ in
                _ = injector.strikes("garbage")
                return injector.strikes("loss") != nil
            }
        }
        let first = try run(7, [])
        #expect(try run(7, []) == first)
        // Another fault beside it changes nothing.
        #expect(try run(7, [try Fault("garbage:50%")]) == first)
        #expect(try run(8, []) != first)
        #expect((20...100).contains(first.count { $0 }))
    }

    @Test func afterAndCount() throws {
        let injector = FaultInjector([try Fault("bmc-restart:after=2,count=1")])
        #expect(
            (0..<6).map { _ in injector.strikes("bmc-restart") != nil } == [false, false, true, false, false, false])
        #expect(injector.strikes("loss") == nil)
        injector.set([])
        #expect(injector.present("bmc-restart") == nil)
    }
}
