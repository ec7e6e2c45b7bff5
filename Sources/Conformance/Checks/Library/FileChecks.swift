// SPDX-License-Identifier: Apache-2.0

/// Checks of the file itself.
enum FileChecks {
    /// What linkers add by themselves.
    private static let linkerMarks: Set<String> = [
        "_init", "_fini", "__bss_start", "_edata", "edata", "_end", "end", "__end__", "__bss_start__", "__bss_end__",
        "_bss_end__", "_etext", "etext", "__data_start", "data_start", "_start",
    ]

    private static let forbidden: [(names: Set<String>, why: String)] = [
        (["fork", "vfork", "_Fork", "daemon", "forkpty"], "forks the worker, its threads' locks included"),
        (
            [
                "system", "popen", "posix_spawn", "posix_spawnp", "execl", "execle", "execlp", "execv", "execve",
                "execvp", "execvpe", "fexecve", "execveat",
            ], "starts a program"
        ),
        (
            ["signal", "bsd_signal", "sysv_signal", "ssignal", "sigset"],
            "installs a signal handler for the whole process"
        ),
        (["dlclose"], "unloads code that threads may still run"),
        (["exit", "quick_exit", "atexit", "on_exit"], "ends the worker, or runs code while it ends"),
        (["setlocale"], "changes the locale of the whole process"),
        (["chdir", "fchdir", "chroot"], "changes the directory of the whole process"),
        (["umask"], "changes the file mask of the whole process"),
    ]

    private static func file(_ run: CheckRun) throws -> ELFFile {
        guard let bytes = FileBytes.read(run.options.library, limit: 1 << 30) else {
            throw CheckStop.failed(expected: "the library can be read", seen: run.options.library)
        }
        do throws(ELFError) { return try ELFFile(bytes) } catch {
            throw CheckStop.failed(expected: "a shared object whose symbols can be read", seen: error.reason)
        }
    }

    static func exportsOneSymbol(_ run: CheckRun) throws {
        let exported = try file(run).symbols.filter { $0.isExported && !$0.isMarker && !linkerMarks.contains($0.name) }
        let names = exported.map(\.name)
        guard names.contains("ingot_plugin_v1") else {
            throw CheckStop.failed(
                expected: "ingot_plugin_v1 is exported",
                seen: names.isEmpty ? "nothing is exported" : "exported are \(list(names))")
        }
        // A library may also speak a later major version.
        let others = names.filter { $0.wholeMatch(of: /ingot_plugin_v[0-9]+/) == nil }
        try require(
            others.isEmpty, "no other symbol is exported (build with -fvisibility=hidden and a linker version script)",
            "also exported: \(list(others))")
    }

    static func noForbiddenImports(_ run: CheckRun) throws {
        let imported = Set(try file(run).symbols.filter(\.isImported).map(\.name))
        let found = forbidden.compactMap { group -> String? in
            let names = group.names.intersection(imported).sorted()
            return names.isEmpty ? nil : "\(names.joined(separator: ", ")) \(group.why)"
        }
        try require(found.isEmpty, "none of the forbidden functions is imported", found.joined(separator: "; "))
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.sorted().prefix(8).joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }
}
