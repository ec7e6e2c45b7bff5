// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Synchronization
import Testing

@testable import LineSimulator

/// One connection on a clock of its own, without sockets.
final class Rig {
    let time = Clock()
    let chassis: SharedChassis
    let bmc: LineBMC
    var session: LineSession

    final class Clock: Sendable {
        private let now = Mutex(Duration.zero)
        var value: Duration { now.withLock { $0 } }
        func advance(_ time: Duration) { now.withLock { $0 += time } }
    }

    init(_ faults: String..., configuration: LineServer.Configuration = .init(), chassis: Chassis = Chassis()) throws {
        let time = time
        self.chassis = SharedChassis(chassis) { time.value }
        bmc = LineBMC(
            configuration, FaultyChassis(self.chassis, faults: FaultInjector(try faults.map { try Fault($0) }, seed: 3))
        )
        session = LineSession(bmc)
        _ = session.begin()
    }

    func actions(_ line: String) -> [LineAction] { session.receive(Array(line.utf8)) }

    /// The answer's line, or what else happens.
    func ask(_ line: String) -> String {
        let actions = actions(line)
        guard case .send(let bytes)? = actions.first, bytes.last == UInt8(ascii: "\n") else { return "\(actions)" }
        return String(decoding: bytes.dropLast(), as: UTF8.self)
    }

    /// Another connection to the same BMC.
    func another() -> LineSession {
        var session = LineSession(bmc)
        _ = session.begin()
        return session
    }
}

@Suite struct SessionTests {
    @Test func nothingWithoutALogin() throws {
        let rig = try Rig()
        for line in ["power?", "power on", "boot?", "identity", "sensors", "log clear"] {
            #expect(rig.ask(line) == "error denied log in first")
        }
        #expect(rig.ask("login admin wrong") == "error denied wrong user or password")
        #expect(rig.ask("login admin secret ") == "error denied wrong user or password")
        #expect(rig.ask("login admin secret") == "ok admin")
        #expect(rig.ask("login admin secret") == "error state this connection has logged in already")
        #expect(rig.ask("power?") == "ok off")
        #expect(rig.bmc.statistics.logins == 1)
        #expect(rig.bmc.statistics.refusedLogins == 2)
        rig.session.end()
        #expect(rig.bmc.statistics.sessions == 0)
    }

    @Test func powerFollowsTheMachine() throws {
        let rig = try Rig()
        #expect(rig.ask("login admin secret") == "ok admin")
        #expect(rig.ask("power cycle") == "error state the machine is off")
        #expect(rig.ask("power soft-off") == "ok already")
        #expect(rig.ask("power on") == "ok")
        #expect(rig.ask("power?") == "ok turning-on")
        rig.time.advance(.seconds(1))
        #expect(rig.ask("power?") == "ok on")
        #expect(rig.ask("power on") == "ok already")
        #expect(rig.ask("power nmi") == "ok")
        #expect(rig.ask("power off") == "ok")
        #expect(rig.ask("power?") == "ok turning-off")
        rig.time.advance(.seconds(1))
        #expect(rig.ask("power?") == "ok off")
        let counts = rig.chassis.snapshot.counts
        #expect([counts.powerOns, counts.powerOffs, counts.resets, counts.softOffs, counts.nmis] == [1, 1, 0, 0, 1])
    }

    @Test func everyBootSettingReadsBack() throws {
        let rig = try Rig()
        #expect(rig.ask("login admin secret") == "ok admin")
        rig.chassis.withChassis { $0.setBoot(BootOverride(.http, uri: "http://192.0.2.1/x"), at: $1) }
        for target in ["pxe", "disk", "cd", "setup", "http", "usb"] {
            for duration in ["once", "persistent"] {
                for mode in ["uefi", "legacy", "any"] {
                    #expect(rig.ask("boot set \(target) \(duration) \(mode)") == "ok")
                    #expect(rig.ask("boot?") == "ok \(target) \(duration) \(mode)")
                    #expect(rig.chassis.snapshot.bootOverride.uri == "http://192.0.2.1/x")
                }
            }
        }
        #expect(rig.ask("boot set none once any") == "ok")
        #expect(rig.ask("boot?") == "ok none once any")
    }

