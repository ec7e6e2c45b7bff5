// SPDX-License-Identifier: Apache-2.0

/// One driver that was tried, or not even asked, on the way to an error.
public struct DriverAttempt: Sendable, Equatable, Codable {
    /// The driver's id.
    public var driver: String
    /// The name of a `DriverStatus`, such as `unreachable`.
    public var status: String
    public var message: String

    public init(driver: String, status: String, message: String) {
        self.driver = driver
        self.status = status
        self.message = message
    }

    init(_ driver: String, _ error: DriverError) {
        self.init(driver: driver, status: error.status.name, message: error.message)
    }
}
