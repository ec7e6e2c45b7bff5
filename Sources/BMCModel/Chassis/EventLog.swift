// SPDX-License-Identifier: Apache-2.0

/// A machine's event log. Record numbers go up by one; a full log drops its oldest record.
public struct EventLog: Sendable, Equatable {
    public struct Record: Sendable, Equatable {
        public enum Severity: String, Sendable { case info, warning, critical }

        /// Counts up from 1 and is never used again before the log is cleared.
        public var number: Int
        /// Seconds since 1970 by the BMC's clock.
        public var seconds: Int64
        public var severity: Severity
        /// Name of the sensor it is about.
        public var source: String
        public var message: String
        /// The record as IPMI's Add SEL Entry wrote it, 16 bytes; nil when it came from elsewhere.
        public var ipmi: [UInt8]?
    }

    public let capacity: Int
    public private(set) var records: [Record] = []
    public private(set) var lastNumber = 0
    /// Seconds since 1970 when a record was added last, and when the log was emptied last.
    public private(set) var lastAddition: Int64 = 0
    public private(set) var lastClear: Int64 = 0
    /// Records that a full log has dropped.
    public private(set) var dropped = 0

    public init(capacity: Int = 512) {
        self.capacity = max(1, capacity)
    }

    public mutating func add(
        _ message: String, source: String = "", severity: Record.Severity = .info, seconds: Int64, ipmi: [UInt8]? = nil
    ) {
        lastNumber += 1
        lastAddition = seconds
        records.append(
            Record(
                number: lastNumber, seconds: seconds, severity: severity, source: source, message: message,
                ipmi: ipmi))
        if records.count > capacity {
            dropped += 1
            records.removeFirst()
        }
    }

    /// Removes one record; false when there is none of that number.
    public mutating func remove(_ number: Int, seconds: Int64) -> Bool {
        guard let index = records.firstIndex(where: { $0.number == number }) else { return false }
        records.remove(at: index)
        lastClear = seconds
        return true
    }

    public mutating func clear(seconds: Int64) {
        records = []
        lastNumber = 0
        lastClear = seconds
    }
}
