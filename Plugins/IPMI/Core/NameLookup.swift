// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import PluginKit
import Synchronization

/// Turns a host name into addresses without waiting past the call's deadline.
///
/// The system's resolver blocks for as long as its own configuration says. Names are therefore looked up on a thread that
/// is left to itself when the call ends first; it closes its pipe and lets go of its memory when the resolver returns.
final class NameLookup: Sendable {
    private static let running = Atomic<Int>(0)

    private let host: String
    private let port: UInt16
    private let found = Mutex<Result<[Endpoint], LookupFailure>?>(nil)

    private struct LookupFailure: Error { var code: Int32 }

    private init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The host's addresses in the system's order of preference, at most 8.
    ///
    /// Throws `unreachable` when the name has no address or no name server answers.
    static func addresses(of host: String, port: UInt16, _ call: borrowing Call) throws(PluginError) -> [Endpoint] {
        if case .success(let endpoints) = lookUp(host, port, flags: AI_NUMERICHOST) { return endpoints }
        let lookup = NameLookup(host: host, port: port)
        guard let finished = lookup.start() else {
            throw PluginError(.internal, "no thread for a name look-up", retryable: true, vendorCode: errno)
        }
        defer { close(finished) }
        while lookup.found.withLock({ $0 == nil }) {
            try call.checkCancelled()
            _ = call.waitReadable(descriptors: [finished], for: .seconds(1))
        }
        switch lookup.found.withLock({ $0 }) {
        case .success(let endpoints) where !endpoints.isEmpty: return endpoints
        case .failure(let failure):
            let retryable = failure.code == EAI_AGAIN
            let reason = retryable ? "the name servers did not answer" : "has no address"
            throw PluginError(
                .unreachable, "host: \(host): \(reason)", detail: ["field": "host"], retryable: retryable,
                vendorCode: failure.code)
        default: throw PluginError(.unreachable, "host: \(host): has no address", detail: ["field": "host"])
        }
    }

    /// Waits until no look-up runs any more, at most `duration`.
    static func drain(for duration: Duration) {
        let end = ContinuousClock.now + duration
        while running.load(ordering: .acquiring) > 0, ContinuousClock.now < end { usleep(5_000) }
    }

    /// Starts the thread; the descriptor returned becomes readable when it has finished.
    private func start() -> Int32? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let context = Unmanaged.passRetained(Job(lookup: self, writeEnd: ends[1]))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, &previous)
        var thread = pthread_t()
        Self.running.add(1, ordering: .acquiringAndReleasing)
        let status = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        pthread_attr_destroy(&attributes)
        guard status == 0 else {
            Self.running.subtract(1, ordering: .acquiringAndReleasing)
            context.release()
            close(ends[0])
            close(ends[1])
            errno = status
            return nil
        }
        return ends[0]
    }

    private final class Job {
        let lookup: NameLookup
        let writeEnd: Int32

        init(lookup: NameLookup, writeEnd: Int32) {
            self.lookup = lookup
            self.writeEnd = writeEnd
        }

        func run() {
            let result = NameLookup.lookUp(lookup.host, lookup.port, flags: 0)
            lookup.found.withLock { $0 = result }
            close(writeEnd)
            NameLookup.running.subtract(1, ordering: .acquiringAndReleasing)
        }
    }

    private static func lookUp(_ host: String, _ port: UInt16, flags: Int32) -> Result<[Endpoint], LookupFailure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(LookupFailure(code: code)) }
        defer { freeaddrinfo(list) }
        var endpoints: [Endpoint] = []
        var next = list
        while let info = next, endpoints.count < 8 {
            if let endpoint = Endpoint(info.pointee) { endpoints.append(endpoint) }
            next = info.pointee.ai_next
        }
        return .success(endpoints)
    }
}
