// SPDX-License-Identifier: Apache-2.0

/// Checks written as text, from files and directories.
enum ScriptChecks {
    /// The checks of files, and of the files ending in `.check` of directories.
    ///
    /// They have the numbers from 1001 on. Files that cannot be read as checks are left out; `problems` names them.
    static func load(_ paths: [String]) -> [Check] { read(paths).checks }

    /// What is wrong with the files.
    static func problems(_ paths: [String]) -> [String] { read(paths).problems }

    private static func read(_ paths: [String]) -> (checks: [Check], problems: [String]) {
        var checks: [Check] = []
        var problems: [String] = []
        for path in paths {
            let names = ProcessFacts.names(in: path).filter { $0.hasSuffix(".check") }.sorted()
            let files = names.isEmpty ? [path] : names.map { path + "/" + $0 }
            for file in files {
                guard let text = FileBytes.text(file, limit: 1 << 20) else {
                    problems.append("cannot read \(file)")
                    continue
                }
                do throws(ScriptError) {
                    let script = try CheckScript(text)
                    guard CheckTable.named(script.id) == nil, !checks.contains(where: { $0.id == script.id }) else {
                        problems.append("\(file): there is a check \(script.id) already")
                        continue
                    }
                    checks.append(check(script, number: 1_001 + checks.count))
                } catch { problems.append("\(file): \(error)") }
            }
        }
        return (checks, problems)
    }

    private static func check(_ script: CheckScript, number: Int) -> Check {
        Check(
            number, script.id, script.requirement, .script, level: script.isMust ? .must : .should,
            needs: [Interface.driver] + script.needs.map { "ingot.\($0)/1" }, features: [.faults, .truth],
            hazard: script.hazard, limit: script.limit
        ) { run in try await ScriptRunner(script: script, run: run).make() }
    }
}
