// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Foundation

/// Carries out the commands that come on the standard input of `ingot sim bmc`.
struct SimConsole: Sendable {
    let controllers: [any SimulatedController]

    /// Returns after `quit`; the end of the input is no reason to stop.
    func run() async {
        for await line in Self.lines() {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            switch words.first {
            case "quit"?: return
            case "clear"?: for controller in controllers { controller.machine.faults.set([]) }
            case "power"?: Output.standard.line(Self.power(controllers))
            case "fault"? where words.count == 2:
                do throws(FaultError) { try add(Fault(words[1])) } catch { Output.error.line("error: \(error)") }
            case nil: continue
            default: Output.error.line("error: commands are fault NAME[:args], clear, power and quit")
            }
        }
        try? await Task.sleep(for: .seconds(86_400 * 3_650))
    }

    /// Adds a fault to all, in the place of one of the same name.
    private func add(_ fault: Fault) {
        for controller in controllers {
            let injector = controller.machine.faults
            injector.set(injector.faults.filter { $0.kind != fault.kind } + [fault])
        }
    }

    /// One line of JSON: the state of each machine by its BMC's name.
    static func power(_ controllers: [any SimulatedController]) -> String {
        let states = controllers.map { controller in
            "\"\(controller.description.name)\":\"\(controller.machine.chassis.snapshot.power.rawValue)\""
        }
        return "{" + states.joined(separator: ",") + "}"
    }

    /// The lines of standard input, read on a thread of their own.
    private static func lines() -> AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
    }
}
