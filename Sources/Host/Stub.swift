// SPDX-License-Identifier: Apache-2.0
public enum PowerState: String, Codable, Sendable { case unknown, off, on, changing }
public enum PowerAction: String, Codable, Sendable { case on, off, softOff, cycle, reset, nmi }
public enum BootTarget: String, Codable, Sendable { case none, pxe, disk, cd, setup, http, usb }
public enum BootMode: String, Codable, Sendable { case uefi, legacy }
public struct BootSetting: Codable, Sendable, Equatable {
    public var target: BootTarget
    public var persistent: Bool
    public var mode: BootMode?
    public init(target: BootTarget, persistent: Bool = false, mode: BootMode? = nil) {
        self.target = target; self.persistent = persistent; self.mode = mode
    }
}
public struct Secret: Sendable { public init(_ s: String) {} }
public enum DriverStatus: Sendable { case unsupported, invalid, auth, forbidden, unreachable, timeout, cancelled, busy, `protocol`, state, `internal` }
public struct DriverError: Error { public var status: DriverStatus; public var message: String; public var detailJSON: String?; public var retryable: Bool; public var maybeApplied: Bool; public var retryAfter: Duration? }
public final class Device: Sendable {
    public func probe(deadline: Duration) async throws -> String { "" }
    public func powerState(deadline: Duration) async throws -> PowerState { .off }
    public func setPower(_: PowerAction, operation: String, deadline: Duration) async throws {}
    public func bootSetting(deadline: Duration) async throws -> BootSetting { .init(target: .none) }
    public func setBoot(_: BootSetting, operation: String, deadline: Duration) async throws {}
    public func inventory(deadline: Duration) async throws -> [String] { [] }
    public func close() async {}
}
public final class Installer: Sendable {
    public func detect(imagePath: String, deadline: Duration) async throws -> (score: Int, identity: String) { (0, "") }
    public func render(imagePath: String, requestJSON: String, deadline: Duration) async throws -> [String: [UInt8]] { [:] }
}
public struct PluginStatus: Sendable { public var id: String; public var extensions: [String]; public var secretNames: [String] }
public final class PluginHost: Sendable {
    public var plugins: [PluginStatus] { [] }
    public func device(name: String, driver: String, configJSON: String, secrets: [String: Secret]) throws -> Device { Device2() }
    public func installer(_ id: String) throws -> Installer { fatalError() }
    func Device2() -> Device { fatalError() }
}
