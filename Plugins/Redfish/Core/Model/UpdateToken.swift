// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// The whole state of a firmware update, written down before its request leaves: the service's tasks at that moment. The
/// update's own task is the one that is not among them, so that any process finds it, after a lost answer too.
struct UpdateToken: Equatable {
    /// Where the tasks are; nil when the service does not list any.
    var tasks: String?
    /// Last parts of the paths of the tasks there were, the newest last.
    var known: [String]

    /// Bytes that the known tasks may take; a token has 4,096 at most.
    private static let room = 3_000

    init(tasks: String?, known: [String]) {
        self.tasks = tasks
        var size = 0
        // A service numbers its tasks upwards, so the newest matter.
        self.known = Array(
            known.reversed().prefix { name in
                size += name.utf8.count + 4
                return size <= Self.room
            }.reversed())
    }

    var text: String { JSON.members(["tasks": .text(tasks), "known": .list(known)]).encoded }

    /// Throws `invalid` for a text that is no token of this driver.
    init(_ text: String) throws(PluginError) {
        guard text.utf8.count <= 4_096, let json = try? JSONReader.read(Array(text.utf8)),
            let known = json["known"]?.texts
        else { throw .invalid(field: "token", "is none of this driver") }
        tasks = json["tasks"]?.text
        self.known = known
    }

    /// The first of these links that is no known task.
    func newTask(among links: [String]) -> String? {
        let old = Set(known)
        return links.first { !old.contains(RedfishDevice.lastPart($0)) }
    }
}
