// SPDX-License-Identifier: Apache-2.0

/// One download by TFTP seen from the client: packets and timeouts in, actions out.
public struct TFTPClientTransfer: Sendable {
    /// What the shell has to do.
    public enum Action: Hashable, Sendable {
        /// Send these octets to the server; port nil means the well-known one.
        case send([UInt8], port: UInt16?)
        /// Keep these octets; they follow the ones before.
        case deliver(ArraySlice<UInt8>)
        /// The file is complete.
        case finished
        /// The transfer is over.
        case failed(TFTPClientError)
    }

    /// What the client asks for; nil leaves an option out of the request.
    public struct Options: Hashable, Sendable {
        /// `blksize`, 8 to 65464.
        public var blockSize: Int?
        /// `windowsize`, 1 to 65535.
        public var windowSize: Int?
        /// `timeout` in seconds, 1 to 255.
        public var timeoutSeconds: Int?
        /// `tsize`: ask for the file's size.
        public var wantsSize: Bool
        /// The largest file taken, in octets.
        public var maximumBytes: Int

        /// Describes a request; the defaults are what iPXE asks for.
        public init(
            blockSize: Int? = 1432, windowSize: Int? = nil, timeoutSeconds: Int? = nil, wantsSize: Bool = true,
            maximumBytes: Int = 64 << 20
        ) {
            self.blockSize = blockSize
            self.windowSize = windowSize
            self.timeoutSeconds = timeoutSeconds
            self.wantsSize = wantsSize
            self.maximumBytes = maximumBytes
        }
    }

    /// Timeouts in a row after which the transfer fails.
    static let maximumRetries = 6

    /// What was agreed on; the plain protocol until the server acknowledged options.
    public private(set) var parameters = TFTPParameters()
    /// Octets received so far.
    public private(set) var receivedBytes = 0
    /// True when the transfer finished or failed.
    public private(set) var isOver = false

    private let request: TFTPRequest
    private let options: Options
    private var serverPort: UInt16?
    private var hasOptions = false
    private var blocks: UInt64 = 0
    private var inWindow = 0
    private var hasReportedGap = false
    private var retries = 0

    /// Prepares a download.
    public init(filename: String, options: Options = Options()) {
        self.options = options
        var list: [TFTPOption] = []
        if let size = options.blockSize { list.append(TFTPOption("blksize", "\(size)")) }
        if options.wantsSize { list.append(TFTPOption("tsize", "0")) }
        if let seconds = options.timeoutSeconds { list.append(TFTPOption("timeout", "\(seconds)")) }
        if let window = options.windowSize { list.append(TFTPOption("windowsize", "\(window)")) }
        request = TFTPRequest(filename: filename, options: list)
    }

    /// How long to wait for the next packet before ``timeout()``.
    public var retryDelay: Duration {
        if let seconds = parameters.timeoutSeconds { return .seconds(seconds) }
        return .seconds(1 << min(retries, 3))
    }

    /// The first request.
    public func start() -> [Action] {
        [.send(TFTPPacket.readRequest(request).encoded(), port: nil)]
    }

    /// Nothing came for ``retryDelay``.
    public mutating func timeout() -> [Action] {
        guard !isOver else { return [] }
        retries += 1
        guard retries <= Self.maximumRetries else { return fail(.timedOut(blocks: blocks), code: .undefined) }
        guard serverPort != nil else { return start() }
        hasReportedGap = false
        return [acknowledgement()]
    }

    /// Takes a packet that came from the server's address; what cannot be read is ignored.
    public mutating func receive(_ bytes: [UInt8], port: UInt16) -> [Action] {
        guard !isOver, let packet = try? TFTPPacket(parsing: bytes) else { return [] }
        if let serverPort, serverPort != port {
            if case .error = packet { return [] }
            return [.send(TFTPPacket.error(.unknownTransfer, "unknown transfer ID").encoded(), port: port)]
        }
        switch packet {
        case .error(let code, let message):
            isOver = true
            return [.failed(.refused(code: code, message: message))]
        case .optionAcknowledge(let list):
            return optionsAcknowledged(list, port: port)
        case .data(let block, let payload):
            return data(block, payload, port: port)
        case .readRequest, .writeRequest, .acknowledge:
            return []
        }
    }

    private mutating func optionsAcknowledged(_ list: [TFTPOption], port: UInt16) -> [Action] {
        guard blocks == 0 else { return [] }
        guard serverPort == nil || hasOptions else { return [] }
        serverPort = port
        if !hasOptions, let problem = accept(list) {
            return fail(.protocolViolation(problem), code: .optionsRefused)
        }
        hasOptions = true
        retries = 0
        return [acknowledgement()]
    }

    /// Takes the server's options; returns what is wrong with them.
    private mutating func accept(_ list: [TFTPOption]) -> String? {
        for option in list {
            guard let value = Decimal.parse(option.value.utf8, maximum: .max) else {
                return "option \(option.name) is not a number"
            }
            switch option.name {
            case "blksize" where value >= 8 && value <= Int64(options.blockSize ?? 0):
                parameters.blockSize = Int(value)
            case "windowsize" where value >= 1 && value <= Int64(options.windowSize ?? 0):
                parameters.windowSize = Int(value)
            case "timeout" where value == options.timeoutSeconds.map(Int64.init):
                parameters.timeoutSeconds = Int(value)
            case "tsize" where options.wantsSize:
                guard value <= options.maximumBytes else { return "the file has \(value) octets" }
                parameters.transferSize = value
            default:
                return "option \(option.name)=\(option.value) was not asked for"
            }
        }
        return nil
    }

    private mutating func data(_ block: UInt16, _ payload: ArraySlice<UInt8>, port: UInt16) -> [Action] {
        guard block == UInt16(truncatingIfNeeded: blocks &+ 1) else {
            guard serverPort != nil, !hasReportedGap || parameters.windowSize == 1 else { return [] }
            hasReportedGap = true
            inWindow = 0
            return [acknowledgement()]
        }
        guard payload.count <= parameters.blockSize else {
            return fail(.protocolViolation("block of \(payload.count) octets"), code: .illegalOperation)
        }
        guard receivedBytes + payload.count <= options.maximumBytes else {
            return fail(.tooLarge(limit: options.maximumBytes), code: .diskFull)
        }
        serverPort = port
        blocks += 1
        retries = 0
        hasReportedGap = false
        receivedBytes += payload.count
        inWindow += 1
        var actions: [Action] = [.deliver(payload)]
        if payload.count < parameters.blockSize {
            isOver = true
            actions += [acknowledgement(), .finished]
        } else if inWindow >= parameters.windowSize {
            inWindow = 0
            actions.append(acknowledgement())
        }
        return actions
    }

    private func acknowledgement() -> Action {
        .send(TFTPPacket.acknowledge(block: UInt16(truncatingIfNeeded: blocks)).encoded(), port: serverPort)
    }

    private mutating func fail(_ error: TFTPClientError, code: TFTPErrorCode) -> [Action] {
        isOver = true
        guard let serverPort else { return [.failed(error)] }
        return [.send(TFTPPacket.error(code, error.description).encoded(), port: serverPort), .failed(error)]
    }
}
