// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// `ingot job show`.
struct JobShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one job: where it is and what it waits for.")

    @Argument(help: "The job's identifier.")
    var id: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let job = try await options.client().job(id)
        try Output.standard.print(job, options.output) { try Self.text(JobView(job), now: Date()) }
    }

    /// The job as lines for people.
    static func text(_ job: JobView, now: Date) -> String {
        var details = Details()
        details.add("job", job.id)
        details.add("kind", job.kind)
        details.add("machine", job.machine)
        details.add("instance", job.instance)
        details.add("state", job.state)
        details.add("phase", job.phase)
        details.add("step", job.step)
        details.add("done", "\(job.permille / 10) %")
        if let waiting = job.waiting {
            details.add("waiting for", waiting.what)
            details.add("  since", waiting.since.map { ago($0, now: now) })
            details.add("  until", waiting.deadline.map(Timestamp.text))
        }
        details.add("error", job.error)
        details.add("created", job.created.map(Timestamp.text))
        details.add("updated", job.updated.map(Timestamp.text))
        return details.rendered()
    }

    private static func ago(_ date: Date, now: Date) -> String {
        "\(Timestamp.text(date)) (\(Units.duration(now.timeIntervalSince(date))) ago)"
    }
}
