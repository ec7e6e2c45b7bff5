// SPDX-License-Identifier: Apache-2.0
import PluginAPI
import PluginTesting
import Testing

@testable import PluginKit

@Suite struct AnswerTests {
    @Test func anErrorArrivesWithAllItsParts() {
        let test = TestCall()
        let status = test.run { raw in
            answer(raw) { _ throws(PluginError) in
                throw PluginError(
                    .busy, "first line\nsecond", detail: ["field": "host"], retryable: true, maybeApplied: true,
                    retryAfter: .milliseconds(1500), vendorCode: 0xc0)
            }
        }
        #expect(status == INGOT_E_BUSY)
        let error = test.result.error
        #expect(error?.message == "first line second")
        #expect(error?.detail == #"{"field":"host"}"#)
        #expect(error?.flags == UInt32(INGOT_ERR_RETRYABLE | INGOT_ERR_MAYBE_APPLIED))
        #expect(error?.retryAfterMilliseconds == 1500)
        #expect(error?.vendorCode == 0xc0)
    }

    @Test func aCancelledCallDoesNotBegin() {
        let test = TestCall()
        test.cancel()
        let status = test.run { raw in answer(raw) { _ throws(PluginError) in Issue.record("it ran") } }
        #expect(status == INGOT_E_CANCELLED)
    }

    @Test func theDeadlineEndsAPause() {
        let test = TestCall(deadline: .milliseconds(200))
        let begin = ContinuousClock.now
        let status = test.run { raw in answer(raw) { call throws(PluginError) in try call.pause(.seconds(20)) } }
        #expect(status == INGOT_E_TIMEOUT)
        #expect(ContinuousClock.now - begin < .seconds(2))
    }

    @Test func aSecretArrivesWholeAndAMissingOneIsNil() {
        let test = TestCall(secrets: ["password": "hunter2"])
        test.run { raw in
            let call = Call(raw)
            let found = try? call.secret("password")?.withCString { String(cString: $0) }
            #expect(found == "hunter2")
            let padded = try? call.secret("password")?.withPaddedBytes(to: 10) { Array($0) }
            #expect(padded == Array("hunter2".utf8) + [0, 0, 0])
            let missing = try? call.secret("kg")?.count
            #expect(missing == nil)
        }
    }

    @Test func aShorterCallStructureIsNotReadPastItsEnd() {
        let test = TestCall()
        test.run { raw in
            var short = raw.pointee
            short.struct_size = UInt32(MemoryLayout<ingot_call>.offset(of: \.wire) ?? 0)
            withUnsafePointer(to: short) { short in
                let call = Call(short)
                call.wire(.sent, "ipmi", [1])
                try? call.emit("key", "value")
            }
        }
        #expect(test.result.wire.isEmpty)
        #expect(test.result.emitted.map(\.key) == ["key"])
    }

    @Test func emittedJSONIsSortedAndInSnakeCase() throws {
        struct Value: Encodable {
            var zebra = 1
            var diskSize = "a/b\"\n"
        }
        let test = TestCall()
        try test.run { raw in try Call(raw).emit("value", json: Value()) }
        let bytes = try #require(test.result.emitted.first?.bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"disk_size":"a/b\"\n","zebra":1}"#)
    }

    @Test func aDecodingErrorNamesThePath() {
        struct Value: Decodable { var list: [[String: Int]] }
        #expect(throws: PluginError.invalid(field: "list[1].a", "is not of type Int")) {
            try JSONText.decode(Value.self, from: #"{"list":[{"a":1},{"a":"x"}]}"#, as: "value")
        }
        #expect(throws: PluginError.invalid(field: "list", "is missing")) {
            try JSONText.decode(Value.self, from: "{}", as: "value")
        }
        #expect(throws: PluginError.invalid(field: "value", "is not JSON")) {
            try JSONText.decode(Value.self, from: "{", as: "value")
        }
    }

    @Test(arguments: [
        (UInt32(0), BootFirmware?.none, false), (1, nil, true), (2, .uefi, false), (5, .legacy, true),
    ])
    func bootFlagsGoBothWays(flags: UInt32, firmware: BootFirmware?, persistent: Bool) throws {
        let setting = try BootSetting(target: .pxe, flags: flags)
        #expect(setting == BootSetting(target: .pxe, persistent: persistent, firmware: firmware))
        #expect(setting.flags == flags)
    }

    @Test func unknownBootFlagsAreRefused() {
        #expect { try BootSetting(target: .pxe, flags: 8) } throws: { ($0 as? PluginError)?.status == .unsupported }
        #expect { try BootSetting(target: .pxe, flags: 6) } throws: { ($0 as? PluginError)?.status == .invalid }
    }
}
