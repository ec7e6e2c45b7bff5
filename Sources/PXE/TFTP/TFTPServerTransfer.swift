// SPDX-License-Identifier: Apache-2.0

/// One upload to a client by TFTP seen from the server: packets and timeouts in, actions out.
///
/// Retransmissions happen only after a timeout or, with a window, once per window when the client reports a gap, so
/// duplicated acknowledgements never multiply the traffic (the "sorcerer's apprentice", RFC 1123 section 4.2.3.1).
public struct TFTPServerTransfer: Sendable {
    /// What the shell has to do.
    public enum Action: Hashable, Sendable {
        /// Send a packet.
        case send(TFTPPacket)
        /// Every block was acknowledged.
        case finished
        /// The transfer is over early.
        case failed(reason: String)
    }

    /// The limits of a server.
    public struct Limits: Hashable, Sendable {
        /// The largest block agreed to; the default fits an Ethernet frame.
        public var blockSize: Int
        /// The largest window agreed to.
        public var windowSize: Int
        /// Timeouts in a row after which the transfer is given up.
        public var retries: Int

        /// Describes limits.
        public init(blockSize: Int = 1468, windowSize: Int = 64, retries: Int = 6) {
            self.blockSize = blockSize
            self.windowSize = windowSize
            self.retries = retries
        }
    }

    /// What was agreed on.
    public let parameters: TFTPParameters
    /// True when the transfer finished or failed.
    public private(set) var isOver = false
    /// True once the client acknowledged anything.
    public private(set) var hasProgress = false

    /// The size of the content in octets.
    public var contentSize: Int { content.count }

    private let content: [UInt8]
    private let limits: Limits
    private let accepted: [TFTPOption]
    /// The last block of the file; a short or empty one ends it.
    private let lastBlock: Int
    /// Blocks acknowledged without a gap.
    private var acknowledged = 0
    /// The highest block sent.
    private var sent = 0
    private var waitsForOptions: Bool
    private var hasResent = false
    private var retries = 0

    /// Prepares the answer to a read request for this content.
    ///
    /// Throws the ERROR packet to send when the request cannot be served.
    public init(
        _ request: TFTPRequest, content: [UInt8], limits: Limits = Limits()
    ) throws(TFTPRefusal) {
        guard request.mode == "octet" else {
            throw TFTPRefusal(code: .undefined, message: "only mode octet (binary) is served")
        }
        guard Set(request.options.map(\.name)).count == request.options.count else {
            throw TFTPRefusal(code: .optionsRefused, message: "an option is given twice")
        }
        self.content = content
        self.limits = limits
        (parameters, accepted) = Self.negotiate(request.options, size: content.count, limits: limits)
        lastBlock = content.count / parameters.blockSize + 1
        waitsForOptions = !accepted.isEmpty
    }

    /// How long to wait for the client before ``timeout()``.
    public var retryDelay: Duration {
        if let seconds = parameters.timeoutSeconds { return .seconds(seconds) }
        return .seconds(1 << min(retries, 3))
    }

    /// The first packets.
    public mutating func start() -> [Action] {
        waitsForOptions ? [.send(.optionAcknowledge(accepted))] : fillWindow()
    }

    /// Takes a packet of this transfer's client.
    public mutating func receive(_ packet: TFTPPacket) -> [Action] {
        guard !isOver else { return [] }
        switch packet {
        case .acknowledge(let block):
            return acknowledge(block)
        case .error(let code, let message):
            isOver = true
            // Clients that only ask for the size end the transfer with error 8 or 0; that is their right.
            return [.failed(reason: "the client ended it with error \(code) \(message)")]
        case .data, .readRequest, .writeRequest, .optionAcknowledge:
            isOver = true
            return [
                .send(.error(.illegalOperation, "only ACK and ERROR are expected here")),
                .failed(reason: "the client broke the protocol"),
            ]
        }
    }

    /// Nothing came for ``retryDelay``.
    public mutating func timeout() -> [Action] {
        guard !isOver else { return [] }
        retries += 1
        guard retries <= limits.retries else {
            isOver = true
            return [.failed(reason: "the client fell silent after block \(acknowledged) of \(lastBlock)")]
        }
        hasResent = false
        if waitsForOptions { return [.send(.optionAcknowledge(accepted))] }
        sent = acknowledged
        return fillWindow()
    }

    private mutating func acknowledge(_ block: UInt16) -> [Action] {
        if waitsForOptions {
            guard block == 0 else { return [] }
            waitsForOptions = false
            progress()
            return fillWindow()
        }
        // Block numbers roll over to 0 after 65535; the distance within the window is what counts.
        let distance = Int(block &- UInt16(truncatingIfNeeded: acknowledged))
        guard distance <= sent - acknowledged else { return [] }
        if distance == 0 {
            // A repeated acknowledgement: in lockstep never an order to send again (RFC 1123), with a window a gap.
            guard parameters.windowSize > 1, !hasResent, sent > acknowledged, hasProgress else { return [] }
            hasResent = true
            sent = acknowledged
            return fillWindow()
        }
        acknowledged += distance
        progress()
        if acknowledged == lastBlock {
            isOver = true
            return [.finished]
        }
        // An acknowledgement inside the window says that the rest of it was lost (RFC 7440 section 4).
        sent = acknowledged
        return fillWindow()
    }

    private mutating func progress() {
        hasProgress = true
        hasResent = false
        retries = 0
    }

    private mutating func fillWindow() -> [Action] {
        var actions: [Action] = []
        while sent < lastBlock, sent - acknowledged < parameters.windowSize {
            let start = sent * parameters.blockSize
            let end = min(start + parameters.blockSize, content.count)
            sent += 1
            let payload = content[start..<end]
            actions.append(.send(.data(block: UInt16(truncatingIfNeeded: sent), payload: payload)))
        }
        return actions
    }

    /// Picks the options to take; unknown ones and senseless values are left out of the answer (RFC 2347).
    private static func negotiate(
        _ options: [TFTPOption], size: Int, limits: Limits
    ) -> (TFTPParameters, [TFTPOption]) {
        var parameters = TFTPParameters()
        var accepted: [TFTPOption] = []
        for option in options {
            guard let value = Decimal.parse(option.value.utf8, maximum: .max) else { continue }
            switch option.name {
            case "blksize" where (8...65464).contains(value):
                parameters.blockSize = min(Int(value), limits.blockSize)
                accepted.append(TFTPOption(option.name, "\(parameters.blockSize)"))
            case "windowsize" where (1...65535).contains(value):
                parameters.windowSize = min(Int(value), limits.windowSize)
                accepted.append(TFTPOption(option.name, "\(parameters.windowSize)"))
            case "timeout" where (1...255).contains(value):
                parameters.timeoutSeconds = Int(value)
                accepted.append(option)
            case "tsize":
                parameters.transferSize = Int64(size)
                accepted.append(TFTPOption(option.name, "\(size)"))
            default:
                break
            }
        }
        return (parameters, accepted)
    }
}

/// An ERROR packet with which a request is refused.
public struct TFTPRefusal: Error, Hashable, Sendable {
    /// The error code.
    public var code: TFTPErrorCode
    /// The text for people.
    public var message: String
}
