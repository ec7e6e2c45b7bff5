// SPDX-License-Identifier: Apache-2.0
import CNetSNMP
import Glibc
import PluginKit

/// One object and its INTEGER: the value to set, or the value that was read.
struct SNMPBinding: Sendable, Equatable {
    var object: ObjectIdentifier
    /// Nil when the agent has no such object, or one that is no INTEGER.
    var value: Int32?
}

/// One exchange with an SNMP agent: a socket of its own, ended when it is let go of.
///
/// Reads are sent up to three times. A change is sent once.
final class SNMPSession {
    private let handle: OpaquePointer
    let access: SNMPAccess
    /// Readable when something has arrived.
    let descriptor: Int32

    /// Seconds to wait for the answer to each sending of a read.
    static let patience: [Duration] = [.milliseconds(700), .milliseconds(1500), .seconds(3)]
    static let changePatience: Duration = .seconds(3)

    /// Makes the socket and, for version 3, learns the agent's engine id and derives the keys from the passwords.
    ///
    /// Throws `invalid` naming a secret that is missing or cannot be used, `unreachable` when nobody answers, `timeout`,
    /// `cancelled`.
    convenience init(_ access: SNMPAccess, _ call: borrowing Call) throws(PluginError) {
        try self.init(socketTo: access, call)
        guard access.version == .v3 else { return }
        try discovered(try ask(call) { sendDiscovery(call) })
    }

    /// Makes the socket alone. For version 3 the engine has to be discovered before anything is asked.
    init(socketTo access: SNMPAccess, prefix: String = "", _ call: borrowing Call) throws(PluginError) {
        try call.checkCancelled()
        self.access = access
        handle = try Self.open(access, prefix: prefix, call)
        descriptor = ingot_snmp_descriptor(handle)
    }

    deinit { ingot_snmp_close(handle) }

    /// Reads objects with one GET. Throws `auth`, `forbidden`, `unreachable`, `protocol`, `timeout`, `cancelled`.
    func get(_ objects: [ObjectIdentifier], _ call: borrowing Call) throws(PluginError) -> [SNMPBinding] {
        let answer = try ask(call) { sendGet(objects, call) }
        return try found(answer, objects, call)
    }

    /// Sets one object with one SET, sent once. Returns false when no answer came: it may have been applied.
    ///
    /// Throws what the agent answers instead, which means that nothing was changed, and `timeout` and `cancelled` as
    /// maybe-applied.
    func set(_ binding: SNMPBinding, _ call: borrowing Call) throws(PluginError) -> Bool {
        try call.checkCancelled()
        call.wire(.sent, "snmp", Array("set \(Self.text([binding]))".utf8))
        var bind = Self.bind(binding)
        guard ingot_snmp_send(handle, 1, &bind, 1) == 0 else {
            throw PluginError(.unreachable, "\(access.name): nothing could be sent", retryable: true)
        }
        let answer: ingot_snmp_answer?
        do throws(PluginError) {
            answer = try receive(within: Self.changePatience, call)
        } catch {
            var error = error
            error.maybeApplied = error.status != .unreachable
            throw error
        }
        guard let answer else { return false }
        _ = try bindings(answer, [binding.object], isChange: true)
        call.wire(.received, "snmp", Array("set".utf8))
        return true
    }

    // MARK: One step at a time

    /// Asks the agent for its engine id, without waiting; 0 when it was sent.
    func sendDiscovery(_ call: borrowing Call) -> Int32 {
        call.wire(.sent, "snmp", Array("discover the engine of \(access.name)".utf8))
        return ingot_snmp_discover(handle)
    }

    /// Takes the answer to the discovery and derives the keys.
    func discovered(_ answer: ingot_snmp_answer) throws(PluginError) {
        guard answer.kind == Int32(INGOT_SNMP_REPORT), ingot_snmp_localize(handle) == 0 else {
            throw PluginError(.protocol, "\(access.name): the agent told no engine id to make keys for")
        }
    }

    /// Sends one GET, without waiting; 0 when it was sent.
    func sendGet(_ objects: [ObjectIdentifier], _ call: borrowing Call) -> Int32 {
        call.wire(.sent, "snmp", Array("get \(objects.map(\.description).joined(separator: " "))".utf8))
        var binds = objects.map { Self.bind(SNMPBinding(object: $0, value: nil)) }
        return ingot_snmp_send(handle, 0, &binds, binds.count)
    }

