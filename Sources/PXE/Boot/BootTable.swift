// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The machines that the boot services answer, looked up by MAC address, address and token.
///
/// *Isolation*: safe to use from any thread; every change is seen by the next packet.
public final class BootTable: Sendable {
    private struct State {
        var byMAC: [MACAddress: EnrolledClient] = [:]
        var byAddress: [IPv4Address: MACAddress] = [:]
        var byToken: [String: MACAddress] = [:]
    }

    private let state = Mutex(State())

    /// Makes an empty table, which answers nobody.
    public init() {}

    /// Adds a machine or replaces what is known about it.
    ///
    /// Throws a ``BootTableError`` and changes nothing when a value is malformed or belongs to another machine.
    public func set(_ client: EnrolledClient) throws(BootTableError) {
        try Self.check(client)
        let error: BootTableError? = state.withLock { state in
            if let owner = state.byAddress[client.address], owner != client.mac {
                return .addressTaken(client.address, by: owner)
            }
            if let token = client.token, let owner = state.byToken[token], owner != client.mac {
                return .tokenTaken(by: owner)
            }
            Self.remove(client.mac, from: &state)
            state.byMAC[client.mac] = client
            state.byAddress[client.address] = client.mac
            if let token = client.token { state.byToken[token] = client.mac }
            return nil
        }
        if let error { throw error }
    }

    /// Changes what a machine is to do; false when the machine is not in the table.
    ///
    /// Throws a ``BootTableError`` and changes nothing when the directive is malformed.
    @discardableResult
    public func setDirective(_ directive: BootDirective, for mac: MACAddress) throws(BootTableError) -> Bool {
        guard var client = client(for: mac) else { return false }
        client.directive = directive
        try set(client)
        return true
    }

    /// Takes a machine out; false when it was not there.
    @discardableResult
    public func remove(_ mac: MACAddress) -> Bool {
        state.withLock { Self.remove(mac, from: &$0) }
    }

    /// The machine with this MAC address.
    public func client(for mac: MACAddress) -> EnrolledClient? {
        state.withLock { $0.byMAC[mac] }
    }

    /// The machine for which this address is reserved.
    public func client(at address: IPv4Address) -> EnrolledClient? {
        state.withLock { state in state.byAddress[address].flatMap { state.byMAC[$0] } }
    }

    /// The machine whose install directive carries this token.
    public func client(token: String) -> EnrolledClient? {
        state.withLock { state in state.byToken[token].flatMap { state.byMAC[$0] } }
    }

    /// All machines, ordered by MAC address.
    public var clients: [EnrolledClient] {
        state.withLock { Array($0.byMAC.values) }.sorted { $0.mac < $1.mac }
    }

    @discardableResult
    private static func remove(_ mac: MACAddress, from state: inout State) -> Bool {
        guard let old = state.byMAC.removeValue(forKey: mac) else { return false }
        state.byAddress[old.address] = nil
        if let token = old.token { state.byToken[token] = nil }
        return true
    }

    private static func check(_ client: EnrolledClient) throws(BootTableError) {
        guard client.mac.value != 0, !client.mac.isGroup else { throw .notAPortAddress(client.mac) }
        guard client.address.isUnicast else { throw .notAHostAddress(client.address) }
        if let hostname = client.hostname {
            let allowed = hostname.utf8.allSatisfy { BootTable.isWord($0) || $0 == UInt8(ascii: ".") }
            guard allowed, (1...63).contains(hostname.utf8.count), !hostname.utf8.contains(UInt8(ascii: "_")) else {
                throw .malformedHostname(hostname)
            }
        }
        if case .install(let install) = client.directive {
            guard (8...128).contains(install.token.utf8.count), install.token.utf8.allSatisfy(Self.isWord) else {
                throw .malformedToken
            }
            do throws(IPXEScript.ValueError) {
                _ = try IPXEScript.arguments(install.commandLine, field: "kernel command line")
            } catch {
                throw .script(error)
            }
        }
    }

    /// ASCII letters, digits, `-` and `_`.
    static func isWord(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension EnrolledClient {
    fileprivate var token: String? {
        if case .install(let install) = directive { install.token } else { nil }
    }
}
