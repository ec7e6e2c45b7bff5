// SPDX-License-Identifier: Apache-2.0
import PluginKit

extension Client {
    /// The service is known to say for some time that it is not ready, and did so now.
    func isStarting(_ refusal: PluginError) -> Bool { quirks.contains(.notReadyRetry) && refusal.isNotReady }

    /// Repeats what was refused for a reason that passes, with growing pauses, until the deadline; the last refusal is
    /// thrown then.
    func retrying<Result>(
        _ call: borrowing Call, while passes: (PluginError) -> Bool,
        _ body: (borrowing Call) throws(PluginError) -> Result
    ) throws(PluginError) -> Result {
        var pause = Duration.milliseconds(200)
        while true {
            do throws(PluginError) {
                return try body(call)
            } catch {
                guard passes(error), !error.maybeApplied, call.remaining > pause + .milliseconds(500) else {
                    throw error
                }
                try call.pause(pause)
                pause = min(pause * 2, .seconds(4))
            }
        }
    }
}
