// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import PluginAPI

/// Checks 17 and 18: who may do what.
enum CredentialChecks {
    static func wrongPassword(_ run: CheckRun) async throws {
        let target = try await run.startTarget()
        var endpoint = target.endpoint
        endpoint.password = "Wrong6Zk9"
        let answer = try await run.reach(run.settings(endpoint))
        let failed = await target.statistics().loginsFailed
        run.note("\(failed) attempts to log in")
        try require(answer.status == INGOT_E_AUTH, "a wrong password gives AUTH", answer.text)
        try require(failed >= 1, "the BMC has seen an attempt to log in", "it has seen none")
        try require(failed <= 2, "at most two attempts, so that no account is locked", "\(failed) attempts")
        let right = try await run.reach(run.settings(target.endpoint))
        try requireOK(right, "with the right password afterwards")
    }

    static func lowPrivilege(_ run: CheckRun) async throws {
        let target = try await run.startTarget { $0.faults = [] }
        target.set(try fault("low-privilege"))
        let subject = try run.started()
        let (answer, device) = try await subject.open(run.settings(target.endpoint))
        if let device {
            let changed = try await device.setPower(INGOT_DO_ON)
            try require(
                changed.status == INGOT_E_FORBIDDEN, "switching on with a user who may only read gives FORBIDDEN",
                changed.text)
            if subject.offers(Interface.boot), target.features.contains(.overrides) {
                let boot = try await device.setBoot(INGOT_BOOT_PXE)
                try require(
                    boot.status == INGOT_E_FORBIDDEN, "a boot override by a user who may only read gives FORBIDDEN",
                    boot.text)
            }
            try await device.close()
        } else {
            try require(
                answer.status == INGOT_E_FORBIDDEN, "a user who may not do what is needed gives FORBIDDEN", answer.text)
        }
        let chassis = target.chassis.snapshot
        try require(
            chassis.power == .off && chassis.counts.powerOns == 0, "nothing was done to the machine",
            "it is \(chassis.power.rawValue)")
    }
}
