// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 30 to 34.
enum BootChecks {
    /// The ABI's word for a target of the model.
    static func number(_ target: BootTarget) -> Int32? { Words.targets.first { $0.name == target.rawValue }?.value }

    /// A target the driver declares that is not what the firmware takes by itself.
    private static func unusualTarget(_ device: Device) -> (value: Int32, name: String)? {
        Words.targets.filter { $0.value != INGOT_BOOT_NONE && $0.name != "pxe" }
            .first { device.subject.tables.boot.targets & (1 << UInt32($0.value)) != 0 }
            ?? Words.targets.first {
                $0.name == "pxe" && device.subject.tables.boot.targets & (1 << UInt32($0.value)) != 0
            }
    }

    private static func prepare(
        _ run: CheckRun
    ) async throws -> (target: any SimulatedTarget, device: Device, wanted: (value: Int32, name: String)) {
        let (target, device) = try await run.open { $0.chassis = Chassis(bootOrder: [.usb, .disk]) }
        guard let wanted = unusualTarget(device) else {
            throw CheckStop.failed(expected: "the driver declares at least one boot target", seen: "it declares none")
        }
        return (target, device, wanted)
    }

    /// Boots the machine once, from the driver if it can.
    private static func boot(_ device: Device, _ target: any SimulatedTarget) async throws -> BootRecord? {
        let before = target.chassis.snapshot
        let action = before.power == .on ? (PowerAction.reset, INGOT_DO_RESET) : (.on, INGOT_DO_ON)
        if device.subject.tables.power.actions & (1 << UInt32(action.1)) != 0 {
            try requireOK(await device.setPower(action.1, .within(.seconds(30))))
        } else {
            _ = target.chassis.perform(action.0)
        }
        return try await target.wait { $0.boots.count > before.boots.count }.boots.dropFirst(before.boots.count).first
    }

    private static func describe(_ record: BootRecord?) -> String {
        record.map {
            "it booted from \($0.target.rawValue)\($0.byOverride ? " by override" : ", as its firmware likes")"
        }
            ?? "it did not boot"
    }

    static func once(_ run: CheckRun) async throws {
        let (target, device, wanted) = try await prepare(run)
        try requireOK(await device.setBoot(wanted.value))
        let kept = target.chassis.snapshot.bootOverride
        try require(
            kept.target.rawValue == wanted.name && !kept.persistent, "the BMC keeps \(wanted.name) for one boot",
            "it keeps \(kept.target.rawValue)\(kept.persistent ? ", for every boot" : "")")
        let first = try await boot(device, target)
        try require(
            first?.byOverride == true && first?.target.rawValue == wanted.name, "the first boot is from \(wanted.name)",
            describe(first))
        let second = try await boot(device, target)
        try require(second?.byOverride == false, "the second boot is as the firmware likes", describe(second))
        let answer = try requireOK(await device.boot())
        try require(
            answer.first == INGOT_BOOT_NONE, "boot.get tells none after the boot",
            answer.first.map(Words.target) ?? "nothing")
        try await device.close()
    }

    static func persistent(_ run: CheckRun) async throws {
        let (target, device, wanted) = try await prepare(run)
        let set = try await device.setBoot(wanted.value, UInt32(INGOT_BOOT_PERSISTENT))
        if set.status == INGOT_E_UNSUPPORTED, try await run.capabilities(device)?.persistent == "no" {
            throw CheckStop.notApplicable("the device keeps no override for more than one boot, says probe")
        }
        try requireOK(set)
        let answer = try requireOK(await device.boot())
        let flags = UInt32(bitPattern: answer.second ?? 0)
        try require(
            answer.first == wanted.value && flags & UInt32(INGOT_BOOT_PERSISTENT) != 0,
            "boot.get tells \(wanted.name), persistent",
            "\(answer.first.map(Words.target) ?? "nothing"), \(Words.bootFlags(flags))")
        for number in ["first", "second"] {
            let record = try await boot(device, target)
            try require(
                record?.byOverride == true && record?.target.rawValue == wanted.name,
                "the \(number) boot is from \(wanted.name)", describe(record))
        }
        // Taking the override back.
        let cleared = try await device.setBoot(INGOT_BOOT_NONE)
        if device.subject.tables.boot.targets & (1 << UInt32(INGOT_BOOT_NONE)) != 0 {
            try requireOK(cleared, "none is a declared target")
            let kept = target.chassis.snapshot.bootOverride
            try require(kept.target == .none, "none removes the override", "the BMC keeps \(kept.target.rawValue)")
        }
        try await device.close()
    }

