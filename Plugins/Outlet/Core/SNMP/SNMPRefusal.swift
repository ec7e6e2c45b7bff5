// SPDX-License-Identifier: Apache-2.0
import PluginKit

/// What an SNMP agent's refusals mean. All of them mean that nothing was changed.
enum SNMPRefusal {
    /// A report of the user-based security model; `counter` is the last part of its usmStats object (RFC 3414 section 5).
    static func report(_ counter: UInt32, _ access: SNMPAccess) -> PluginError {
        switch counter {
        case 1: PluginError(.auth, "\(access.name): the agent does not offer this security level to the user")
        case 2: PluginError(.auth, "\(access.name): the agent's clock and ours do not meet", retryable: true)
        case 3: PluginError(.auth, "\(access.name): the agent does not know the user", detail: ["field": "outlet.username"])
        case 4: PluginError(.protocol, "\(access.name): the agent has changed its engine id", retryable: true)
        case 5:
            PluginError(
                .auth, "\(access.name): wrong authentication password or protocol",
                detail: ["field": SNMPSession.authenticationSecret])
        case 6:
            PluginError(
                .auth, "\(access.name): wrong privacy password or protocol",
                detail: ["field": SNMPSession.privacySecret])
        default: PluginError(.protocol, "\(access.name): the agent sent a report instead of an answer")
        }
    }

    /// The error-status of an answer (RFC 3416 section 3).
    static func errorStatus(
        _ status: Int32, _ object: ObjectIdentifier?, _ access: SNMPAccess, isChange: Bool
    ) -> PluginError {
        let what = object.map { " for \($0)" } ?? ""
        let text = "\(access.name): error-status \(name(status))\(what)"
        return switch status {
        case 2 where !isChange, 18 where !isChange:
            PluginError(.invalid, "\(text): the PDU has no such outlet", detail: ["field": "outlet.outlets"], vendorCode: status)
        case 2, 4, 6, 17:
            PluginError(.forbidden, "\(text): reading is allowed, writing is not", vendorCode: status)
        case 16: PluginError(.forbidden, text, vendorCode: status)
        case 13: PluginError(.busy, text, retryable: true, vendorCode: status)
        case 3, 7, 8, 9, 10, 12:
            PluginError(.unsupported, "\(text): the PDU does not take this value", vendorCode: status)
        case 5, 14, 15: PluginError(.state, text, retryable: true, vendorCode: status)
        default: PluginError(.protocol, text, vendorCode: status)
        }
    }

    private static func name(_ status: Int32) -> String {
        let names = [
            "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
            "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
            "undoFailed", "authorizationError", "notWritable", "inconsistentName",
        ]
        let index = Int(status)
        return names.indices.contains(index) ? names[index] : "\(status)"
    }
}
