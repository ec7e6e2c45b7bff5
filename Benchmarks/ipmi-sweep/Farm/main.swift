// SPDX-License-Identifier: Apache-2.0
// So many simulated BMCs in one process, for the sweep's benchmark.
// usage: ipmi-farm COUNT PORT [FAULT EVERY FIRST]...
// FAULT holds for every EVERYth BMC from number FIRST on. Each line on standard input is answered with one of JSON that
// says what the BMCs have seen since they began.
import BMCModel
import Glibc
import IPMISimulator

private struct Usage: Error {}

private func parse(_ arguments: [String]) throws -> (count: Int, port: Int, faults: [(Fault, every: Int, first: Int)]) {
    guard arguments.count >= 2, arguments.count % 3 == 2, let count = Int(arguments[0]), let port = Int(arguments[1])
    else { throw Usage() }
    let faults = try stride(from: 2, to: arguments.count, by: 3).map { at in
        guard let every = Int(arguments[at + 1]), every > 0, let first = Int(arguments[at + 2]) else { throw Usage() }
        return (try Fault(arguments[at]), every, first)
    }
    return (count, port, faults)
}

do {
    let (count, port, faults) = try parse(Array(CommandLine.arguments.dropFirst()))
    let farm = try LoopbackFarm.start(
        count: count, IPMIServer.Configuration(port: port, cipherSuites: [3, 17]),
        chassis: { SharedChassis(Chassis(identity: Identity(serial: "SIM\($0)"), power: $0 % 3 == 0 ? .on : .off)) },
        faults: { index in
            FaultInjector(faults.filter { index % $0.every == $0.first }.map(\.0), seed: UInt64(index))
        })
    print(#"{"port":\#(farm.port),"first":"\#(LoopbackFarm.address(0))","count":\#(count)}"#)
    fflush(nil)
    while readLine() != nil {
        var (asked, opened, open, packets, answered) = (0, 0, 0, 0, 0)
        for index in 0..<farm.count {
            let one = farm.statistics(index)
            let status = one.commands[IPMIStatistics.Command(0x00, 0x01)] ?? 0
            asked += status
            answered += status > 0 ? 1 : 0
            opened += one.sessionsOpened
            open += one.sessionsOpen
            packets += one.datagramsIn
        }
        print(
            #"{"status_commands":\#(asked),"bmcs_asked":\#(answered),"sessions_opened":\#(opened),"#
                + #""sessions_open":\#(open),"packets":\#(packets)}"#)
        fflush(nil)
    }
    farm.stop()
} catch {
    let text = "usage: ipmi-farm COUNT PORT [FAULT EVERY FIRST]...\n\(error)\n"
    _ = write(2, text, text.utf8.count)
    exit(2)
}
