// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// What fails once something may have been switched leaves the machine in a state that has to be read.
func afterChange<Result>(_ isChanged: Bool, _ body: () throws(PluginError) -> Result) throws(PluginError) -> Result {
    do {
        return try body()
    } catch {
        var error = error
        error.maybeApplied = error.maybeApplied || isChanged
        throw error
    }
}
