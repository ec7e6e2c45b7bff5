// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Check 78.
enum SweepChecks {
    private static let power = UInt32(1) << UInt32(INGOT_SWEEP_POWER)
    private static let health = UInt32(1) << UInt32(INGOT_SWEEP_HEALTH)

    /// Six machines: on and off in turn, and the last answers nothing any more.
    static func tellsTheTruth(_ run: CheckRun) async throws {
        let subject = try run.started()
        var targets: [any SimulatedTarget] = []
        var devices: [Device] = []
        for index in 0..<6 {
            let target = try await run.startTarget { $0.chassis = index.isMultiple(of: 2) ? .running() : Chassis() }
            targets.append(target)
            devices.append(try await run.open(target))
        }
        let silent = targets.count - 1
        targets[silent].set(try fault("hang"))

        let subjects = subject.tables.sweep.subjects
        if subjects & power != 0 {
            for round in ["first", "second"] {
                let results = try await results(subject, devices, INGOT_SWEEP_POWER, "the \(round) sweep of power")
                for (index, result) in results where index != silent {
                    let wanted = index.isMultiple(of: 2) ? INGOT_POWER_ON : INGOT_POWER_OFF
                    try require(
                        result.status == INGOT_OK && result.value == wanted,
                        "device \(index) is \(Words.state(wanted)) (the \(round) sweep)",
                        "\(Words.status(result.status)), \(Words.state(result.value))")
                }
                try expectSilence(results[silent])
            }
        }
        if subjects & health != 0 {
            let results = try await results(subject, devices, INGOT_SWEEP_HEALTH, "a sweep of health")
            for (index, result) in results where index != silent {
                let isKnown = (INGOT_HEALTH_UNKNOWN...INGOT_HEALTH_CRITICAL).contains(result.value)
                try require(
                    result.status == INGOT_OK && isKnown, "device \(index) tells one of INGOT_HEALTH_…",
                    "\(Words.status(result.status)), value \(result.value)")
            }
            try expectSilence(results[silent])
        }
        let unknown = try await subject.sweep(devices, 99)
        try require(unknown.status == INGOT_E_UNSUPPORTED, "an unknown subject gives UNSUPPORTED", unknown.text)
        let empty = try await subject.sweep([], INGOT_SWEEP_POWER)
        try require(
            empty.status == INGOT_OK || subjects & power == 0, "a sweep over no device is over at once", empty.text)
        targets[silent].clearFaults()
        for device in devices { try await device.close() }
    }

    /// The result of each device; a device may be left out and then reads as TIMEOUT.
    private static func results(
        _ subject: Subject, _ devices: [Device], _ what: Int32, _ why: String
    ) async throws -> [Int: ingot_sweep_result] {
        let answer = try requireOK(await subject.sweep(devices, what, .within(.seconds(5))), why)
        if let overstayed = answer.overstayed {
            try require(overstayed <= .seconds(1), "\(why) ends by its deadline", "it is \(overstayed.text) late")
        }
        var results: [Int: ingot_sweep_result] = [:]
        let size = MemoryLayout<ingot_sweep_result>.size
        for bytes in answer.emitted("result") {
            try require(
                !bytes.isEmpty && bytes.count.isMultiple(of: size), "\(why) emits whole results of \(size) bytes",
                "\(bytes.count) bytes")
            for at in stride(from: 0, to: bytes.count, by: size) {
                let result = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: ingot_sweep_result.self) }
                let index = Int(result.index)
                try require(index < devices.count, "\(why) tells of the devices it was given", "index \(index)")
                try require(results[index] == nil, "\(why) tells each device once", "device \(index) comes again")
                results[index] = result
            }
        }
        for index in devices.indices where results[index] == nil {
            results[index] = ingot_sweep_result(
                index: UInt32(index), status: INGOT_E_TIMEOUT, value: 0, vendor_code: 0)
        }
        return results
    }

    private static func expectSilence(_ result: ingot_sweep_result?) throws {
        let status = result?.status ?? INGOT_E_TIMEOUT
        try require(
            [INGOT_E_TIMEOUT, INGOT_E_UNREACHABLE].contains(status), "a device that is silent gives TIMEOUT",
            Words.status(status))
    }
}
