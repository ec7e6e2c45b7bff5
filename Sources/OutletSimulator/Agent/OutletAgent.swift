// SPDX-License-Identifier: Apache-2.0
import BMCModel

/// The SNMP agent of a PDU: a function of messages and time.
struct OutletAgent: Sendable {
    /// The longest answer in bytes (RFC 3417 section 3.2 asks for 484 at least): what fits one Ethernet frame.
    static let answerLimit = 1_472

    let configuration: OutletServer.Configuration
    /// By number, from 1 on.
    let outlets: [FaultyChassis]
    let faults: FaultInjector
    let tree: OutletTree
    var statistics = OutletStatistics()

    private var upSince: Duration = .zero
    /// Back from a restart at this time.
    private var backAt: Duration?
    private var updateSince: Duration?

    init(_ configuration: OutletServer.Configuration, outlets: [FaultyChassis], faults: FaultInjector) {
        self.configuration = configuration
        self.outlets = outlets
        self.faults = faults
        tree = OutletTree(configuration.model, outlets: outlets.count)
    }

    /// Takes a datagram; the answer, or nil for silence.
    mutating func receive(_ bytes: [UInt8], at now: Duration) -> [UInt8]? {
        if isAway(now) { return nil }
        statistics.datagramsIn += 1
        let request: SNMPMessage
        do throws(BERError) { request = try SNMPMessage(bytes) } catch {
            statistics.malformed += 1
            return nil
        }
        guard let access = access(request) else {
            statistics.refused += 1
            return nil
        }
        if let restart = faults.strikes("bmc-restart") {
            backAt = now + restart.time()
            updateSince = nil
            return nil
        }
        guard let answer = answer(request, access, now) else { return nil }
        if request.operation == .set, answer.status == 0 {
            if faults.strikes("reply-lost") != nil || faults.strikes("power-drop") != nil { return nil }
        }
        return encode(spoiled(answer), for: request)
    }

    // MARK: Who asks, and when

    private enum Access { case reads, writes }

    /// A wrong community is not answered (RFC 1157 section 4.1), nor is a version that is switched off.
    private func access(_ request: SNMPMessage) -> Access? {
        guard configuration.versions.contains(request.version == .v1 ? .v1 : .v2c) else { return nil }
        if request.community == Array(configuration.community.utf8) {
            return faults.present("low-privilege") == nil ? .writes : .reads
        }
        return request.community == Array(configuration.readCommunity.utf8) ? .reads : nil
    }

    private mutating func isAway(_ now: Duration) -> Bool {
        guard let back = backAt else { return false }
        if now < back { return true }
        backAt = nil
        upSince = now
        return false
    }

    private mutating func isBusy(_ now: Duration) -> Bool {
        if let update = faults.strikes("firmware-update") {
            let since = updateSince ?? now
            updateSince = since
            if now - since < update.time() { return true }
        }
        return faults.strikes("node-busy") != nil
    }

    // MARK: Operations

    private mutating func answer(_ request: SNMPMessage, _ access: Access, _ now: Duration) -> SNMPMessage? {
        switch request.operation {
        case .response: return nil
        case .getBulk where request.version == .v1: return nil
        case .get: statistics.gets += 1
        case .getNext, .getBulk: statistics.walks += 1
        case .set: statistics.sets += 1
        }
        var answer = request
        (answer.operation, answer.status, answer.index) = (.response, 0, 0)
        func refuse(_ status: SNMPStatus, _ index: Int) -> SNMPMessage {
            var refusal = answer
            refusal.bindings = request.bindings
            refusal.status = (request.version == .v1 ? status.inVersion1 : status).rawValue
            refusal.index = Int32(clamping: index)
            return refusal
        }
        if isBusy(now) { return refuse(.resourceUnavailable, request.bindings.isEmpty ? 0 : 1) }
        if let fault = faults.strikes("error-status") {
            answer.status = Int32(clamping: fault.whole("code"))
            answer.index = request.bindings.isEmpty ? 0 : 1
            return answer
        }
        switch request.operation {
        case .set:
            guard access == .writes else { return refuse(.noAccess, 1) }
            if let refusal = set(request.bindings) { return refuse(refusal.status, refusal.index) }
        case .getBulk: answer.bindings = bulk(request, now)
        default:
            answer.bindings = request.bindings.map { binding in
                request.operation == .get ? get(binding.object, now) : next(binding.object, now)
            }
        }
        if request.version == .v1, let index = answer.bindings.firstIndex(where: \.value.isException) {
            return refuse(.noSuchName, index + 1)
        }
        return answer
    }

    private func get(_ object: SNMPObject, _ now: Duration) -> SNMPMessage.Binding {
        let missing: SNMPValue = tree.hasObject(of: object) ? .noSuchInstance : .noSuchObject
        return SNMPMessage.Binding(object: object, value: tree[object].map { value($0, now) } ?? missing)
    }

    private func next(_ object: SNMPObject, _ now: Duration) -> SNMPMessage.Binding {
        guard let found = tree.next(after: object) else {
            return SNMPMessage.Binding(object: object, value: .endOfMibView)
        }
        return SNMPMessage.Binding(object: found.object, value: value(found.leaf, now))
    }

