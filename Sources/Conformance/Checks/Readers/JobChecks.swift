// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import Host
internal import PluginAPI

/// Checks 41 to 44.
enum JobChecks {
    private static func token(_ answer: Answer) throws -> String {
        // A driver that learns more while it begins emits a better token; the last one counts.
        let tokens = answer.emitted("token")
        guard let bytes = tokens.last, tokens.allSatisfy({ (1...4_096).contains($0.count) }) else {
            throw CheckStop.failed(
                expected: "\(answer.operation) emits a token of 1 to 4,096 bytes", seen: "\(tokens.count) tokens")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Polls until the work has ended.
    private static func finish(_ device: Device, _ job: Device.Job, _ token: String) async throws -> Answer {
        let end = ContinuousClock.now + .seconds(40)
        while true {
            let answer = try await device.poll(job, token: token, .within(.seconds(20)))
            if !answer.isOK || answer.first == 1 { return answer }
            guard ContinuousClock.now < end else {
                throw CheckStop.failed(expected: "the work ends within 40 s", seen: "poll still says that it runs")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    static func media(_ run: CheckRun) async throws {
        let (_, device) = try await run.open { $0.chassis = .running() }
        let capabilities = try await run.capabilities(device)
        if capabilities?.answer("media") == "no" {
            throw CheckStop.notApplicable("the device has no virtual media, says probe")
        }
        let slots = capabilities?.json["media"]?["slots"]?.elements.compactMap(\.string) ?? []
        let slot = slots.first { $0.lowercased().contains("cd") } ?? slots.first ?? "cd"
        let request = JSONValue.object([
            ("slot", .string(slot)), ("url", .string("http://127.0.0.1:9/kit.iso")), ("write_protected", .bool(true)),
        ]).text
        for round in ["first", "second"] {
            let begun = try requireOK(
                await device.begin(.media, request: request, .within(.seconds(30))), "the \(round) insertion")
            let token = try token(begun)
            try requireOK(await finish(device, .media, token), "the \(round) insertion")
            try requireOK(await device.end(.media, token: token, .within(.seconds(30))), "the \(round) ejection")
            if round == "second" {
                let empty = try await device.end(.media, token: token, .within(.seconds(30)))
                try require(empty.status == INGOT_E_STATE, "ejecting an empty slot gives STATE", empty.text)
            }
        }
        try await device.close()
    }

    static func token(_ run: CheckRun) async throws {
        if run.part != nil {
            guard let settings = DeviceSettings(run.input), let token = run.input["token"]?.string else {
                throw CheckStop.trouble("no settings")
            }
            let (answer, device) = try await run.started().open(settings)
            guard let device else { throw CheckStop.failed(expected: "driver.open answers OK", seen: answer.text) }
            try requireOK(await finish(device, .firmware, token), "another process carries on with the token")
            try await device.close()
            return
        }
        let (target, device) = try await run.open { $0.chassis = .running() }
        if try await run.capabilities(device)?.answer("firmware") == "no" {
            throw CheckStop.notApplicable("the device takes no firmware, says probe")
        }
        let request = JSONValue.object([("target", .string("bmc")), ("url", .string("http://127.0.0.1:9/kit.bin"))])
            .text
        let begun = try requireOK(await device.begin(.firmware, request: request, .within(.seconds(30))))
        let token = try token(begun)
        try await device.close()
        let input = try run.settings(target.endpoint).json(adding: .object([("token", .string(token))]))
        _ = try await run.inChild("resume", input).value("another process with the token")
    }

    static func badImage(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.chassis = .running() }
        if try await run.capabilities(device)?.answer("firmware") == "no" {
            throw CheckStop.notApplicable("the device takes no firmware, says probe")
        }
        let before = target.chassis.snapshot
        let request = JSONValue.object([("target", .string("bmc"))]).text
        let image = Array("this is no firmware image".utf8)
        var answer = try await device.begin(.firmware, request: request, image: image, .within(.seconds(30)))
        if answer.isOK { answer = try await finish(device, .firmware, token(answer)) }
        let after = target.chassis.snapshot
        try require(
            after.counts == before.counts && after.power == before.power, "nothing restarts",
            PowerStateChecks.changes(before.counts, after.counts))
        if answer.isOK { throw CheckStop.notApplicable("this simulator takes any image") }
        try require(
            [INGOT_E_INVALID, INGOT_E_UNSUPPORTED, INGOT_E_STATE].contains(answer.status),
            "an image the device refuses gives INVALID", answer.text)
        try await device.close()
    }

    static func unknownMethods(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        try requireOK(await run.touch(device))
        let before = await target.statistics().requests
        for method in ["ingot.kit.no-such-method", "", "../Reset", String(repeating: "x", count: 300)] {
            let answer = try await device.invoke(method, body: Array("{}".utf8))
            try require(
                answer.status == INGOT_E_UNSUPPORTED, "the unknown method \"\(method.prefix(30))\" gives UNSUPPORTED",
                answer.text)
        }
        let after = await target.statistics().requests
        try require(after == before, "nothing is sent", "\(after - before) requests reached the BMC")
        try await device.close()
    }
}
