// SPDX-License-Identifier: Apache-2.0

/// Checks of the file and of what it does without a device.
enum LibraryChecks {
    private static func check(
        _ number: Int, _ id: String, _ requirement: String, level: Check.Level = .must, limit: Duration = .seconds(20),
        body: @escaping @Sendable (CheckRun) async throws -> Void
    ) -> Check {
        Check(number, id, requirement, .library, level: level, places: [.library], limit: limit, body: body)
    }

    static let all: [Check] = [
        check(
            1, "loads", "The library loads with RTLD_NOW and RTLD_LOCAL, and its entry answers a descriptor.",
            body: LoadingChecks.loads),
        check(
            2, "exports-one-symbol", "The library exports its entry and no other symbol besides linker marks.",
            body: FileChecks.exportsOneSymbol),
        check(
            3, "no-forbidden-imports",
            "The library does not import functions that fork, start programs, handle signals, unload libraries, end "
                + "the process or change its directory, mask or locale.",
            body: FileChecks.noForbiddenImports),
        check(
            4, "entry-is-pure",
            "Loading and entry start no threads, keep no descriptors and do no I/O; the entry answers the same pointer "
                + "each time.",
            body: LoadingChecks.entryIsPure),
        check(
            5, "loads-quickly", "Loading and reading the descriptor take less than 100 ms.", level: .should,
            body: LoadingChecks.loadsQuickly),
        check(
            6, "descriptor-equals-manifest", "The descriptor says the same as the manifest.",
            body: ManifestChecks.descriptorEqualsManifest),
        check(
            7, "schema-is-valid",
            "config_schema is a JSON Schema the host can check, and marks every secret as writeOnly.",
            body: ManifestChecks.schemaIsValid),
        check(
            8, "listed-interfaces-answer",
            "Every interface that is listed is answered with a table of at least the size of revision 1.",
            body: InterfaceChecks.listedInterfacesAnswer),
        check(
            9, "unknown-interfaces-are-null", "An id that is unknown, has something appended, or is empty gives NULL.",
            body: InterfaceChecks.unknownInterfacesAreNull),
        check(
            10, "slots-are-callable", "Every slot of a table that is not NULL points to code.",
            body: InterfaceChecks.slotsAreCallable),
        check(
            11, "start-and-stop",
            "Starting and stopping a hundred times leaves no thread, descriptor or memory behind.",
            limit: .seconds(60), body: LifeChecks.startAndStop),
        check(
            12, "other-host-versions", "The driver works with a host of minor version 0 and of minor version 99.",
            limit: .seconds(60), body: LifeChecks.otherHostVersions),
        check(
            13, "stdout-stays-empty", "Nothing is written to standard output.", limit: .seconds(60),
            body: LifeChecks.stdoutStaysEmpty),
        check(
            14, "sanitizers", "Builds with AddressSanitizer and ThreadSanitizer report nothing.", level: .should,
            limit: .seconds(120), body: LifeChecks.sanitizers),
    ]
}
