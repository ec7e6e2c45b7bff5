// SPDX-License-Identifier: Apache-2.0
import CNetSNMP
import Glibc
import PluginKit

extension SNMPSession {
    /// Members of the configuration that hold secrets; at its top, where the host looks for them.
    static let communitySecret = "community"
    static let authenticationSecret = "snmp_auth_password"
    static let privacySecret = "snmp_privacy_password"

    /// RFC 3414 section 11.2: passwords have at least eight characters.
    private static let shortestPassword = 8
    private static let longestSecret = 256

    /// - Parameter prefix: stands before the names of the secrets in a call for many devices, such as `17.`.
    static func open(
        _ access: SNMPAccess, prefix: String, _ call: borrowing Call
    ) throws(PluginError) -> OpaquePointer {
        if access.version != .v3 {
            let community = try required(communitySecret, prefix, shortest: 1, call)
            return try made(access) { target in
                community.withBytes { bytes in
                    target.community = bytes.baseAddress
                    target.community_size = bytes.count
                    return ingot_snmp_open(&target)
                }
            }
        }
        guard let authentication = access.authentication else {
            return try made(access) { target in ingot_snmp_open(&target) }
        }
        let password = try required(authenticationSecret, prefix, shortest: shortestPassword, call)
        guard let privacy = access.privacy else {
            return try made(access) { target in
                password.withBytes { bytes in
                    target.auth = authentication.number
                    target.auth_secret = bytes.baseAddress
                    target.auth_secret_size = bytes.count
                    return ingot_snmp_open(&target)
                }
            }
        }
        let secret = try required(privacySecret, prefix, shortest: shortestPassword, call)
        return try made(access) { target in
            password.withBytes { bytes in
                secret.withBytes { more in
                    target.auth = authentication.number
                    target.auth_secret = bytes.baseAddress
                    target.auth_secret_size = bytes.count
                    target.privacy = privacy.number
                    target.privacy_secret = more.baseAddress
                    target.privacy_secret_size = more.count
                    return ingot_snmp_open(&target)
                }
            }
        }
    }

    private static func required(
        _ name: String, _ prefix: String, shortest: Int, _ call: borrowing Call
    ) throws(PluginError) -> SecretBuffer {
        guard let secret = try call.secret(prefix + name) else { throw .invalid(field: name, "is missing") }
        guard (shortest...longestSecret).contains(secret.count) else {
            throw .invalid(field: name, "is not \(shortest) to \(longestSecret) bytes long")
        }
        return secret
    }

    private static func made(
        _ access: SNMPAccess, _ open: (inout ingot_snmp_target) -> OpaquePointer?
    ) throws(PluginError) -> OpaquePointer {
        var problem: Int32 = 0
        let handle = access.host.withCString { host in
            access.username.withCString { user in
                access.context.withCString { context in
                    var target = ingot_snmp_target()
                    target.host = host
                    target.port = access.port
                    target.version =
                        switch access.version {
                        case .v1: Int32(INGOT_SNMP_V1)
                        case .v2c: Int32(INGOT_SNMP_V2C)
                        case .v3: Int32(INGOT_SNMP_V3)
                        }
                    target.user = user
                    target.context = context
                    let made = open(&target)
                    problem = errno
                    return made
                }
            }
        }
        guard let handle else {
            throw PluginError(
                .unreachable, "\(access.name): no socket to it: \(String(cString: strerror(problem)))",
                retryable: true, vendorCode: problem)
        }
        return handle
    }
}
