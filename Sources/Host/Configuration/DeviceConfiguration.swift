// SPDX-License-Identifier: Apache-2.0
internal import PluginWorker

/// A device's configuration after the check: what the driver sees, and the secrets apart from it.
struct DeviceConfiguration: Sendable {
    private static let maximumSize = 65_536

    let json: String
    let secrets: [String: SecretBytes]
    /// What a worker must let through for this device.
    let needs: DeviceNeeds

    /// Checks a configuration and takes the secrets out of it.
    ///
    /// A secret may stand in the configuration or in `secrets`; what stands in `secrets` wins.
    /// - Throws: `DriverError` (`invalid`) that names the JSON path; it never contains a value.
    init(text: String, secrets given: [String: Secret], schema: ConfigSchema) throws(DriverError) {
        guard text.utf8.count <= Self.maximumSize else {
            throw Self.invalid("$", "is longer than \(Self.maximumSize) bytes")
        }
        let parsed: JSONValue
        do throws(JSONError) { parsed = try JSONParser.parse(text) } catch {
            throw Self.invalid("$", "is not JSON: \(error)")
        }
        guard case .object(let members) = parsed else { throw Self.invalid("$", "must be an object") }
        let names = schema.secrets
        for name in given.keys.sorted() where !names.contains(name) {
            throw Self.invalid("$.\(name)", "is no secret of this driver")
        }
        // For the check alone, each secret stands where the schema expects it.
        let added = given.map { name, secret in
            (key: name, value: JSONValue.string(secret.withBytes { String(decoding: $0, as: UTF8.self) }))
        }
        let complete = JSONValue.object(members.filter { given[$0.key] == nil } + added)
        if let problem = schema.problems(in: complete).first { throw Self.invalid(problem.path, problem.problem) }
        var secrets = given.mapValues(\.storage)
        var visible: [(key: String, value: JSONValue)] = []
        for member in members {
            guard names.contains(member.key) else {
                visible.append(member)
                continue
            }
            if secrets[member.key] == nil, let text = member.value.string {
                secrets[member.key] = SecretBytes(text.utf8)
            }
        }
        let filled = schema.fillingDefaults(in: .object(visible))
        json = filled.text
        needs = DeviceNeeds(filled)
        self.secrets = secrets
    }

    private static func invalid(_ path: String, _ problem: String) -> DriverError {
        DriverError(
            status: .invalid, message: "configuration \(path) \(problem)",
            detailJSON: JSONValue.object([("field", .string(path))]).text)
    }
}
