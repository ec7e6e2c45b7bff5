// SPDX-License-Identifier: Apache-2.0
import Control

/// What a machine can be told, in the messages of commands.
enum Offers {
    /// Does something, and adds to a refusal what the machine takes instead.
    ///
    /// - Parameter group: `power` or `boot`.
    static func explaining<Value>(
        _ group: String, of machine: String, _ client: APIClient, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch var error as CommandError where error.exit == .refused && error.code == "unsupported" {
            if let view = try? await client.show(["machines", machine]) {
                let names = allowed(group, in: view)
                error.message += names.isEmpty ? "; it has no \(group) control" : "; it takes \(names)"
            }
            throw error
        }
    }

    /// The allowed orders of a group, such as `on, off, reset`.
    static func allowed(_ group: String, in machine: JSONValue) -> String {
        let prefix = group + "."
        return (machine["actions"].elements ?? [])
            .filter { $0["allowed"].flag == true }.compactMap { $0["action"].text }
            .filter { $0.hasPrefix(prefix) && $0 != prefix + "status" }
            .map { Terminal.printable(String($0.dropFirst(prefix.count))) }
            .joined(separator: ", ")
    }
}
