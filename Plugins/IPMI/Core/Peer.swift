// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit

/// A BMC that answers outside a session: asked over a socket of our own, because libfreeipmi does not hear refusals and
/// cannot be told to ask for cipher suites before it logs in.
struct Peer: ~Copyable {
    let endpoint: Endpoint
    /// It says that it speaks IPMI 2.0 (IPMI 2.0, table 22-15, extended capabilities).
    let speaksIPMI20: Bool
    private let descriptor: Int32

    deinit { close(descriptor) }

    /// How long an address may take before the next one is asked.
    private static let turn: Duration = .seconds(2)

    /// The first address that answers. Addresses are asked in turn until the deadline.
    ///
    /// Throws `unreachable` when all of them refuse, `timeout` when none has answered at the deadline.
    init(at endpoints: [Endpoint], privilege: UInt8, _ call: borrowing Call) throws(PluginError) {
        let request = PresessionMessage(command: 0x38, sequence: 1, data: [0x8e, privilege])
        let names = endpoints.map(\.literal).joined(separator: ", ")
        var left = endpoints
        var refusal: PluginError?
        while let endpoint = left.first {
            guard call.remaining > .zero else { throw Self.silent(names) }
            left.removeFirst()
            guard let descriptor = endpoint.connectedSocket() else {
                refusal = Self.unreachable(endpoint, errno)
                continue
            }
            do throws(PluginError) {
                let patience = left.isEmpty ? call.remaining : Self.turn
                if let (code, data) = try Self.ask(request, descriptor, within: patience, endpoint, call) {
                    self.endpoint = endpoint
                    self.descriptor = descriptor
                    speaksIPMI20 = code == 0 && data.count >= 4 && data[1] & 0x80 != 0 && data[3] & 0x02 != 0
                    return
                }
                close(descriptor)
                left.append(endpoint)
            } catch {
                close(descriptor)
                guard error.status == .unreachable else {
                    throw error.status == .timeout ? Self.silent(names) : error
                }
                refusal = error
            }
        }
        throw refusal ?? PluginError(.unreachable, "no BMC answers at \(names)", retryable: true)
    }

    private static func silent(_ names: String) -> PluginError {
        PluginError(.timeout, "no BMC answers at \(names)", retryable: true)
    }

    /// The ids of the cipher suites the BMC says it offers, or nil when it does not say.
    func cipherSuites(_ call: borrowing Call) throws(PluginError) -> [UInt8]? {
        var records: [UInt8] = []
        for index in 0..<UInt8(64) {
            let request = PresessionMessage(command: 0x54, sequence: 2 + index % 60, data: [0x0e, 0x00, 0x80 | index])
            let patience = min(Duration.seconds(2), call.remaining * 0.3)
            guard let (code, data) = try Self.ask(request, descriptor, within: patience, endpoint, call), code == 0,
                !data.isEmpty
            else { break }
            records += data.dropFirst()
            if data.count < 17 { break }
        }
        let ids = CipherSuite.ids(inRecords: records)
        return ids.isEmpty ? nil : ids
    }

    /// What the BMC says to the beginning of a session with a suite; nil when it says nothing in time.
    func answerToLogin(
        cipherSuite: UInt8, privilege: UInt8, _ call: borrowing Call
    ) throws(PluginError) -> OpenSessionRequest.Answer? {
        let request = OpenSessionRequest(
            cipherSuite: cipherSuite, privilege: privilege, tag: .random(in: 0...255),
            sessionID: .random(in: 1...(.max)))
        return try Self.ask(
            request, descriptor, within: min(.seconds(2), call.remaining * 0.3), endpoint, call)
    }

    /// Sends the request until its answer comes; nil when none comes in time. A refusal by the host is `unreachable`.
    private static func ask<Request: SessionlessRequest>(
        _ request: Request, _ descriptor: Int32, within patience: Duration, _ endpoint: Endpoint,
        _ call: borrowing Call
    ) throws(PluginError) -> Request.Answer? {
        let end = ContinuousClock.now + patience
        var interval: Duration = .milliseconds(250)
        while ContinuousClock.now < end {
            try call.checkCancelled()
            let packet = request.packet
            guard send(descriptor, packet, packet.count, Int32(MSG_NOSIGNAL)) >= 0 else {
                throw unreachable(endpoint, errno)
            }
            let resend = min(ContinuousClock.now + interval, end)
            while case let left = ContinuousClock.now.duration(to: resend), left > .zero {
                try call.checkCancelled()
                guard !call.waitReadable(descriptors: [descriptor], for: left).isEmpty else { continue }
                if let answer = try receive(request, descriptor, endpoint) { return answer }
            }
            interval = min(interval * 2, .seconds(1))
        }
        return nil
    }

    private static func receive<Request: SessionlessRequest>(
        _ request: Request, _ descriptor: Int32, _ endpoint: Endpoint
    ) throws(PluginError) -> Request.Answer? {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else {
            if errno == EAGAIN || errno == EINTR { return nil }
            throw unreachable(endpoint, errno)
        }
        return request.answer(in: Array(buffer.prefix(count)))
    }

    private static func unreachable(_ endpoint: Endpoint, _ code: Int32) -> PluginError {
        PluginError(
            .unreachable, "\(endpoint.literal): \(String(cString: strerror(code)))", retryable: true, vendorCode: code)
    }
}
