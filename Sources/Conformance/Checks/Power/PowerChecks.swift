// SPDX-License-Identifier: Apache-2.0

/// Checks of power and boot against the truth of the simulator.
enum PowerChecks {
    private static func check(
        _ number: Int, _ id: String, _ requirement: String, level: Check.Level = .must,
        needs: [String] = [Interface.driver, Interface.power], features: Set<TargetFeature> = [.truth],
        hazard: Check.Hazard = .none, limit: Duration = .seconds(60),
        body: @escaping @Sendable (CheckRun) async throws -> Void
    ) -> Check {
        Check(
            number, id, requirement, .power, level: level, needs: needs, features: features, hazard: hazard,
            limit: limit, body: body)
    }

    private static let boot = [Interface.driver, Interface.boot]
    private static let both = [Interface.driver, Interface.power, Interface.boot]

    static let all: [Check] = [
        check(
            25, "power-state-is-true", "power.get tells the state the machine is in, read from the device each time.",
            body: PowerStateChecks.stateIsTrue),
        check(
            26, "already-there", "ON of a machine that is on and OFF of one that is off answer OK and do nothing.",
            body: PowerStateChecks.alreadyThere),
        check(
            27, "actions-work", "Every action the driver declares brings the machine to its state.", hazard: .reboots,
            limit: .seconds(120), body: PowerActionChecks.actionsWork),
        check(
            28, "undeclared-actions", "An action that is not declared gives UNSUPPORTED, and nothing is sent.",
            features: [.truth, .requests], body: PowerActionChecks.undeclaredActions),
        check(
            29, "repeating-is-harmless", "Setting the same state ten times has one effect.", hazard: .reboots,
            body: PowerActionChecks.repeatingIsHarmless),
        check(
            30, "boot-once", "An override without PERSISTENT holds for the next boot and no longer.", needs: both,
            features: [.truth, .boots], hazard: .reboots, body: BootChecks.once),
        check(
            31, "boot-persistent", "An override with PERSISTENT holds for two boots.", needs: both,
            features: [.truth, .boots], hazard: .reboots, body: BootChecks.persistent),
        check(
            32, "boot-mode", "UEFI and LEGACY of an override reach the machine and read back.", needs: boot,
            features: [.truth, .boots], body: BootChecks.mode),
        check(
            33, "boot-targets", "Every declared target reaches the machine and reads back; others give UNSUPPORTED.",
            needs: boot, features: [.truth, .requests], body: BootChecks.targets),
        check(
            34, "boot-leaves-the-rest", "Setting an override leaves every other boot parameter alone.", needs: boot,
            body: BootChecks.leavesTheRest),
    ]
}
