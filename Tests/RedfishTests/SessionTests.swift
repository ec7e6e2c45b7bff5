// SPDX-License-Identifier: Apache-2.0
import Foundation
import PluginAPI
import PluginTesting
import Synchronization
import Testing

@Suite struct SessionTests {
    @Test func oneSessionServesAllCallsAndIsDeletedAtClose() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        for _ in 0..<3 { #expect(await device.powerState().status == INGOT_OK) }
        #expect(machine.now.sessionsMade == 1)
        #expect(machine.now.sessions.count == 1)
        device.close()
        #expect(machine.now.sessions.isEmpty)
        #expect(service.titles.last == "DELETE /redfish/v1/SessionService/Sessions/1")
    }

    @Test func aSessionThatHasEndedIsReplacedAndTheRequestRepeated() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.powerState().status == INGOT_OK)
        machine.state.withLock { $0.sessions = [:] }
        #expect(await device.setPower(.doOn).status == INGOT_OK)
        machine.state.withLock { $0.sessions = [:] }
        #expect(await device.powerState().number == .on)
        #expect(machine.now.resets == ["On"])
        #expect(machine.now.sessionsMade == 3)
    }

    @Test func aRefusedLoginIsOneAttempt() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(["address": service.address, "username": "admin"], password: "wrong")
        let outcome = await device.powerState()
        #expect(outcome.status == INGOT_E_AUTH)
        #expect(outcome.detail.contains(#""attempts":"1""#))
        #expect(service.titles.filter { $0.hasPrefix("POST") }.count == 1)
    }

    @Test func sessionsThatDoNotLastAreTriedTwiceAtMost() async throws {
        let machine = Machine { machine, request in
            request.path.hasPrefix("/redfish/v1/Systems") ? .refusal(401, "Base.1.8.NoValidSession") : nil
        }
        let service = try machine.start()
        defer { service.stop() }
        #expect(try await OpenDevice(service.address).powerState().status == INGOT_E_AUTH)
        #expect(machine.now.sessionsMade == 2)
    }

    @Test func basicWhereThereAreNoSessions() async throws {
        let machine = Machine(hasSessions: false)
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        #expect(await device.powerState().status == INGOT_OK)
        #expect(!service.titles.contains { $0.hasPrefix("POST") })
        #expect(device.close().wire.isEmpty)
        let wrong = try OpenDevice(["address": service.address, "username": "admin"], password: "wrong")
        let outcome = await wrong.powerState()
        #expect(outcome.status == INGOT_E_AUTH)
    }

    @Test func nothingSecretReachesTraceOrLog() async throws {
        let machine = Machine()
        let service = try machine.start()
        defer { service.stop() }
        let device = try OpenDevice(service.address)
        var wire = await device.probe().wire
        wire += await device.setPower(.doOn).wire
        wire += device.close().wire.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()
        #expect(wire.contains("POST /redfish/v1/SessionService/Sessions HTTP/1.1\r\nHost: 127.0.0.1:"))
        #expect(wire.contains(#""Password":"***","UserName":"admin"}"#))
        #expect(wire.contains("HTTP/1.1 201\r\n"))
        #expect(wire.contains(#"{"ResetType":"On"}"#))
        let basic = Machine(hasSessions: false)
        let basicService = try basic.start()
        defer { basicService.stop() }
        wire += try await OpenDevice(basicService.address).powerState().wire
        let log = device.plugin.log.joined()
        let encoded = Data("admin:\(OpenDevice.password)".utf8).base64EncodedString()
        for secret in ["canary-S3cret", "token-canary", encoded] {
            #expect(!wire.contains(secret))
            #expect(!log.contains(secret))
        }
    }

    @Test func severalSystemsNeedAChoice() async throws {
        let machine = Machine { machine, request in
            request.title == "GET /redfish/v1/Systems"
                ? .json(
                    #"{"Members":[{"@odata.id":"/redfish/v1/Systems/1"},{"@odata.id":"/redfish/v1/Systems/2"}]}"#)
                : nil
        }
        let service = try machine.start()
        defer { service.stop() }
        let outcome = try await OpenDevice(service.address).powerState()
        #expect(outcome.status == INGOT_E_INVALID)
        #expect(outcome.detail.contains(#""field":"system""#))
        #expect(outcome.message.contains("1, 2"))
        #expect(try await OpenDevice(service.address, ["system": "1"]).powerState().status == INGOT_OK)
        #expect(try await OpenDevice(service.address, ["system": "9"]).powerState().status == INGOT_E_INVALID)
    }
}