    static func mode(_ run: CheckRun) async throws {
        let (target, device, wanted) = try await prepare(run)
        let capabilities = try await run.capabilities(device)
        var made: [String] = []
        for (flag, mode) in [(UInt32(INGOT_BOOT_UEFI), BootMode.uefi), (UInt32(INGOT_BOOT_LEGACY), .legacy)] {
            let set = try await device.setBoot(wanted.value, flag)
            if set.status == INGOT_E_UNSUPPORTED, capabilities?.has(mode: mode.rawValue) != true {
                run.note("\(mode.rawValue): the driver does not have it")
                continue
            }
            try requireOK(set)
            // An override without a mode boots in the machine's own.
            let machine = target.chassis.snapshot
            let kept = machine.bootOverride
            try require(
                (kept.mode ?? machine.hardware.firmwareMode) == mode, "the BMC keeps the mode \(mode.rawValue)",
                "it keeps \(kept.mode?.rawValue ?? "no mode")")
            let answer = try requireOK(await device.boot())
            let flags = UInt32(bitPattern: answer.second ?? 0) & UInt32(INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY)
            try require(
                flags == flag, "boot.get tells \(mode.rawValue)", "it tells \(Words.bootFlags(flags))")
            made.append(mode.rawValue)
        }
        if made.isEmpty { throw CheckStop.notApplicable("the driver sets no mode") }
        let both = try await device.setBoot(wanted.value, UInt32(INGOT_BOOT_UEFI | INGOT_BOOT_LEGACY))
        try require(
            [INGOT_E_UNSUPPORTED, INGOT_E_INVALID].contains(both.status), "UEFI and LEGACY at once are refused",
            both.text)
        try await device.close()
    }

    static func targets(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        let capabilities = try await run.capabilities(device)
        let declared = device.subject.tables.boot.targets
        var made: [String] = []
        for wanted in Words.targets where declared & (1 << UInt32(wanted.value)) != 0 {
            if capabilities?.has(target: wanted.name) == false { continue }
            try requireOK(await device.setBoot(wanted.value), "the driver declares \(wanted.name)")
            let kept = target.chassis.snapshot.bootOverride.target
            try require(kept.rawValue == wanted.name, "the BMC keeps \(wanted.name)", "it keeps \(kept.rawValue)")
            let answer = try requireOK(await device.boot())
            try require(
                answer.first == wanted.value, "boot.get tells \(wanted.name)",
                answer.first.map(Words.target) ?? "nothing")
            made.append(wanted.name)
        }
        run.note("set and read back: \(made.joined(separator: ", "))")
        let before = await target.statistics().requests
        let kept = target.chassis.snapshot.bootOverride
        for number in [Int32](0...7) + [31, 32, 100, -1, .max] {
            if (0..<32).contains(number), declared & (1 << UInt32(number)) != 0 { continue }
            let answer = try await device.setBoot(number)
            try require(
                answer.status == INGOT_E_UNSUPPORTED,
                "\(Words.target(number)), which is not declared, gives UNSUPPORTED",
                answer.text)
        }
        let strange = try await device.setBoot(
            made.isEmpty ? INGOT_BOOT_NONE : number(BootTarget(rawValue: made[0]) ?? .none) ?? 0, 0x80)
        try require(strange.status == INGOT_E_UNSUPPORTED, "an unknown flag gives UNSUPPORTED", strange.text)
        let after = await target.statistics().requests
        try require(
            after == before && target.chassis.snapshot.bootOverride == kept, "nothing is sent for what is not declared",
            "\(after - before) requests reached the BMC")
        try await device.close()
    }

    static func leavesTheRest(_ run: CheckRun) async throws {
        let (target, device) = try await run.open { $0.chassis = Chassis(power: .on, bootOrder: [.cd, .disk, .pxe]) }
        let before = target.chassis.snapshot
        let rest = await target.otherBootParameters()
        for wanted in Words.targets where device.subject.tables.boot.targets & (1 << UInt32(wanted.value)) != 0 {
            _ = try await device.setBoot(wanted.value)
            let after = target.chassis.snapshot
            try require(
                after.bootOrder == before.bootOrder && after.hardware.firmwareMode == before.hardware.firmwareMode,
                "the firmware's own boot order stays", after.bootOrder.map(\.rawValue).joined(separator: ", "))
            try require(
                after.counts == before.counts && after.power == before.power, "the machine's power stays",
                PowerStateChecks.changes(before.counts, after.counts))
            if target.features.contains(.openMode) {
                try require(
                    after.bootOverride.mode == nil, "without UEFI or LEGACY the boot mode is left to the machine",
                    "\(wanted.name) was set with mode \(after.bootOverride.mode?.rawValue ?? "")")
            }
            let now = await target.otherBootParameters()
            for (name, value) in rest.sorted(by: { $0.key < $1.key }) {
                try require(
                    now[name] == value, "the boot parameter \(name) stays \(value)", "it is \(now[name] ?? "gone")")
            }
        }
        try await device.close()
    }
}
