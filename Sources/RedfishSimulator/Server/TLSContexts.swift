// SPDX-License-Identifier: Apache-2.0
internal import BMCModel
internal import NIOSSL
internal import Synchronization

/// The certificates of one server: its own, and those that faults put in its place.
final class TLSContexts: Sendable {
    private struct State {
        var own: (certificate: ServerCertificate, context: NIOSSLContext)
        var others: [String: NIOSSLContext] = [:]
    }

    private let state: Mutex<State>

    init(_ certificate: ServerCertificate) throws {
        state = Mutex(State(own: (certificate, try certificate.context())))
    }

    var certificatePEM: String { state.withLock { $0.own.certificate.certificate } }

    /// The context for the next connection.
    func next(_ faults: FaultInjector) throws -> NIOSSLContext {
        for name in ["certificate-expired", "certificate-host", "certificate-change"]
        where faults.strikes(name) != nil {
            return try state.withLock { state in
                if let context = state.others[name] { return context }
                let context = try ServerCertificate.make(
                    host: name == "certificate-host" ? "elsewhere.invalid" : nil,
                    isExpired: name == "certificate-expired"
                ).context()
                state.others[name] = context
                return context
            }
        }
        return state.withLock { $0.own.context }
    }

    /// Takes a certificate and its key in PEM for the connections to come; false when they are none.
    func replace(_ pem: String) -> Bool {
        let certificate = ServerCertificate(certificate: pem, key: pem)
        guard let context = try? certificate.context() else { return false }
        state.withLock { $0.own = (certificate, context) }
        return true
    }
}
