// SPDX-License-Identifier: GPL-3.0-or-later

/// Telnet as far as a console server needs it (RFC 854, 856, 857, 858): data in and out of the stream, options agreed on.
///
/// Each option is answered when its state changes and not otherwise, so that two sides never go round in circles
/// (RFC 1143). A subnegotiation that does not end is cut.
struct TelnetCodec {
    private enum Byte {
        static let end: UInt8 = 240
        static let begin: UInt8 = 250
        static let will: UInt8 = 251
        static let wont: UInt8 = 252
        static let `do`: UInt8 = 253
        static let dont: UInt8 = 254
        static let iac: UInt8 = 255
    }

    enum Option {
        static let binary: UInt8 = 0
        static let echo: UInt8 = 1
        static let suppressGoAhead: UInt8 = 3
        static let comPort: UInt8 = 44
    }

    private enum State {
        case data
        case carriageReturn
        case command
        case option(UInt8)
        case subnegotiation
        case subnegotiationCommand
    }

    private var state = State.data
    private var subnegotiation: [UInt8] = []
    /// Options in force on either side, and those that were asked for and not answered yet.
    private var ours: Set<UInt8> = []
    private var theirs: Set<UInt8> = []
    private var asked: Set<UInt8> = []
    private let offers: Set<UInt8>
    /// Bytes for the server.
    private(set) var output: [UInt8] = []
    /// The port's settings, when the server is asked to set it.
    private(set) var port: ComPort?
    /// The server refuses to set its port.
    private(set) var refusesPort = false

    private static let longestSubnegotiation = 256

    /// The first bytes ask for binary transmission and, with `settings`, for COM-PORT-OPTION.
    init(_ settings: SerialSettings? = nil) {
        port = settings.map(ComPort.init)
        offers = Set([Option.binary, Option.suppressGoAhead] + (settings == nil ? [] : [Option.comPort]))
        for option in offers.sorted() {
            asked.insert(option)
            output += [Byte.iac, Byte.will, option]
        }
        for option in [Option.binary, Option.suppressGoAhead] { output += [Byte.iac, Byte.do, option] }
    }

    /// Hands over what is to be sent.
    mutating func takeOutput() -> [UInt8] {
        defer { output.removeAll(keepingCapacity: true) }
        return output
    }

    /// Data as it travels: 255 twice, and a carriage return with the NUL that follows it unless the way is binary.
    func encoded(_ data: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count)
        for byte in data {
            bytes.append(byte)
            if byte == Byte.iac { bytes.append(byte) }
            if byte == 0x0d, !ours.contains(Option.binary) { bytes.append(0) }
        }
        return bytes
    }

    /// Takes bytes of the server; gives the console's back.
    mutating func receive(_ bytes: [UInt8]) -> [UInt8] {
        var data: [UInt8] = []
        for byte in bytes {
            switch state {
            case .data, .carriageReturn:
                let followsReturn = if case .carriageReturn = state { true } else { false }
                state = .data
                if byte == Byte.iac {
                    state = .command
                } else if !(byte == 0 && followsReturn && !theirs.contains(Option.binary)) {
                    data.append(byte)
                    if byte == 0x0d { state = .carriageReturn }
                }
            case .command:
                switch byte {
                case Byte.iac:
                    data.append(byte)
                    state = .data
                case Byte.will, Byte.wont, Byte.do, Byte.dont: state = .option(byte)
                case Byte.begin:
                    subnegotiation.removeAll()
                    state = .subnegotiation
                default: state = .data
                }
            case .option(let verb):
                negotiate(verb, byte)
                state = .data
            case .subnegotiation:
                if byte == Byte.iac { state = .subnegotiationCommand } else { collect(byte) }
            case .subnegotiationCommand:
                if byte == Byte.iac {
                    collect(byte)
                    state = .subnegotiation
                } else {
                    if byte == Byte.end { take(subnegotiation) }
                    state = .data
                }
            }
        }
        return data
    }

    private mutating func collect(_ byte: UInt8) {
        if subnegotiation.count < Self.longestSubnegotiation { subnegotiation.append(byte) }
    }

    private mutating func negotiate(_ verb: UInt8, _ option: UInt8) {
        switch verb {
        case Byte.do:
            let wasAsked = asked.remove(option) != nil
            guard offers.contains(option) else {
                output += [Byte.iac, Byte.wont, option]
                return
            }
            guard ours.insert(option).inserted else { return }
            if !wasAsked { output += [Byte.iac, Byte.will, option] }
            if option == Option.comPort { askForSettings() }
        case Byte.dont:
            asked.remove(option)
            if option == Option.comPort { refusesPort = port != nil }
            if ours.remove(option) != nil { output += [Byte.iac, Byte.wont, option] }
        case Byte.will:
            let isWelcome = [Option.binary, Option.echo, Option.suppressGoAhead].contains(option)
            let isPort = option == Option.comPort && port != nil
            guard isWelcome || isPort else {
                output += [Byte.iac, Byte.dont, option]
                return
            }
            // DO of the first two went out at the begin.
            if theirs.insert(option).inserted, option == Option.echo || isPort {
                output += [Byte.iac, Byte.do, option]
            }
        case Byte.wont:
            if theirs.remove(option) != nil { output += [Byte.iac, Byte.dont, option] }
        default: break
        }
    }

    private mutating func askForSettings() {
        for request in port?.requests ?? [] {
            let escaped = request.flatMap { $0 == Byte.iac ? [$0, $0] : [$0] }
            output += [Byte.iac, Byte.begin, Option.comPort] + escaped + [Byte.iac, Byte.end]
        }
    }

    private mutating func take(_ bytes: [UInt8]) {
        guard bytes.first == Option.comPort else { return }
        port?.receive(Array(bytes.dropFirst()))
    }
}
