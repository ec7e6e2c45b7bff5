// SPDX-License-Identifier: Apache-2.0

/// Checks of readers, console, jobs, vendor messages and installers.
enum ReaderChecks {
    private static func check(
        _ number: Int, _ id: String, _ requirement: String, level: Check.Level = .must,
        _ interface: String, features: Set<TargetFeature> = [], hazard: Check.Hazard = .none,
        places: Set<Check.Place> = [.simulator], limit: Duration = .seconds(90),
        body: @escaping @Sendable (CheckRun) async throws -> Void
    ) -> Check {
        let needs = interface == Interface.installer ? [interface] : [Interface.driver, interface]
        return Check(
            number, id, requirement, .readers, level: level, needs: needs, features: features, hazard: hazard,
            places: places, limit: limit, body: body)
    }

    static let all: [Check] = [
        check(
            35, "sensors", "Sensors have their unit and thresholds; a sensor without a reading has the value null.",
            Interface.sensors, features: [.truth], body: SensorChecks.sensors),
        check(
            36, "event-order",
            "Events come oldest first; a cursor continues without loss or repetition, and says when it was overtaken.",
            Interface.eventLog, features: [.truth], body: EventLogChecks.order),
        check(
            37, "event-clear", "Clearing the event log empties it and changes nothing else.", Interface.eventLog,
            features: [.truth], hazard: .destructive, body: EventLogChecks.clear),
        check(
            38, "inventory", "Components have kind and id, ids stay the same, and what is told is true.",
            Interface.inventory, places: [.simulator, .hardware], body: InventoryChecks.inventory),
        check(
            39, "console-carries-bytes", "A console carries bytes both ways unchanged, and ends when it is closed.",
            Interface.console, features: [.console], limit: .seconds(150), body: ConsoleChecks.carriesBytes),
        check(
            40, "second-console", "A second console is BUSY, or takes over when the driver says so.",
            Interface.console, features: [.console], body: ConsoleChecks.second),
        check(
            41, "media", "Media are inserted, ejected and inserted again; ejecting an empty slot is STATE.",
            Interface.media, body: JobChecks.media),
        check(
            42, "job-token", "Beginning a job emits its token, with which another process carries on.",
            Interface.firmware, hazard: .destructive, body: JobChecks.token),
        check(
            43, "bad-image", "A firmware image the device refuses is told before anything restarts.",
            Interface.firmware, features: [.truth], hazard: .destructive, body: JobChecks.badImage),
        check(
            44, "unknown-vendor-methods", "An unknown vendor method gives UNSUPPORTED, and nothing is sent.",
            Interface.vendor, features: [.requests], body: JobChecks.unknownMethods),
        check(
            45, "installer-detects",
            "An installer knows its own images, leaves others alone, and survives broken ones.",
            Interface.installer, places: [.library], body: InstallerChecks.detects),
        check(
            46, "installer-renders", "Rendering twice gives the same bytes and uses no network.",
            Interface.installer, places: [.library], body: InstallerChecks.renders),
        check(
            78, "sweep",
            "A sweep tells each device once and truly; a silent device gives TIMEOUT and takes nothing from the others.",
            Interface.sweep, features: [.truth, .faults], body: SweepChecks.tellsTheTruth),
    ]
}
