// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import IPMISimulator

/// Each behaviour makes something fail or lie, and only with it.
struct BehaviourTests {
    private func console(_ behaviour: Behaviour?) throws -> TestConsole {
        try TestConsole.logged(.three, .init(behaviours: behaviour.map { [$0] } ?? [], seed: 7))
    }

    @Test func openSessionPrivilege() throws {
        for (behaviour, privilege) in [(nil, 4), (Behaviour.openSessionPrivilege, 0)] as [(Behaviour?, UInt8)] {
            let console = try TestConsole(.init(behaviours: behaviour.map { [$0] } ?? [], seed: 7))
            let request = console.openRequest(.three, privilege: 0)
            #expect(TestConsole.payload(console.send(request).first)?[2] == privilege)
        }
    }

    @Test func bootSelectorOnly() throws {
        for (behaviour, flags) in [(nil, [0xE0, 0x04]), (Behaviour.bootSelectorOnly, [0x00, 0x04])]
            as [(Behaviour?, [UInt8])]
        {
            let console = try console(behaviour)
            #expect(console.command(0x00, 0x08, 5, 0xE0, 0x04, 0, 0, 0)?.code == 0)
            #expect(console.command(0x00, 0x09, 5, 0, 0)?.data[2...3].elementsEqual(flags) == true)
        }
    }

    @Test func bootNoTimeoutParameter() throws {
        for (behaviour, code) in [(nil, 0), (Behaviour.bootNoTimeoutParameter, 0xCC)] as [(Behaviour?, UInt8)] {
            let console = try console(behaviour)
            #expect(console.command(0x00, 0x08, 3, 0x08)?.code == code)
        }
    }

    @Test func bootUEFIDisk24() throws {
        for (behaviour, device, target) in [
            (nil, 0x08, .disk), (Behaviour.bootUEFIDisk24, 0x08, .pxe), (.bootUEFIDisk24, 0x24, .disk),
        ] as [(Behaviour?, UInt8, BootTarget)] {
            let console = try console(behaviour)
            #expect(console.command(0x00, 0x08, 5, 0xA0, device, 0, 0, 0)?.code == 0)
            #expect(console.command(0x00, 0x09, 5, 0, 0)?.data[2...3].elementsEqual([0xA0, device]) == true)
            #expect(console.command(0x00, 0x02, 3)?.code == 0)
            console.wait(.seconds(1))
            #expect(console.machine.boots.last?.target == target)
        }
    }

    @Test func solNoPayloadCheck() throws {
        for (behaviour, code, size) in [(nil, 0, 252), (Behaviour.solNoPayloadCheck, 0xC1, 0)]
            as [(Behaviour?, UInt8, UInt8)]
        {
            let console = try console(behaviour)
            #expect(console.command(0x06, 0x4E, 0x0E)?.code == code)
            #expect(console.command(0x06, 0x48, 1, 1, 0xC0, 0, 0, 0)?.data[4] == size)
        }
    }

    @Test func cipher3Only() throws {
        let console = try TestConsole(.init(behaviours: [.cipher3Only], seed: 7))
        let request = console.openRequest(.seventeen)
        let answer = try #require(TestConsole.payload(console.send(request).first))
        #expect(answer[1] == 0 && answer[16] == CipherSuite.three.authentication)
    }

    @Test func shortDeviceID() throws {
        for (behaviour, count) in [(nil, 15), (Behaviour.shortDeviceID, 11)] as [(Behaviour?, Int)] {
            let console = try console(behaviour)
            #expect(console.command(0x06, 0x01)?.data.count == count)
        }
    }

    @Test func cycleUnsupported() throws {
        for (behaviour, code) in [(nil, 0), (Behaviour.cycleUnsupported, 0xCC)] as [(Behaviour?, UInt8)] {
            let console = try console(behaviour)
            #expect(console.command(0x00, 0x02, 2)?.code == code)
        }
    }
}

/// Profiles: who a BMC says it is.
struct ProfileTests {
    @Test(arguments: IPMIProfile.all.map(\.name))
    func aProfileShows(name: String) throws {
        let profile = try #require(IPMIProfile(named: name))
        var configuration = IPMIServer.Configuration(seed: 7)
        var identity = Identity(serial: "P1")
        profile.apply(to: &configuration, identity: &identity)
        #expect(configuration.behaviours == profile.behaviours && identity.serial == "P1")
        let console = try TestConsole.logged(.three, configuration, Chassis(identity: identity, power: .on))
        let told = try #require(console.command(0x06, 0x01)).data
        #expect(UInt32(told[6]) | UInt32(told[7]) << 8 == identity.manufacturerID & 0xFFFF)
        let board = try #require(console.command(0x0A, 0x11, 0, 0, 0, 200)).data
        #expect(String(decoding: board, as: UTF8.self).contains(identity.vendor))
    }

    @Test func everyBehaviourIsOfSomeProfile() {
        #expect(Set(IPMIProfile.all.flatMap(\.behaviours)) == Set(Behaviour.allCases))
    }
}

/// What a profile does that no quirk helps against.
struct ResetStallTests {
    @Test func aResetOfLoongsonsBMCStallsARunningHost() throws {
        for (name, stalls) in [("generic", false), ("loongson-ls2k", true)] {
            for isOn in [true, false] {
                var configuration = IPMIServer.Configuration(seed: 7)
                var identity = Identity()
                let profile = try #require(IPMIProfile(named: name))
                profile.apply(to: &configuration, identity: &identity)
                let console = try TestConsole.logged(.three, configuration)
                #expect(console.command(0x00, 0x02, isOn ? 1 : 0)?.code == 0)
                console.wait(.seconds(2))
                #expect(console.machine.isBooted == isOn)
                #expect(console.command(0x06, 0x02)?.code == 0)
                #expect(console.machine.isStalled == (isOn && stalls) && console.machine.power.hasPower == isOn)
                #expect(console.machine.counts.stalls == (isOn && stalls ? 1 : 0))
            }
        }
    }
}