    @Test(arguments: [
        "", " ", "power", "power? ", "power  on", "POWER?", "power soft", "boot", "boot set pxe",
        "boot set pxe often uefi",
        "boot set floppydisk once any", "boot set pxe once bios", "login", "login admin", "login  x", "component",
        "component x", "event", "sensor 1 2", "bye now", "power\ton", "pöwer?", "power on\r",
    ])
    func whatIsNoRequestIsUnknown(line: String) throws {
        let rig = try Rig()
        #expect(rig.ask("login admin secret") == "ok admin")
        #expect(rig.ask(line) == "error unknown no such request")
        #expect(rig.bmc.statistics.malformed == 1)
        #expect(rig.chassis.snapshot.power == .off)
    }

    @Test func aMachineHasOnlyWhatItHas() throws {
        let rig = try Rig(configuration: .init(actions: [.on, .off], targets: [.none, .disk]))
        #expect(rig.ask("login admin secret") == "ok admin")
        #expect(rig.ask("features") == "ok on,off\tnone,disk\tonce,persistent\tuefi,legacy")
        #expect(rig.ask("power nmi") == "error badarg this machine has no nmi")
        #expect(rig.ask("boot set pxe once any") == "error badarg this machine has no target pxe")
    }

    @Test func listsAreReadEntryByEntry() throws {
        let rig = try Rig()
        #expect(rig.ask("login admin secret") == "ok admin")
        rig.chassis.withChassis { chassis, _ in
            chassis.eventLog.add(
                "Power Supply Failure\tdetected", source: "PSU1", severity: .critical, seconds: 1_700_000_000)
            chassis.identity.serial = "Ä\n1"
        }
        #expect(rig.ask("identity") == "ok Ingot\tSimulated machine\t???1\t1.00")
        #expect(rig.ask("sensors") == "ok 8")
        #expect(rig.ask("sensor 1") == "ok 1\tInlet Temp\ttemperature\tcelsius\t23\tok\t0\t-\t42\t47")
        #expect(rig.ask("sensor 2") == "ok 2\tCPU1 Temp\ttemperature\tcelsius\t-\tunknown\t-\t-\t90\t98")
        #expect(rig.ask("sensor 3") == "ok 3\t12V\tvoltage\tvolt\t12.1\tok\t10.8\t11.4\t12.6\t13.2")
        #expect(rig.ask("sensor 0") == "error badarg there is no entry 0")
        #expect(rig.ask("sensor 9") == "error badarg there is no entry 9")
        #expect(rig.ask("inventory") == "ok 16")
        #expect(rig.ask("component 4") == "ok cpu\t0\tmodel=Simulated CPU 2.40GHz\tcores=16")
        #expect(rig.ask("component 14") == "ok nic\tNIC.1\tmac=52:54:00:12:34:56\tspeed_mbps=10000")
        #expect(rig.ask("log") == "ok 1 1")
        #expect(rig.ask("event 1") == "ok 1700000000\tcritical\tPSU1\tPower Supply Failure?detected")
        #expect(rig.ask("event 2") == "error badarg there is no event 2")
        #expect(rig.ask("log clear") == "ok")
        #expect(rig.ask("log") == "ok 0 0")
    }

    @Test func sessionsAreLimitedAndFreed() throws {
        let rig = try Rig(configuration: .init(sessionLimit: 2))
        #expect(rig.ask("login admin secret") == "ok admin")
        var second = rig.another()
        var third = rig.another()
        let login = Array("login admin secret".utf8)
        #expect(second.receive(login) == [.send(Array("ok admin\n".utf8))])
        #expect(third.receive(login) == [.send(Array("error busy 500 all 2 sessions are in use\n".utf8))])
        #expect(second.receive(Array("bye".utf8)) == [.send(Array("ok\n".utf8)), .close])
        #expect(third.receive(login) == [.send(Array("ok admin\n".utf8))])
        third.end()
        second.end()
        #expect(rig.bmc.statistics.sessions == 1)
    }

    @Test func aReplayAnswersInTheMachinesPlace() throws {
        let rig = try Rig(configuration: .init(requestOverride: { $0 == "power?" ? "ok on" : nil }))
        #expect(rig.ask("power?") == "ok on")
        #expect(rig.ask("boot?") == "error denied log in first")
    }
}
