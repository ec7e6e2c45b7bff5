// SPDX-License-Identifier: Apache-2.0
import Foundation
import Host
import Testing

extension HostTests {
    /// A good driver and a good installer profile, in a worker and in this process.
    @Suite(.serialized) struct RelayTests {
        @Test(arguments: [Isolation.process, .inProcess])
        func everyFunction(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host(isolation)
            let path = try lab.machine("one")
            let device = try host.device(
                name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)","password":"opense"}"#)
            #expect(host.plugins.map(\.state) == [.discovered])
            #expect(try await device.powerState(deadline: .seconds(5)) == .off)
            try await device.setPower(.on, operation: "op-1", deadline: .seconds(5))
            #expect(try await device.powerState(deadline: .seconds(5)) == .on)
            #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("1"))
            let wanted = BootSetting(target: .pxe, persistent: true, mode: .legacy)
            try await device.setBoot(wanted, operation: "op-2", deadline: .seconds(5))
            #expect(try await device.bootSetting(deadline: .seconds(5)) == wanted)
            #expect(try await device.probe(deadline: .seconds(5)) == #"{"power":true}"#)
            #expect(
                try await device.inventory(deadline: .seconds(5)) == [#"{"kind":"fan"}"#, #"{"kind":"cpu"}"#])
            let error = await failure { try await device.setPower(.nmi, operation: "op-3", deadline: .seconds(5)) }
            #expect(error?.status == .unsupported)
            #expect(host.plugins.map(\.state) == [.running])
            #expect((host.plugins.first?.pid == nil) == (isolation == .inProcess))
            #expect(lab.lines.all.contains { $0.contains("probed") && $0.contains("dev.example.relay") })
            await host.shutdown()
            // Ending the worker ended the device's session.
            #expect(try String(contentsOfFile: path + ".closed", encoding: .utf8) == "c")
            #expect(await failure { try await device.powerState(deadline: .seconds(5)) }?.status == .state)
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func secretsGoApartFromTheConfiguration(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host(isolation)
            let path = try lab.machine("one")
            let right = try host.device(
                name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)","password":"stale"}"#,
                secrets: ["password": Secret("opense")])
            #expect(try await right.powerState(deadline: .seconds(5)) == .off)
            let wrong = try host.device(
                name: "one", driver: "dev.example.relay", configJSON: #"{"path":"\#(path)"}"#,
                secrets: ["password": Secret("hunter")])
            let error = await failure { try await wrong.powerState(deadline: .seconds(5)) }
            #expect(error?.status == .authentication)
            #expect(error?.message == "wrong password")
            await right.close()
            #expect(try String(contentsOfFile: path + ".closed", encoding: .utf8) == "c")
            #expect(try await right.powerState(deadline: .seconds(5)) == .off)
            await host.shutdown()
        }

        @Test(arguments: [Isolation.process, .inProcess])
        func installerReadsTheImageThroughADescriptor(isolation: Isolation) async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host(isolation)
            let image = lab.directory + "/image"
            let bytes = Array("IMG1".utf8) + (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try Data(bytes).write(to: URL(filePath: image))
            let installer = try host.installer("dev.example.relay")
            let found = try await installer.detect(imagePath: image, deadline: .seconds(5))
            #expect(found.score == 90)
            #expect(found.identity == #"{"format":"img1"}"#)
            // Longer than a frame, so that it travels in pieces.
            let request = String(repeating: "r", count: 200_000)
            let files = try await installer.render(imagePath: image, requestJSON: request, deadline: .seconds(5))
            let sum = bytes.reduce(0) { $0 + Int($1) }
            let line = files["boot/cmdline"].map { String(decoding: $0, as: UTF8.self) }
            #expect(line == "size=\(bytes.count) read=\(bytes.count) sum=\(sum)")
            #expect(files["answer/request"] == Array(request.utf8))
            let missing = await failure {
                try await installer.detect(imagePath: lab.directory + "/none", deadline: .seconds(5))
            }
            #expect(missing?.status == .invalid)
            let folder = await failure { try await installer.detect(imagePath: "/", deadline: .seconds(5)) }
            #expect(folder?.message.contains("not a regular file") == true)
            await host.shutdown()
        }

        @Test func wrongConfigurationNamesThePath() async throws {
            let lab = try PluginLab()
            try lab.install(.relay)
            let host = lab.host()
            func problem(_ json: String, _ secrets: [String: Secret] = [:]) -> DriverError? {
                do {
                    _ = try host.device(
                        name: "x", driver: "dev.example.relay", configJSON: json, secrets: secrets)
                    return nil
                } catch { return error as? DriverError }
            }
            #expect(problem("{}")?.message == "configuration $.path is required")
            #expect(problem("{}")?.detailJSON == #"{"field":"$.path"}"#)
            #expect(problem(#"{"path":""}"#)?.message == "configuration $.path needs at least 1 characters")
            #expect(problem(#"{"path":7}"#)?.message == "configuration $.path must be string, not integer")
            #expect(problem(#"{"path":"a","pth":1}"#)?.message == "configuration $.pth is not allowed")
            #expect(problem(#"{"path":"a""#)?.message.contains("is not JSON: object does not end") == true)
            #expect(
                problem(#"{"path":"a"}"#, ["kg": Secret("x")])?.message
                    == "configuration $.kg is no secret of this driver")
            #expect(host.plugins.map(\.state) == [.discovered])
            let unknown = await failure { try host.device(name: "x", driver: "dev.example.no", configJSON: "{}") }
            #expect(unknown?.message == "there is no plugin dev.example.no")
            await host.shutdown()
        }
    }
}