    /// RFC 3416 section 4.2.3; what would not fit into an answer is left out.
    private func bulk(_ request: SNMPMessage, _ now: Duration) -> [SNMPMessage.Binding] {
        let single = min(max(0, Int(request.status)), request.bindings.count)
        var found = request.bindings.prefix(single).map { next($0.object, now) }
        var row = request.bindings.dropFirst(single).map(\.object)
        guard !row.isEmpty else { return found }
        for _ in 0..<min(max(0, Int(request.index)), Self.answerLimit) {
            let bindings = row.map { next($0, now) }
            found += bindings
            row = bindings.map(\.object)
            if bindings.allSatisfy({ $0.value == .endOfMibView }) || found.count > Self.answerLimit / 8 { break }
        }
        while !found.isEmpty, size(of: found, in: request) > Self.answerLimit { found.removeLast() }
        return found
    }

    /// Everything is looked at before anything is switched, as if all were done at once (RFC 3416 section 4.2.5).
    private mutating func set(_ bindings: [SNMPMessage.Binding]) -> (status: SNMPStatus, index: Int)? {
        var orders: [(outlet: Int, order: OutletModel.Order)] = []
        for (index, binding) in bindings.enumerated() {
            guard let leaf = tree[binding.object] else {
                return (tree.hasObject(of: binding.object) ? .noCreation : .notWritable, index + 1)
            }
            guard case .command(let column, let outlet) = leaf else { return (.notWritable, index + 1) }
            guard case .integer(let number) = binding.value else { return (.wrongType, index + 1) }
            if let order = column.orders[number] {
                orders.append((outlet, order))
            } else if !column.others.contains(number) {
                return (.wrongValue, index + 1)
            }
        }
        for (outlet, order) in orders {
            let machine = outlets[outlet - 1]
            statistics.orders.append(OutletStatistics.Order(outlet: outlet, action: order.action))
            if statistics.orders.count > OutletStatistics.limit { statistics.orders.removeFirst() }
            // The reboot of an outlet that is off ends with power, too.
            if machine.perform(order.action) == .wrongState { _ = machine.perform(.on) }
        }
        return nil
    }

    private func value(_ leaf: OutletTree.Leaf, _ now: Duration) -> SNMPValue {
        switch leaf {
        case .description: return .text(configuration.model.description)
        case .identity: return .object(configuration.model.identity)
        case .upTime:
            let time = (now - upSince).components
            return .timeTicks(
                UInt32(truncatingIfNeeded: time.seconds &* 100 &+ time.attoseconds / 10_000_000_000_000_000))
        case .contact: return .text("")
        case .name: return .text(configuration.name)
        case .location: return .text("")
        case .state(let outlet): return state(outlet)
        case .command(let column, let outlet): return column.reads.map(SNMPValue.integer) ?? state(outlet)
        }
    }

    private func state(_ outlet: Int) -> SNMPValue {
        let states = configuration.model.states
        return switch outlets[outlet - 1].power {
        case .on: .integer(states.on)
        case .off: .integer(states.off)
        case .turningOn: .integer(states.turningOn ?? states.off)
        case .turningOff: .integer(states.turningOff ?? states.on)
        }
    }

    // MARK: The answer

    private func spoiled(_ answer: SNMPMessage) -> SNMPMessage {
        var answer = answer
        if faults.strikes("wrong-request-id") != nil { answer.requestID &+= 1 }
        if faults.strikes("wrong-version") != nil { answer.version = answer.version == .v1 ? .v2c : .v1 }
        if faults.strikes("no-bindings") != nil { answer.bindings = [] }
        for index in answer.bindings.indices where answer.status == 0 {
            if faults.strikes("wrong-object") != nil {
                let object = answer.bindings[index].object
                answer.bindings[index].object = SNMPObject(object.parts.dropLast() + [(object.parts.last ?? 0) ^ 1])
            }
            if faults.strikes("wrong-type") != nil { answer.bindings[index].value = .text("on") }
            if faults.strikes("no-instance") != nil { answer.bindings[index].value = .noSuchInstance }
        }
        return answer
    }

    private func encode(_ answer: SNMPMessage, for request: SNMPMessage) -> [UInt8] {
        let bytes = answer.bytes
        guard bytes.count > Self.answerLimit else { return bytes }
        var short = answer
        (short.status, short.index) = (SNMPStatus.tooBig.rawValue, 0)
        // Version 1 wants its bindings back whatever their length (RFC 1157 section 4.1.2).
        short.bindings = request.version == .v1 ? request.bindings : []
        return short.bytes
    }

    private func size(of bindings: [SNMPMessage.Binding], in request: SNMPMessage) -> Int {
        var answer = request
        answer.bindings = bindings
        return answer.bytes.count
    }
}

extension OutletModel.Order {
    var action: PowerAction {
        switch self {
        case .on: .on
        case .off: .off
        case .reboot: .cycle
        }
    }
}