    /// What the answer to a GET tells of these objects.
    func found(
        _ answer: ingot_snmp_answer, _ objects: [ObjectIdentifier], _ call: borrowing Call
    ) throws(PluginError) -> [SNMPBinding] {
        let found = try bindings(answer, objects, isChange: false)
        call.wire(.received, "snmp", Array(Self.text(found).utf8))
        return found
    }

    /// Takes what has arrived; nil when that was no answer to the last request.
    func arrived() throws(PluginError) -> ingot_snmp_answer? {
        var answer = ingot_snmp_answer()
        ingot_snmp_receive(handle, &answer)
        if answer.kind == Int32(INGOT_SNMP_REFUSED) {
            throw PluginError(
                .unreachable, "\(access.name): the port is closed", retryable: true, vendorCode: ECONNREFUSED)
        }
        return answer.kind == Int32(INGOT_SNMP_NOTHING) ? nil : answer
    }

    private func ask(_ call: borrowing Call, send: () -> Int32) throws(PluginError) -> ingot_snmp_answer {
        for patience in Self.patience {
            try call.checkCancelled()
            guard send() == 0 else {
                throw PluginError(.unreachable, "\(access.name): nothing could be sent", retryable: true)
            }
            if let answer = try receive(within: patience, call) { return answer }
        }
        let hint =
            access.version == .v3
            ? "no SNMP agent answers" : "no SNMP agent answers; many are silent when the community is wrong"
        throw PluginError(.unreachable, "\(access.name): \(hint)", retryable: true)
    }

    /// The answer to the last request; nil when the time is over.
    private func receive(within patience: Duration, _ call: borrowing Call) throws(PluginError) -> ingot_snmp_answer? {
        let end = ContinuousClock.now + patience
        while true {
            try call.checkCancelled()
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else { return nil }
            guard !call.waitReadable(descriptors: [descriptor], for: left).isEmpty else { continue }
            if let answer = try arrived() { return answer }
        }
    }

    private func bindings(
        _ answer: ingot_snmp_answer, _ objects: [ObjectIdentifier], isChange: Bool
    ) throws(PluginError) -> [SNMPBinding] {
        guard answer.kind != Int32(INGOT_SNMP_REPORT) else { throw SNMPRefusal.report(answer.usm_counter, access) }
        guard answer.error_status == 0 else {
            let index = Int(answer.error_index) - 1
            let object = objects.indices.contains(index) ? objects[index] : objects.first
            throw SNMPRefusal.errorStatus(answer.error_status, object, access, isChange: isChange)
        }
        var answer = answer
        let found = withUnsafePointer(to: &answer.binds) { pointer in
            pointer.withMemoryRebound(to: ingot_snmp_bind.self, capacity: INGOT_SNMP_BINDS) { binds in
                (0..<min(answer.count, INGOT_SNMP_BINDS)).map { Self.binding(binds[$0]) }
            }
        }
        guard found.count == objects.count, zip(found, objects).allSatisfy({ $0.parts == $1.parts }) else {
            throw PluginError(
                .protocol, "\(access.name): the answer is about other objects", maybeApplied: isChange)
        }
        return zip(found, objects).map { SNMPBinding(object: $1, value: $0.value) }
    }

    private static func binding(_ bind: ingot_snmp_bind) -> (parts: [UInt32], value: Int32?) {
        var bind = bind
        let count = min(bind.oid_size, INGOT_SNMP_OID)
        let parts = withUnsafeBytes(of: &bind.oid) { Array($0.bindMemory(to: UInt32.self).prefix(count)) }
        return (parts, bind.is_integer != 0 && bind.is_missing == 0 ? bind.integer : nil)
    }

    private static func bind(_ binding: SNMPBinding) -> ingot_snmp_bind {
        var bind = ingot_snmp_bind()
        let parts = binding.object.parts.prefix(INGOT_SNMP_OID)
        bind.oid_size = parts.count
        withUnsafeMutableBytes(of: &bind.oid) { room in
            _ = room.bindMemory(to: UInt32.self).update(fromContentsOf: parts)
        }
        bind.integer = binding.value ?? 0
        return bind
    }

    private static func text(_ bindings: [SNMPBinding]) -> String {
        bindings.map { "\($0.object)=\($0.value.map(String.init) ?? "-")" }.joined(separator: " ")
    }
}
