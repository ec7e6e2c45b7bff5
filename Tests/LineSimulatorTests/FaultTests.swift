// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import LineSimulator

@Suite struct FaultTests {
    private func loggedIn(_ fault: String, configuration: LineServer.Configuration = .init()) throws -> Rig {
        let rig = try Rig(configuration: configuration)
        #expect(rig.ask("login admin secret") == "ok admin")
        rig.bmc.faults.set([try Fault(fault)])
        return rig
    }

    @Test func everyFaultOfItsScopesDoesSomething() throws {
        // What a healthy BMC does with this conversation; each fault must change it.
        let lines =
            ["power?", "boot set pxe once any", "boot set disk persistent any", "boot?", "power on", "power off"]
            + ["power?", "sensor 1", "power?", "power on", "sensor 1", "event 1"]
            + ["boot set pxe once any", "power reset", "boot?"]
        func run(_ fault: String?) throws -> [String] {
            let rig = try Rig(configuration: .init(sessionLimit: 20))
            rig.chassis.withChassis { chassis, _ in chassis.eventLog.add("on", seconds: 1) }
            if let fault { rig.bmc.faults.set([try Fault(fault)]) }
            var seen = ["\(rig.actions("login admin wrong"))", "\(rig.actions("login admin secret"))"]
            for line in lines {
                seen.append("\(rig.actions(line))")
                rig.time.advance(.seconds(1))
            }
            rig.time.advance(.seconds(1))
            seen.append("\(rig.chassis.snapshot.boots.map(\.target)) \(rig.chassis.snapshot.bootOverride)")
            var second = rig.another()
            seen.append("\(second.begin()) \(second.receive(Array("login admin secret".utf8)))")
            rig.session.end()
            second.end()
            return seen + ["\(rig.bmc.statistics.sessions)"]
        }
        let healthy = try run(nil)
        #expect(try run(nil) == healthy)
        // The clock is told by no request of this protocol.
        for kind in FaultKind.all where [.any, .stream, .chassis].contains(kind.scope) && kind.name != "clock-jump" {
            let arguments = ["session-limit": ":1", "session-expiry": ":2", "auth-lockout": ":1"]
            let fault = kind.name + (arguments[kind.name] ?? "")
            #expect(try run(fault) != healthy, "\(fault) changes nothing")
            #expect(try run(fault) == run(fault), "\(fault) is not the same twice")
        }
    }

    @Test func faultsOfTheWay() throws {
        #expect(try loggedIn("hang").actions("power?") == [])
        #expect(try loggedIn("half-close").actions("power?") == [.closeOutput])
        #expect(try loggedIn("truncate").actions("power?") == [.send(Array("ok ".utf8)), .close])
        #expect(
            try loggedIn("reset-mid-body:bytes=2").actions("power?")
                == [.send(Array("ok".utf8)), .wait(.milliseconds(20)), .reset])
        #expect(
            try loggedIn("slow-bytes:bytes=10").actions("power?")
                == [.trickle(Array("ok off\n".utf8), every: .milliseconds(100))])
        #expect(
            try loggedIn("latency:seconds=2").actions("power?") == [.wait(.seconds(2)), .send(Array("ok off\n".utf8))])
        #expect(try Rig("refuse").session.isOver)
        let garbage = try loggedIn("garbage").actions("power?")
        guard case .send(let bytes)? = garbage.first else { return #expect(Bool(false), "\(garbage)") }
        #expect(bytes.count == 49 && bytes.last == UInt8(ascii: "\n"))
        #expect(try loggedIn("garbage").actions("power?") == garbage)
    }

    @Test func aLostAnswerComesAfterTheChange() throws {
        let lost = try loggedIn("reply-lost")
        #expect(lost.actions("power?") == [.send(Array("ok off\n".utf8))])
        #expect(lost.actions("power on") == [])
        #expect(lost.ask("power?") == "ok turning-on")
        let dropped = try loggedIn("power-drop")
        #expect(dropped.actions("power on") == [.reset])
        #expect(dropped.chassis.snapshot.power == .turningOn)
        #expect(dropped.bmc.statistics.sessions == 0)
    }

    @Test func aRestartForgetsSessionsAndIsAwayForAWhile() throws {
        let rig = try loggedIn("bmc-restart:after=1,seconds=3,count=1")
        #expect(rig.ask("power?") == "ok off")
        #expect(rig.actions("power on") == [.resetAll])
        #expect(rig.chassis.snapshot.power == .off)
        #expect(rig.bmc.statistics.sessions == 0)
        var early = LineSession(rig.bmc)
        #expect(early.begin() == [.reset])
        rig.time.advance(.seconds(3))
        var late = LineSession(rig.bmc)
        #expect(late.begin() == [.send(Array("ingot-line 1\n".utf8))])
    }

    @Test func sessionsExpireLeakAndRunOut() throws {
        let expiry = try loggedIn("session-expiry:seconds=2,count=1")
        #expect(expiry.ask("power?") == "ok off")
        expiry.time.advance(.seconds(2))
        #expect(expiry.ask("power on") == "error expired the session has ended")
        #expect(expiry.chassis.snapshot.power == .off)
        #expect(expiry.ask("login admin secret") == "ok admin")
        expiry.time.advance(.seconds(9))
        #expect(expiry.ask("power?") == "ok off")
        let leak = try loggedIn("session-leak")
        leak.session.end()
        #expect(leak.bmc.statistics.sessions == 1)
    }

    @Test func accountsAreLockedAndPrivilegesLow() throws {
        let rig = try Rig("auth-lockout:count=2")
        #expect(rig.ask("login admin x") == "error denied wrong user or password")
        #expect(rig.ask("login admin x") == "error denied wrong user or password")
        #expect(rig.ask("login admin secret") == "error locked too many failures")
        let low = try Rig("low-privilege")
        #expect(low.ask("login admin secret") == "ok user")
        #expect(low.ask("power?") == "ok off")
        for line in ["power on", "boot set pxe once any", "log clear"] {
            #expect(low.ask(line) == "error forbidden this user may only read")
        }
    }

    @Test func busyDoesNothing() throws {
        let update = try loggedIn("firmware-update:after=1,seconds=4")
        #expect(update.ask("power?") == "ok off")
        #expect(update.ask("power on") == "error busy 4000 a firmware update is running")
        #expect(update.chassis.snapshot.power == .off)
        update.time.advance(.seconds(4))
        #expect(update.ask("power on") == "ok")
        let busy = try loggedIn("node-busy:count=1")
        #expect(busy.ask("power on") == "error busy 200 the BMC is busy")
        #expect(busy.ask("power on") == "ok")
    }
}
