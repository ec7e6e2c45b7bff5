// SPDX-License-Identifier: Apache-2.0
import BMCModel
import Testing

@testable import IPMISimulator

/// The wire formats: round trips, and vectors that Python computes on its own.
struct CodecTests {
    @Test(.enabled(if: ForeignTool.has("python3")), arguments: CipherSuite.allCases)
    func keysAreThoseOfAnIndependentComputation(suite: CipherSuite) async throws {
        let name = suite == .three ? "sha1" : "sha256"
        let program = """
            import hashlib, hmac, struct
            h = lambda key, text: hmac.new(key, text, hashlib.\(name)).digest()
            rm, rc, guid = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48))
            sidm, sidc = struct.pack('<I', 0xA0A1A2A3), struct.pack('<I', 0x01020304)
            user, key = b'admin', b'secret'.ljust(20, b'\\0')
            role = bytes([0x14, len(user)]) + user
            sik = h(key, rm + rc + role)
            for value in (h(key, sidm + sidc + rm + rc + guid + role), h(key, rc + sidm + role), sik,
                          h(sik, rm + sidc + guid)[:\(suite.hash.checkLength)], h(sik, b'\\1' * 20),
                          h(sik, b'\\2' * 20)[:16]):
                print(value.hex())
            """
        let run = await ForeignTool.run("python3", ["-c", program])
        let expected = run.output.split(separator: "\n").map(String.init)
        let exchange = KeyExchange(
            consoleSessionID: 0xA0A1_A2A3, bmcSessionID: 0x0102_0304, consoleRandom: Array(0..<16),
            bmcRandom: Array(16..<32), guid: Array(32..<48), role: 0x14, userName: Array("admin".utf8))
        let key = Array("secret".utf8)
        let sessionKey = exchange.sessionKey(suite.hash, bmcKey: key)
        let keys = SessionKeys(suite.hash, sessionKey: sessionKey)
        let values = [
            exchange.code2(suite.hash, userKey: key), exchange.code3(suite.hash, userKey: key), sessionKey,
            exchange.code4(suite.hash, sessionKey: sessionKey), keys.integrity, keys.confidentiality,
        ]
        #expect(values.map(hex) == expected, "\(run)")
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func aesIsThatOfNIST() throws {
        // NIST SP 800-38A, F.2.1, first block.
        let key: [UInt8] = [
            0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C,
        ]
        let plain: [UInt8] = [
            0x6B, 0xC1, 0xBE, 0xE2, 0x2E, 0x40, 0x9F, 0x96, 0xE9, 0x3D, 0x7E, 0x11, 0x73, 0x93, 0x17, 0x2A,
        ]
        let cipher = try #require(Confidentiality.encrypt(plain, key: key, vector: Array(0..<16)))
        #expect(hex(Array(cipher[16..<32])) == "7649abac8119b246cee98e9b12e9197d")
    }

    @Test func encryptionComesBackAtEveryLength() throws {
        var random = SeededRandom(seed: 3)
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let key = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            let vector = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            let cipher = try #require(Confidentiality.encrypt(bytes, key: key, vector: vector))
            #expect(cipher.count % 16 == 0 && cipher.count >= length + 17)
            #expect(Confidentiality.decrypt(cipher, key: key) == bytes)
        }
    }

    @Test func theSequenceWindowTakesEachNumberOnce() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<200 {
            var window = SequenceWindow()
            var taken: Set<UInt32> = []
            var highest: UInt32 = 0
            for _ in 0..<200 {
                let number = UInt32(max(0, Int(highest) + Int.random(in: -24...24, using: &random)))
                let isAhead = number > highest && number - highest <= 16
                let isLate = number <= highest && highest - number < 16 && !taken.contains(number) && highest != 0
                #expect(window.accept(number) == (number != 0 && (isAhead || isLate)))
                if number != 0, isAhead || isLate { taken.insert(number) }
                highest = max(highest, taken.max() ?? 0)
            }
        }
    }

    @Test func sensorBytesComeCloseToTheValue() {
        var random = SeededRandom(seed: 5)
        for _ in 0..<2_000 {
            let high = Double.random(in: 0.5...20_000, using: &random)
            let low = Bool.random(using: &random) ? 0 : -Double.random(in: 0.1...high, using: &random)
            let factors = SensorFactors.fitting(low...high)
            #expect((-512...511).contains(factors.m) && (-8...7).contains(factors.rExponent))
            let step = abs(factors.value(2) - factors.value(1))
            #expect(step <= (high - low) / 60, "too coarse: \(factors) for \(low)...\(high)")
            for _ in 0..<20 {
                let value = Double.random(in: low...high, using: &random)
                #expect(abs(factors.value(factors.raw(value)) - value) <= step * 0.51, "\(factors), \(value)")
            }
        }
        for raw in UInt8.min...UInt8.max {
            let factors = SensorFactors(m: 6, rExponent: -2, isSigned: true)
            #expect(factors.raw(factors.value(raw)) == raw)
        }
    }

    @Test func ordinaryThresholdsAreExact() {
        for sensor in Sensor.ordinary where sensor.kind != .discrete {
            for limit in sensor.thresholds.compactMap({ $0 }) {
                let shown = sensor.factors.value(sensor.factors.raw(limit))
                #expect(abs(shown - limit) < 1e-9, "\(sensor.name): \(limit) reads \(shown)")
            }
        }
    }

    @Test func everyRecordIsWellFormed() throws {
        let sensors = Sensor.ordinary
        for number in 1...SensorRecords.count(sensors) {
            let record = try #require(SensorRecords.record(number, of: sensors))
            #expect(record.count == Int(record[4]) + 5)
            #expect(Int(record[0]) | Int(record[1]) << 8 == number)
        }
        #expect(SensorRecords.record(0, of: sensors) == nil)
        #expect(SensorRecords.record(SensorRecords.count(sensors) + 1, of: sensors) == nil)
        for device in FRUInventory.devices {
            let image = try #require(FRUInventory.image(device.number, Chassis()))
            #expect(image.count == FRUInventory.size && image[..<8].reduce(0, &+) == 0)
        }
    }
}
