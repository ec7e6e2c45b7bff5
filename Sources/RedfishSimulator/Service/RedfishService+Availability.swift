// SPDX-License-Identifier: Apache-2.0
internal import BMCModel

/// Whether the BMC behind the service is there, and ready.
struct Availability: Sendable {
    /// The BMC restarts until then.
    var awayUntil: Duration?
    /// A firmware update keeps it busy until then.
    var updateUntil: Duration?
    /// Requests that were answered "not ready".
    var notReadyAnswers = 0
    /// The job that keeps actions from being taken ends then.
    var jobUntil: Duration?
    var restarts = 0
}

extension RedfishService {
    /// The BMC restarts: it is away, and its sessions are gone when it is back.
    mutating func restart(for time: Duration, now: Duration) {
        availability.awayUntil = now + time
        availability.notReadyAnswers = 0
        availability.restarts += 1
        sessions = []
        events.streams = []
        events.subscriptions.removeAll { $0.stream != nil }
    }

    /// An answer that comes before the service has looked at the request, if one does.
    mutating func unavailable(_ target: RequestTarget, now: Duration) -> HTTPResponse? {
        if availability.awayUntil == nil, let fault = faults.strikes("bmc-restart") {
            restart(for: fault.time(), now: now)
        }
        if let until = availability.awayUntil {
            guard until <= now else {
                var gone = HTTPResponse(503)
                gone.ending = .reset
                return gone
            }
            availability.awayUntil = nil
        }
        if let fault = faults.strikes("firmware-update") {
            let until = availability.updateUntil ?? now + fault.time()
            availability.updateUntil = until
            if now < until { return Self.busy(for: 30) }
        } else if faults.present("firmware-update") == nil {
            availability.updateUntil = nil
        }
        if faults.strikes("node-busy") != nil { return .error(503, Message(.serviceTemporarilyUnavailable, "1")) }
        if let fault = faults.strikes("retry-after") { return Self.busy(for: fault.whole("seconds")) }
        if let fault = faults.strikes("status") {
            return .error(min(max(fault.whole("code"), 200), 599), Message(.generalError))
        }
        if faults.strikes("redirect") != nil {
            return HTTPResponse(
                307, headers: [HTTPField("Location", "http://elsewhere.invalid\(target.path)")], body: [])
        }
        return nil
    }

    static func busy(for seconds: Int) -> HTTPResponse {
        .error(
            503, Message(.serviceTemporarilyUnavailable, "\(seconds)"),
            headers: [HTTPField("Retry-After", "\(seconds)")])
    }

    /// The first answers of a service that has not come up whole.
    mutating func notReady(_ exchange: Exchange) -> HTTPResponse? {
        guard behaves(.notReadyRetry), availability.notReadyAnswers < options.notReadyCount else { return nil }
        availability.notReadyAnswers += 1
        return .error(
            availability.notReadyAnswers % 2 == 1 ? 503 : 400,
            Message(vendor: "IDRAC.2.8.SYS518", "The data sources are not ready yet."))
    }

    /// The refusal of an action while a job runs.
    mutating func jobRunning(_ exchange: Exchange) -> HTTPResponse? {
        guard behaves(.jobRunningBusy) else { return nil }
        if options.behaviours != nil, availability.jobUntil == nil {
            availability.jobUntil = exchange.now + options.jobTime
        }
        let isJobOpen = availability.jobUntil.map { exchange.now < $0 } ?? false
        guard isJobOpen || tasks.contains(where: { !$0.isOver }) else { return nil }
        return .error(
            400, Message(vendor: "IDRAC.2.8.RAC0679", "A job runs; the operation is not taken before it has ended."))
    }
}
