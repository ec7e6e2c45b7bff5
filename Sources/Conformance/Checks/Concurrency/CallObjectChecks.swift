internal import BMCModel
// SPDX-License-Identifier: Apache-2.0
private import CLinux
private import Glibc
internal import PluginAPI
private import Synchronization

/// Checks 73 to 75.
enum CallObjectChecks {
    static func callObject(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        let subject = device.subject
        let operations = CancelChecks.operations(subject)
        for operation in operations { _ = try await operation.make(device, CallOptions()) }
        if target.features.contains(.faults) {
            target.set(try fault("latency:seconds=0.2"))
            for operation in operations {
                var options = CallOptions()
                options.cancelAfter = .milliseconds(60)
                _ = try await operation.make(device, options)
            }
            target.clearFaults()
        }
        try await run.recover(device, target, within: .seconds(20)).close()
        // What a thread left behind would do comes a little later.
        try await Task.sleep(for: .milliseconds(500))
        let misuses = subject.allMisuses
        try require(misuses.isEmpty, "the call object is used as declared", misuses.prefix(5).joined(separator: "; "))
    }

    static func statusesAndErrors(_ run: CheckRun) async throws {
        let (target, device) = try await run.open()
        let subject = device.subject
        var answers: [Answer] = []
        for operation in CancelChecks.operations(subject) {
            answers.append(try await operation.make(device, CallOptions()))
        }
        if subject.offers(Interface.power) { answers.append(try await device.setPower(99)) }
        if subject.offers(Interface.boot) { answers.append(try await device.setBoot(99)) }
        target.set(try fault("node-busy"))
        for operation in CancelChecks.operations(subject) {
            answers.append(try await operation.make(device, .within(.seconds(4))))
        }
        target.clearFaults()
        try await device.close(.within(.seconds(5)))
        var wrong = target.endpoint
        wrong.password = "Wrong6Zk9"
        answers.append(try await run.reach(run.settings(wrong)))
        for answer in answers {
            try require(
                Words.isStatus(answer.status), "\(answer.operation) answers a status of the ABI", "\(answer.status)")
            guard !answer.isOK else { continue }
            let message = answer.failure?.message ?? ""
            try require(
                !message.isEmpty, "a failing \(answer.operation) says why with set_error",
                "\(Words.status(answer.status)) without a message")
            try require(
                !message.contains("\n"), "the message of \(answer.operation) is one line", "it has several")
        }
    }

    static func processStaysAsItIs(_ run: CheckRun) async throws {
        var before = [UInt](repeating: 0, count: 65)
        clinux_signal_dispositions(&before)
        let directory = getcwd(nil, 0).map { String(cString: $0) }
        let mask = umask(0o22)
        umask(mask)
        let locale = setlocale(LC_ALL, nil).map { String(cString: $0) }
        try await Exercise.run(run)
        var after = [UInt](repeating: 0, count: 65)
        clinux_signal_dispositions(&after)
        // SIGUSR1 and SIGPIPE are the kit's own.
        let changed = (1...64).filter { before[$0] != after[$0] && $0 != Int(SIGUSR1) }
        try require(
            changed.isEmpty, "no signal handler is installed or taken away",
            changed.map { "signal \($0) has another one" }.joined(separator: ", "))
        try require(
            getcwd(nil, 0).map { String(cString: $0) } == directory, "the working directory stays", "it is another one")
        let maskNow = umask(0o22)
        umask(maskNow)
        try require(maskNow == mask, "the file mask stays", "it is \(String(maskNow, radix: 8))")
        try require(
            setlocale(LC_ALL, nil).map { String(cString: $0) } == locale, "the locale stays", "it is another one")
    }
}
